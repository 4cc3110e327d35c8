internal import DocketCache
internal import DocketTestKit
internal import Testing

@Suite("Reply cache", .timeLimit(.minutes(5)))
struct ReplyCacheTests {
    private let state = CollectionState()

    @Test("gives back what was stored under the same key")
    func roundTrip() {
        let cache = ReplyCache()
        #expect(cache.lookup(.raw(1), "query").isMiss)
        #expect(cache.store(.raw(1), "query", CachedReply([1, 2, 3], state)))
        #expect(cache.lookup(.raw(1), "query").fresh == [1, 2, 3])
        #expect(cache.lookup(.raw(1), "query2").isMiss)
        #expect(cache.lookup(.raw(1), "quer").isMiss)
        #expect(cache.lookup(.raw(1), "").isMiss)
        let statistics = cache.statistics
        #expect(statistics.hits == 1)
        #expect(statistics.misses == 4)
        #expect(statistics.keys == 1)
    }

    @Test("tells tenants, kinds of access, methods and forms apart when bodies are equal")
    func scopes() {
        let cache = ReplyCache()
        let scopes = [
            CacheScope.raw(1), .raw(2), .raw(1, access: 1), .raw(2, access: 1),
            .raw(1, method: 3), .raw(0, access: 1),
            CacheScope(tenant: 1, access: 0, method: 2, form: .canonical),
        ]
        for (index, scope) in scopes.enumerated() {
            for later in scopes[index...] { #expect(cache.lookup(later, "same").isMiss) }
            #expect(cache.store(scope, "same", CachedReply([UInt8(index)], state)))
        }
        for (index, scope) in scopes.enumerated() {
            #expect(cache.lookup(scope, "same").fresh == [UInt8(index)])
        }
    }

    @Test("keeps the newer of two replies for one key")
    func replacement() {
        let cache = ReplyCache()
        cache.store(.raw(1), "query", CachedReply([1], state))
        let bytes = cache.statistics.bytes
        cache.store(.raw(1), "query", CachedReply([2], state))
        #expect(cache.lookup(.raw(1), "query").fresh == [2])
        #expect(cache.statistics.bytes == bytes)
        #expect(cache.statistics.keys == 1)
    }

    @Test("charges a reply with two keys once, until both are gone")
    func alias() {
        let cache = ReplyCache()
        let reply = CachedReply(Array(repeating: 0, count: 10_000), state)
        let canonical = CacheScope(tenant: 1, access: 0, method: 2, form: .canonical)
        cache.store(canonical, "a b", reply)
        let one = cache.statistics.bytes
        cache.store(.raw(1), "A  b", reply)
        #expect(cache.statistics.bytes < one + 1000)
        // A reply in the place of the first key: the second one still leads to the old reply.
        cache.store(canonical, "a b", CachedReply([2], state))
        #expect(cache.lookup(.raw(1), "A  b").fresh?.count == 10_000)
        #expect(cache.statistics.bytes > 10_000)
        cache.store(.raw(1), "A  b", CachedReply([2], state))
        #expect(cache.statistics.bytes < 2000)
        cache.removeAll(of: 1)
        #expect(cache.statistics.bytes == 0)
    }

    @Test("refuses what is too heavy")
    func tooHeavy() {
        let small = ReplyCache(limitBytes: 1 << 20)
        let heavy = CachedReply(Array(repeating: 0, count: (1 << 20) / 100), state)
        #expect(!small.store(.raw(1), "query", heavy))
        let large = ReplyCache(limitBytes: 1 << 30)
        let heaviest = CachedReply(Array(repeating: 0, count: ReplyCache.entryMaximum), state)
        #expect(!large.store(.raw(1), "query", heaviest))
        let key = [UInt8](repeating: 0, count: ReplyCache.keyMaximum + 1)
        #expect(!large.store(.raw(1), key, CachedReply([], state)))
        let isMiss = unsafe large.lookup(.raw(1), key.span.bytes, now: 0).isMiss
        #expect(isMiss)
        #expect(!ReplyCache(limitBytes: 0).store(.raw(1), "query", CachedReply([], state)))
    }

    @Test("removes a tenant's replies and nobody else's")
    func removal() {
        let cache = ReplyCache()
        for number in 0..<2000 {
            cache.store(.raw(1), "query \(number)", CachedReply([1], state))
            cache.store(.raw(2), "query \(number)", CachedReply([2], state))
        }
        let before = cache.bytes(of: 2)
        cache.removeAll(of: 1)
        #expect(cache.bytes(of: 1) == 0)
        #expect(cache.bytes(of: 2) == before)
        #expect(cache.statistics.keys == 2000)
        for number in 0..<2000 {
            #expect(cache.lookup(.raw(1), "query \(number)").isMiss)
            #expect(cache.lookup(.raw(2), "query \(number)").fresh == [2])
        }
    }

    @Test("never passes its bound, and agrees with a model, whatever comes", arguments: 1...4)
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let limit = 400_000
        let cache = ReplyCache(limitBytes: limit)
        var stored: [CacheScope: [String: [UInt8]]] = [:]
        for step in 0..<20_000 {
            let tenant = UInt64.random(in: 1...5, using: &random)
            let scope = CacheScope.raw(tenant, access: .random(in: 0...1, using: &random))
            let key = "query \(Int.random(in: 0..<400, using: &random))"
            switch Int.random(in: 0..<100, using: &random) {
            case 0:
                cache.removeAll(of: tenant)
                for scope in stored.keys where scope.tenant == tenant { stored[scope] = nil }
                #expect(cache.bytes(of: tenant) == 0)
            case 1..<50:
                let count = Int.random(in: 0..<3000, using: &random)
                let body = [UInt8](repeating: UInt8(truncatingIfNeeded: step), count: count)
                if cache.store(scope, key, CachedReply(body, state)) {
                    stored[scope, default: [:]][key] = body
                }
            default:
                // It may be evicted; but what is there is what was stored last.
                guard let found = cache.lookup(scope, key).fresh else { continue }
                #expect(found == stored[scope]?[key])
            }
            #expect(cache.statistics.bytes <= limit)
        }
        #expect(cache.statistics.evicted > 100)
        #expect(cache.statistics.hits > 100)
        for tenant in 1...5 { cache.removeAll(of: UInt64(tenant)) }
        #expect(cache.statistics.bytes == 0)
        #expect(cache.statistics.keys == 0)
    }

    @Test("keeps what is asked for again, and what came last")
    func popularity() {
        let cache = ReplyCache(limitBytes: 1 << 20)
        for number in 0..<3000 {
            cache.store(.raw(1), "query \(number)", CachedReply([], state))
            _ = cache.lookup(.raw(1), "query 0")
        }
        #expect(cache.statistics.evicted > 100)
        #expect(cache.lookup(.raw(1), "query 0").fresh != nil)
        #expect(cache.lookup(.raw(1), "query 2999").fresh != nil)
    }

    @Test("takes a reply out with all of its keys, and has 8 of them at most")
    func keys() {
        let cache = ReplyCache()
        let reply = CachedReply([1], state)
        let canonical = CacheScope(tenant: 1, access: 0, method: 2, form: .canonical)
        cache.store(canonical, "a b", reply)
        for number in 0..<20 {
            cache.store(.raw(1), "a  b \(number)", reply)
            #expect(cache.lookup(.raw(1), "a  b \(number)").fresh == [1])
        }
        #expect(cache.statistics.keys == 8)
        #expect(cache.lookup(canonical, "a b").fresh == [1])
        #expect(cache.lookup(.raw(1), "a  b 0").isMiss)
        // What must not be shown any more goes when it is found, under whatever key.
        state.raise(hard: 2, soft: 2, schemaEpoch: 1)
        state.raise(hard: 2, soft: 2, schemaEpoch: 2)
        #expect(cache.lookup(.raw(1), "a  b 19").isMiss)
        #expect(cache.statistics.keys == 0)
        #expect(cache.statistics.bytes == 0)
    }

    @Test("hears of what is found although it notes it apart")
    func uses() {
        let cache = ReplyCache(limitBytes: 1 << 20)
        func storeOnce(_ numbers: Range<Int>) {
            for number in numbers {
                cache.store(.raw(1), "query \(number)", CachedReply([], state))
            }
        }
        storeOnce(0..<3000)
        let popular = (0..<50).map { "popular \($0)" }
        for (place, key) in popular.enumerated() {
            cache.store(.raw(1), key, CachedReply([], state))
            // Some in a row, and in the end more than are noted before the policy hears of them.
            for earlier in popular[...place] {
                for _ in 0..<3 { _ = cache.lookup(.raw(1), earlier) }
            }
        }
        storeOnce(3000..<6000)
        #expect(popular.count { cache.lookup(.raw(1), $0).fresh != nil } > 40)
    }

    @Test("lets a tenant fill the cache while there is room, and take no more when there is none")
    func shares() {
        let limit = 1 << 20
        let cache = ReplyCache(limitBytes: limit)
        let body = [UInt8](repeating: 0, count: 600)
        for number in 0..<50 {
            cache.store(.raw(1), "quiet \(number)", CachedReply(body, state))
        }
        for number in 0..<10_000 {
            cache.store(.raw(2), "flood \(number)", CachedReply(body, state))
        }
        #expect(cache.bytes(of: 2) > limit / 2)
        for number in 0..<50 {
            #expect(cache.lookup(.raw(1), "quiet \(number)").fresh != nil)
        }
        // A newcomer takes from the one above its share, though others are older.
        for number in 0..<150 {
            #expect(cache.store(.raw(3), "new \(number)", CachedReply(body, state)))
        }
        for number in 0..<150 { #expect(cache.lookup(.raw(3), "new \(number)").fresh != nil) }
        for number in 0..<50 {
            #expect(cache.lookup(.raw(1), "quiet \(number)").fresh != nil)
        }
    }

    @Test("stays whole under threads that store, look up and remove at once")
    func concurrency() async {
        let limit = 300_000
        let cache = ReplyCache(limitBytes: limit)
        let mixed = await withTaskGroup(of: Int.self) { group in
            for worker in 0..<8 {
                group.addTask { hammer(cache, seed: UInt64(worker), limit: limit) }
            }
            return await group.reduce(0, +)
        }
        #expect(mixed == 0)
        for tenant in 1...4 { cache.removeAll(of: UInt64(tenant)) }
        #expect(cache.statistics.bytes == 0)
        #expect(cache.statistics.keys == 0)
    }
}

/// Works on the cache and returns how often it saw a reply of another tenant or too many bytes.
private func hammer(_ cache: ReplyCache, seed: UInt64, limit: Int) -> Int {
    var random = SeededGenerator(seed: seed)
    var mixed = 0
    let states = (0..<4).map { _ in CollectionState() }
    for step in 0..<5000 {
        let tenant = UInt64.random(in: 1...4, using: &random)
        let key = "query \(Int.random(in: 0..<200, using: &random))"
        let state = states[Int(tenant) - 1]
        switch Int.random(in: 0..<1000, using: &random) {
        case 0: cache.removeAll(of: tenant)
        case 1..<10: state.raise(hard: UInt64(step), soft: UInt64(step), schemaEpoch: 1)
        case 10..<400:
            let count = Int.random(in: 1..<2500, using: &random)
            let reply = CachedReply([UInt8](repeating: UInt8(tenant), count: count), state)
            cache.store(.raw(tenant), key, reply)
            let canonical = CacheScope(tenant: tenant, access: 0, method: 2, form: .canonical)
            cache.store(canonical, key, reply)
        default:
            guard let body = cache.lookup(.raw(tenant), key).fresh else { continue }
            if body.contains(where: { UInt64($0) != tenant }) { mixed += 1 }
        }
        if cache.statistics.bytes > limit { mixed += 1 }
    }
    return mixed
}
