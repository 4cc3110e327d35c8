import Testing

@testable import DocketRuntime

@Suite("The limit of calls to a peer", .timeLimit(.minutes(5)))
struct ConcurrencyLimitTests {
    /// A peer that works on `width` calls at once, each for 10 ms: further ones wait inside of it.
    private struct Peer {
        var width: Int
        var limit = ConcurrencyLimit()

        init(width: Int) { self.width = width }

        /// Ends so many calls; as many as `offered` want to be under way.
        mutating func answer(_ calls: Int, offered: Int) {
            for _ in 0..<calls {
                let count = min(offered, limit.limit)
                let time = Duration.milliseconds(10) * max(1, Double(count) / Double(width))
                limit.ended(after: time, beside: count)
            }
        }
    }

    @Test(
        "stays near what the peer works on at once, however many want to call",
        arguments: [(2, 8...9), (8, 9...20), (40, 40...64), (200, 64...64)]
    )
    func overload(width: Int, expected: ClosedRange<Int>) {
        var peer = Peer(width: width)
        peer.answer(100, offered: 1)
        peer.answer(2000, offered: 1000)
        #expect(expected.contains(peer.limit.limit), "\(peer.limit.limit)")
        // A flood of hours is no reason to take its times for usual.
        peer.answer(200_000, offered: 1000)
        #expect(expected.contains(peer.limit.limit), "\(peer.limit.limit)")
    }

    @Test("does not rise for who has no use for it")
    func unused() {
        var peer = Peer(width: 100)
        peer.answer(10_000, offered: 2)
        #expect(peer.limit.limit == ConcurrencyLimit.Configuration().minimum)
    }

    @Test("rises without a calm moment as well, for a peer that can do more")
    func flood() {
        var peer = Peer(width: 200)
        peer.answer(2000, offered: 1000)
        #expect(peer.limit.limit == 64)
    }

    @Test(
        "does not follow a flood that came before enough calls were calm",
        arguments: [0, 10, 49]
    )
    func earlyFlood(calm: Int) {
        var peer = Peer(width: 2)
        peer.answer(calm, offered: 1)
        peer.answer(200_000, offered: 1000)
        #expect(peer.limit.limit < 20, "\(peer.limit.limit)")
    }

    @Test("finds the base anew whenever there is little to do")
    func base() {
        var peer = Peer(width: 8)
        peer.answer(60, offered: 1)
        peer.answer(2000, offered: 100)
        let narrow = peer.limit.limit
        peer.width = 40
        peer.answer(60, offered: 1)
        peer.answer(2000, offered: 100)
        #expect(peer.limit.limit > narrow)
    }

    @Test("falls to its minimum, however long calls take")
    func fall() {
        var limit = ConcurrencyLimit()
        for _ in 0..<50 { limit.ended(after: .milliseconds(1), beside: 1) }
        for _ in 0..<1000 { limit.ended(after: .seconds(10), beside: 8) }
        #expect(limit.limit == ConcurrencyLimit.Configuration().minimum)
        #expect(limit.time == .seconds(10))
    }
}
