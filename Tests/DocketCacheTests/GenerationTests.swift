internal import DocketCache
internal import Testing

@Suite("Generations of cached replies", .timeLimit(.minutes(5)))
struct GenerationTests {
    private let cache = ReplyCache()
    private let state = CollectionState(hard: 5, soft: 5, schemaEpoch: 5, confirmed: .max)

    @Test("a raised hard generation leaves replies to be checked, until there is a newer one")
    func hard() {
        cache.store(.raw(1), "query", CachedReply([1], state))
        state.raise(hard: 6, soft: 5, schemaEpoch: 5)
        #expect(cache.lookup(.raw(1), "query").overtaken == [1])
        cache.store(.raw(1), "query", CachedReply([2], state))
        #expect(cache.lookup(.raw(1), "query").fresh == [2])
        #expect(cache.statistics.keys == 1)
    }

    @Test("a raised soft generation leaves them for those who allow it")
    func soft() {
        cache.store(.raw(1), "query", CachedReply([1], state))
        state.raise(hard: 5, soft: 6, schemaEpoch: 5)
        #expect(cache.lookup(.raw(1), "query").outdated == [1])
        cache.store(.raw(1), "query", CachedReply([2], state))
        #expect(cache.lookup(.raw(1), "query").fresh == [2])
        #expect(cache.statistics.stale == 1)
    }

    @Test("another schema takes them out")
    func schema() {
        cache.store(.raw(1), "query", CachedReply([1], state))
        state.raise(hard: 5, soft: 5, schemaEpoch: 6)
        #expect(cache.lookup(.raw(1), "query").isMiss)
        #expect(cache.statistics.keys == 0)
        #expect(cache.statistics.bytes == 0)
    }

    @Test("a late answer takes nothing back")
    func late() {
        state.raise(hard: 7, soft: 8, schemaEpoch: 9)
        state.raise(hard: 6, soft: 6, schemaEpoch: 6)
        let mark = state.mark()
        #expect(mark.hard == 7)
        #expect(mark.soft == 8)
        #expect(mark.schemaEpoch == 9)
    }

    @Test("a fill during which the hard generation rose is overtaken, and replaces no newer one")
    func fillAcross() {
        let reply = CachedReply([1], state)
        state.raise(hard: 6, soft: 5, schemaEpoch: 5)
        #expect(cache.store(.raw(1), "query", reply))
        guard case .overtaken = cache.lookup(.raw(1), "query") else {
            Issue.record("it is given as if nothing had been removed")
            return
        }
        #expect(cache.store(.raw(1), "query", CachedReply([2], state)))
        #expect(!cache.store(.raw(1), "query", reply))
        #expect(cache.lookup(.raw(1), "query").fresh == [2])
    }

    @Test("a reply of a truth that counts from anew replaces one of before")
    func otherState() {
        cache.store(.raw(1), "query", CachedReply([1], state))
        let anew = CollectionState(hard: 1, soft: 1, schemaEpoch: 5, confirmed: .max)
        #expect(cache.store(.raw(1), "query", CachedReply([2], anew)))
        #expect(cache.lookup(.raw(1), "query").fresh == [2])
    }

    @Test("a fill during which the soft generation rose is outdated from the start")
    func fillAcrossSoft() {
        let reply = CachedReply([1], state)
        state.raise(hard: 5, soft: 6, schemaEpoch: 5)
        #expect(cache.store(.raw(1), "query", reply))
        #expect(cache.lookup(.raw(1), "query").outdated == [1])
    }

    @Test("a collection that is gone keeps no reply, and takes none")
    func retired() {
        cache.store(.raw(1), "query", CachedReply([1], state))
        state.retire()
        #expect(state.isRetired)
        #expect(cache.lookup(.raw(1), "query").isMiss)
        #expect(!cache.store(.raw(1), "query", CachedReply([1], state)))
        state.raise(hard: 9, soft: 9, schemaEpoch: 9)
        #expect(state.isRetired)
    }

    @Test("replies are fresh within a second of a confirmation, and unconfirmed after it")
    func confirmation() {
        let second: UInt64 = 1_000_000_000
        let polled = CollectionState(hard: 1, soft: 1, schemaEpoch: 1, confirmed: 10 * second)
        cache.store(.raw(1), "query", CachedReply([1], polled))
        #expect(cache.lookup(.raw(1), "query", now: 11 * second).fresh == [1])
        #expect(cache.lookup(.raw(1), "query", now: 11 * second + 1).unconfirmed == [1])
        polled.confirm(at: 11 * second)
        polled.confirm(at: 9 * second)
        #expect(cache.lookup(.raw(1), "query", now: 12 * second).fresh == [1])
        polled.raise(hard: 2, soft: 1, schemaEpoch: 1)
        #expect(cache.lookup(.raw(1), "query", now: 99 * second).overtaken == [1])
    }

    @Test("what the store itself reports needs no confirmation, whatever is said later")
    func reported() {
        state.confirm(at: 5)
        cache.store(.raw(1), "query", CachedReply([1], state))
        #expect(cache.lookup(.raw(1), "query", now: .max).fresh == [1])
    }
}
