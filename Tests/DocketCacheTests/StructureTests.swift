internal import DocketSystem
internal import DocketTestKit
internal import Testing

@testable internal import DocketCache

@Suite("Parts of the cache", .timeLimit(.minutes(5)))
struct StructureTests {
    @Test("hashes the scope together with the bytes")
    func scopes() {
        let hasher = KeyedHash(low: 1, high: 2)
        let bytes: [UInt8] = [1, 2, 3]
        let scopes = [
            CacheScope.raw(1), .raw(2), .raw(1, access: 1), .raw(1, method: 1),
            CacheScope(tenant: 1, access: 0, method: 2, form: .canonical),
        ]
        let digests = Set(scopes.map { hasher.digest($0, bytes.rawSpan) })
        #expect(digests.count == scopes.count)
        let scope = CacheScope.raw(1)
        #expect(!digests.contains(KeyedHash(low: 3, high: 2).digest(scope, bytes.rawSpan)))
    }

    @Test("finds digests as a dictionary does, through collisions, growth and removal")
    func table() {
        var random = SeededGenerator(seed: 3)
        var table = DigestTable()
        var model: [KeyDigest: Int] = [:]
        for step in 0..<50_000 {
            // Few different homes, so that runs are long and wrap round.
            let digest = KeyDigest(
                low: UInt64.random(in: 0...40, using: &random) &* 0xFFFF_FFFF_0000_0001,
                high: UInt64.random(in: 0...20, using: &random)
            )
            #expect(table.slot(of: digest) == model[digest])
            if Bool.random(using: &random) {
                if model[digest] == nil { table.insert(digest, slot: step) }
                model[digest] = model[digest] ?? step
            } else {
                table.remove(digest)
                model[digest] = nil
            }
            #expect(table.count == model.count)
        }
        for (digest, slot) in model { #expect(table.slot(of: digest) == slot) }
    }

    @Test("counts few keys exactly, up to 15, and forgets half of it in time")
    func sketch() {
        var sketch = FrequencySketch()
        sketch.reserve(1000)
        #expect(sketch.capacity == 1024)
        let keys = (0..<4).map { hash($0) }
        for (times, key) in keys.enumerated() {
            for _ in 0..<(6 * times) { sketch.add(key) }
        }
        #expect(keys.map { sketch.frequency(of: $0) } == [0, 6, 12, 15])
        // Of 36 requests so far; the one that makes ten for each key halves all of them.
        for number in 0..<(10 * 1024 - 36 - 1) { sketch.add(hash(1000 + number)) }
        #expect(sketch.frequency(of: keys[3]) == 15)
        sketch.add(hash(999_999))
        #expect(sketch.frequency(of: keys[3]) == 7)
    }

    @Test("never takes a key for less popular than it is, whatever other keys there are")
    func sketchBound() {
        var random = SeededGenerator(seed: 5)
        var sketch = FrequencySketch()
        sketch.reserve(512)
        var counts: [UInt64: Int] = [:]
        for _ in 0..<(9 * 512) {
            let key = hash(.random(in: 0..<900, using: &random))
            sketch.add(key)
            counts[key, default: 0] += 1
        }
        for (key, count) in counts { #expect(sketch.frequency(of: key) >= min(15, count)) }
        let mean = counts.reduce(0.0) { sum, one in
            sum + Double(sketch.frequency(of: one.key) - min(15, one.value))
        }
        #expect(mean / Double(counts.count) < 3)
    }

    @Test("keeps what it has counted when it grows")
    func sketchGrowth() {
        var sketch = FrequencySketch()
        let keys = (0..<8).map { hash($0) }
        for key in keys { for _ in 0..<3 { sketch.add(key) } }
        let before = keys.map { sketch.frequency(of: $0) }
        sketch.reserve(100_000)
        #expect(keys.map { sketch.frequency(of: $0) } == before)
    }

    @Test("names who gives way: who asks if above its share, otherwise who uses most")
    func shares() {
        var shares = TenantShares(limit: 1000, sharePercent: 25)
        #expect(shares.givingWay(to: 0) == nil)
        shares.charge(0, 700)
        shares.charge(1, 200)
        shares.charge(2, 90)
        #expect(!shares.isOver)
        shares.charge(1, 60)
        #expect(shares.isOver)
        #expect(shares.givingWay(to: 1) == 1)
        #expect(shares.givingWay(to: 2) == 0)
        #expect(shares.givingWay(to: 3) == 0)
        shares.charge(0, -600)
        #expect(shares.givingWay(to: 2) == 1)
        // Below its share, but nobody uses more.
        shares.charge(1, -110)
        #expect(shares.givingWay(to: 1) == 1)
        #expect(shares.bytes(of: 1) == 150)
        for (tenant, weight) in [100, 150, 90].enumerated() { shares.charge(tenant, -weight) }
        #expect(shares.bytes == 0)
        #expect(shares.givingWay(to: 0) == nil)
    }

    @Test("a ticket names one entry, and nothing once that is gone")
    func tickets() {
        var table = EntryTable()
        let entry = EntryTable.Entry(hash: 1, tenant: 0, benefit: 1, weight: 1)
        let slot = table.add(entry)
        let ticket = table.ticket(of: slot)
        #expect(table.slot(of: ticket) == slot)
        #expect(table.slot(of: .init(word: ticket.word)) == slot)
        #expect(table.slot(of: .init(word: 0)) == nil)
        #expect(table.slot(of: .init(word: .max)) == nil)
        table.remove(slot)
        #expect(table.slot(of: ticket) == nil)
        #expect(table.add(entry) == slot)
        #expect(table.slot(of: ticket) == nil)
        #expect(table.slot(of: table.ticket(of: slot)) == slot)
    }
}

/// Numbers as a keyed hash spreads them.
func hash(_ number: Int) -> UInt64 {
    SeededGenerator(seed: UInt64(bitPattern: Int64(number))).first
}

extension SeededGenerator {
    var first: UInt64 {
        var generator = self
        return generator.next()
    }
}
