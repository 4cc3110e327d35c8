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

    @Test("evicts in the order of use, of all tenants and of one")
    func policy() {
        var policy = EvictionPolicy()
        #expect(policy.victim(of: nil) == nil)
        for slot in 0..<6 { policy.inserted(slot, tenant: UInt64(slot % 2)) }
        policy.used(0)
        #expect(policy.victim(of: nil) == 1)
        #expect(policy.victim(of: 0) == 2)
        #expect(policy.victim(of: 1) == 1)
        #expect(policy.victim(of: 9) == nil)
        policy.removed(1, tenant: 1)
        policy.removed(3, tenant: 1)
        #expect(policy.victim(of: 1) == 5)
        policy.removed(5, tenant: 1)
        #expect(policy.victim(of: 1) == nil)
        policy.inserted(1, tenant: 7)
        #expect(policy.victim(of: 7) == 1)
        #expect(policy.victim(of: nil) == 2)
    }

    @Test("names who gives way: the one who asks if above its share, then whoever is above it")
    func shares() {
        var shares = TenantShares(limit: 1000, sharePercent: 25)
        #expect(shares.charge(1, 700) == .done)
        #expect(shares.charge(2, 200) == .done)
        #expect(shares.charge(2, 150) == .full(evict: 2))
        #expect(shares.charge(3, 150) == .full(evict: 1))
        shares.release(1, 600)
        #expect(shares.charge(3, 200) == .done)
        #expect(shares.charge(4, 200) == .done)
        #expect(shares.charge(5, 200) == .done)
        #expect(shares.charge(6, 200) == .full(evict: nil))
        #expect(shares.bytes == 900)
        for tenant in 2...5 { shares.release(UInt64(tenant), 200) }
        shares.release(1, 100)
        #expect(shares.bytes == 0)
        #expect(shares.bytes(of: 1) == 0)
    }
}
