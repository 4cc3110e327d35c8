import DocketSystem
import Testing

@testable import DocketRuntime

@Suite("The limit of calls to a peer", .timeLimit(.minutes(5)))
struct ConcurrencyLimitTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    /// A peer that works on `width` calls at once, each for 10 ms: further ones wait inside of it.
    private struct Peer {
        let width: Int
        var limit = ConcurrencyLimit()
        var now = ConcurrencyLimitTests.start

        init(width: Int) { self.width = width }

        /// Ends so many calls; as many as `offered` want to be under way.
        mutating func answer(_ calls: Int, offered: Int) {
            for _ in 0..<calls {
                let count = min(offered, limit.limit)
                let time = Duration.milliseconds(10) * max(1, Double(count) / Double(width))
                now = now + time / Double(count)
                limit.ended(after: time, beside: count, at: now)
            }
        }
    }

    @Test(
        "stays near what the peer works on at once, however many want to call",
        arguments: [
            (2, 3...9), (8, 9...20), (40, 40...64), (200, 64...64),
        ]
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
        #expect(peer.limit.limit == ConcurrencyLimit.Configuration().initial)
    }

    @Test("finds the base anew after a minute, by few calls at once")
    func base() {
        var peer = Peer(width: 4)
        peer.answer(60, offered: 1)
        peer.answer(2000, offered: 100)
        let found = peer.limit.limit
        #expect(found > 3)
        peer.now = peer.now + .seconds(60)
        peer.answer(50, offered: 100)
        #expect(peer.limit.limit == 3)
        peer.answer(50, offered: 100)
        #expect(peer.limit.limit == found)
    }

    @Test("falls to a few, however long calls take")
    func fall() {
        var limit = ConcurrencyLimit()
        for _ in 0..<50 { limit.ended(after: .milliseconds(1), beside: 1, at: Self.start) }
        for _ in 0..<1000 { limit.ended(after: .seconds(10), beside: 8, at: Self.start) }
        // Half of four, and its root.
        #expect(limit.limit == 4)
        #expect(limit.time == .seconds(10))
    }
}
