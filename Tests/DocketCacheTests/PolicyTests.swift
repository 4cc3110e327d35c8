internal import DocketTestKit
internal import Testing

@testable internal import DocketCache

@Suite("What the cache keeps", .timeLimit(.minutes(5)))
struct PolicyTests {
    @Test("takes out what a model without regard to time takes out", .seeded, arguments: 0..<8)
    func oracle(round: Int) {
        var random = SeededGenerator()
        for _ in 0...round { _ = random.next() }
        var table = EntryTable()
        var policy = WindowTinyLFU(windowShare: 0.01)
        var model = PolicyModel(windowShare: 0.01)
        var slots: [Int: Int] = [:]
        let limit = Int.random(in: 1000...20_000, using: &random)
        for _ in 0..<4000 {
            // Few keys are popular, so that hits, admissions and refusals all happen.
            let among = Bool.random(using: &random) ? 20 : 400
            let key = Int.random(in: 0..<among, using: &random)
            switch Int.random(in: 0..<100, using: &random) {
            case 0:
                policy.windowShare = [0.01, 0.2, 0.6, 0.95].randomElement(using: &random) ?? 0.2
                model.windowShare = policy.windowShare
            case 1..<4:
                guard let slot = slots.removeValue(forKey: key) else { continue }
                policy.removed(slot, &table)
                model.removed(slot)
                table.remove(slot)
            case 4..<8:
                guard let slot = slots[key] else { continue }
                let change = Int.random(in: 1...300, using: &random)
                policy.changed(slot, by: change, &table)
                model.changed(slot, by: change)
            default:
                if let slot = slots[key] {
                    policy.used(slot, &table)
                    model.used(slot)
                    continue
                }
                let weight = Int.random(in: 1...30, using: &random) * 10
                let benefit = Int.random(in: 1...4, using: &random)
                let slot = table.add(
                    EntryTable.Entry(
                        hash: hash(key),
                        tenant: 0,
                        benefit: Int32(benefit),
                        weight: Int32(weight)
                    )
                )
                slots[key] = slot
                policy.inserted(slot, &table)
                model.inserted(
                    .init(slot: slot, hash: hash(key), benefit: benefit, weight: weight)
                )
            }
            while policy.bytes > limit {
                let contests = Bool.random(using: &random)
                let victim = policy.victim(contests: contests, table)
                #expect(model.victim(contests: contests) == victim)
                guard let victim else { break }
                slots = slots.filter { $0.value != victim }
                policy.removed(victim, &table)
                model.removed(victim)
                table.remove(victim)
            }
            #expect(policy.bytes == model.bytes)
            #expect(policy.count == slots.count)
        }
    }

    @Test("keeps what is asked for again, whatever is asked for once")
    func scan() {
        var cache = PolicyReplay(limit: 100_000)
        for _ in 0..<3 { for key in 0..<50 { cache.request(key) } }
        for number in 0..<20_000 {
            cache.request(1_000_000 + number)
            // Once in 400 requests.
            if number.isMultiple(of: 8) { cache.request(number / 8 % 50) }
        }
        let before = cache.hits
        for key in 0..<50 { cache.request(key) }
        #expect(cache.hits == before + 50)
    }

    @Test("keeps what took long before what took little, and small before large")
    func benefit() {
        for (dear, cheap) in [((8, 1000), (1, 1000)), ((1, 500), (1, 4000))] {
            var cache = PolicyReplay(limit: 100_000)
            for _ in 0..<40 {
                for key in 0..<90 { cache.request(key, benefit: dear.0, weight: dear.1) }
                for key in 200..<290 { cache.request(key, benefit: cheap.0, weight: cheap.1) }
            }
            #expect((0..<90).count { cache.holds($0) } > 80)
        }
    }

    @Test("finds the window that suits: as much as LRU where the last comes next, and round a loop")
    func window() {
        var random = SeededGenerator(seed: 11)
        // Each key comes three times within 300 requests, and never again.
        let recent = (0..<120_000).map { $0 / 3 - Int.random(in: 0..<100, using: &random) }
        let loop = (0..<120_000).map { 10_000_000 + $0 % 1100 }
        let limit = 1000
        for (name, keys, least) in [("recent", recent, 0.96), ("loop", loop, 0.95)] {
            var cache = PolicyReplay(limit: limit * 100)
            for key in keys { cache.request(key, weight: 100) }
            let best =
                name == "loop"
                ? Double(limit) / 1100 * Double(keys.count)
                : Double(keys.count - Set(keys).count)
            #expect(Double(cache.hits) > least * best, "\(name): \(cache.hits) of \(best)")
        }
    }

    @Test("changes the window with what is asked")
    func change() {
        var random = SeededGenerator(seed: 12)
        var cache = PolicyReplay(limit: 60_000)
        for round in 0..<3 {
            let before = cache.hits
            for number in 0..<40_000 {
                cache.request(
                    number / 3 - Int.random(in: 0..<100, using: &random) + round * 1_000_000,
                    weight: 100
                )
            }
            #expect(cache.hits - before > 22_000)
            let middle = cache.hits
            for number in 0..<80_000 { cache.request(-1 - number % 800, weight: 100) }
            #expect(cache.hits - middle > 40_000)
        }
    }

    @Test("lets no tenant take from one that uses less, whatever it asks for and however often")
    func tenants() {
        var cache = PolicyReplay(limit: 1_000_000)
        for tenant in 1...100 as ClosedRange<UInt64> {
            for key in 0..<5 { cache.request(key, of: tenant, weight: 1000) }
        }
        // Scans, and keys that are as popular as can be.
        for number in 0..<20_000 {
            cache.request(number, of: 500, weight: 1000)
            for _ in 0..<16 { cache.request(number % 700, of: 501, weight: 1000) }
        }
        for tenant in 1...100 as ClosedRange<UInt64> {
            #expect(cache.policy.bytes(of: tenant) == 5000)
        }
        #expect(cache.policy.bytes(of: 500) + cache.policy.bytes(of: 501) <= 500_000)
        #expect(cache.policy.bytes(of: 500) > 150_000)
        #expect(cache.policy.bytes(of: 501) > 150_000)
    }

    @Test("has room for everybody's part when there are more tenants than entries")
    func manyTenants() {
        var cache = PolicyReplay(limit: 50_000)
        for tenant in 0..<3000 as Range<UInt64> {
            cache.request(0, of: tenant, weight: 100)
            #expect(cache.policy.bytes <= 50_000)
        }
        #expect(cache.policy.count > 400)
    }
}

/// The policy with keys instead of replies: what is not found is stored.
struct PolicyReplay {
    private struct Key: Hashable {
        let tenant: UInt64
        let number: Int
    }

    private(set) var policy: CachePolicy
    private(set) var hits = 0
    private var tickets: [Key: CachePolicy.Ticket] = [:]
    private var keys: [Int: Key] = [:]
    private var evicted: [Int] = []
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
        policy = CachePolicy(limit: limit, sharePercent: 25)
    }

    func holds(_ number: Int) -> Bool { tickets[Key(tenant: 1, number: number)] != nil }

    mutating func request(
        _ number: Int,
        of tenant: UInt64 = 1,
        benefit: Int = 1,
        weight: Int = 1000
    ) {
        let key = Key(tenant: tenant, number: number)
        if let ticket = tickets[key] {
            hits += 1
            return policy.used(ticket)
        }
        let ticket = policy.insert(
            of: tenant,
            hash: hash(number &* 1_000_003 ^ Int(tenant)),
            weight: weight,
            benefit: benefit,
            &evicted
        )
        tickets[key] = ticket
        let slot = policy.slot(of: ticket) ?? -1
        for gone in evicted where gone != slot {
            if let key = keys.removeValue(forKey: gone) { tickets[key] = nil }
        }
        if slot < 0 { tickets[key] = nil } else { keys[slot] = key }
        evicted.removeAll(keepingCapacity: true)
        #expect(policy.bytes <= limit)
    }
}
