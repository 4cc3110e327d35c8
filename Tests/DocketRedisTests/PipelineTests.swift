import DocketCore
import DocketSystem
import Testing

@testable import DocketRedis

@Suite("What is asked of Redis", .timeLimit(.minutes(5)))
struct PipelineTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    private func key(_ number: Int) -> SharedReplyKey { SharedReplyKey([UInt8(number)]) }

    private func lookup(
        _ ticket: UInt64,
        _ keys: [Int],
        within limit: Duration = .milliseconds(20)
    ) -> RedisPipeline.Lookup {
        .init(ticket: ticket, keys: keys.map(key), deadline: Self.start + limit)
    }

    private func entry(_ number: Int, bytes: Int = 1) -> RedisPipeline.Entry {
        .init(key: key(number), reply: SharedReply([UInt8](repeating: 7, count: bytes)))
    }

    /// A pipeline on which lookups are taken.
    private func open(_ limits: RedisPipeline.Limits = .init()) -> RedisPipeline {
        var pipeline = RedisPipeline(limits)
        #expect(pipeline.handle(.begun(commands: 1), at: Self.start) == [])
        #expect(pipeline.handle(.answered(.done), at: Self.start) == [.opened])
        return pipeline
    }

    @Test("what waits while an answer is owed goes as one MGET, each key once")
    func batches() {
        var pipeline = open()
        #expect(pipeline.handle(.lookup(lookup(1, [1])), at: Self.start) == [.get([key(1)])])
        #expect(pipeline.handle(.lookup(lookup(2, [2])), at: Self.start) == [])
        #expect(pipeline.handle(.lookup(lookup(3, [3, 2])), at: Self.start) == [])
        #expect(
            pipeline.handle(.answered(.values([[9]])), at: Self.start) == [
                .settle(ticket: 1, .values([SharedReply([9])])), .get([key(2), key(3)]),
            ]
        )
        #expect(
            pipeline.handle(.answered(.values([nil, [5]])), at: Self.start) == [
                .settle(ticket: 2, .values([nil])),
                .settle(ticket: 3, .values([SharedReply([5]), nil])),
            ]
        )
        #expect(pipeline.nextDeadline == nil)
    }

    @Test("an MGET has no more keys than its limit, and fewer where values are large")
    func bounds() {
        var limits = RedisPipeline.Limits()
        limits.keys = 3
        limits.answerBytes = 1 << 20
        var pipeline = open(limits)
        _ = pipeline.handle(.lookup(lookup(1, [1])), at: Self.start)
        for number in 2...9 {
            _ = pipeline.handle(.lookup(lookup(UInt64(number), [number])), at: Self.start)
        }
        let large = [UInt8](repeating: 1, count: 4 << 20)
        let actions = pipeline.handle(.answered(.values([large])), at: Self.start)
        #expect(actions.last == .get([key(2)]))
        var small = pipeline.handle(.answered(.values([[1]])), at: Self.start)
        for number in 3...4 {
            #expect(small.last == .get([key(number)]))
            small = pipeline.handle(.answered(.values([[1]])), at: Self.start)
        }
        #expect(small.last == .get([key(5), key(6)]))
        small = pipeline.handle(.answered(.values([[1], nil])), at: Self.start)
        #expect(small.last == .get([key(7), key(8), key(9)]))
    }

    @Test("stores go behind the MGET, few unanswered at once, and more than fit are dropped")
    func stores() {
        var limits = RedisPipeline.Limits()
        limits.unanswered = 1
        limits.storing = 2
        limits.storingBytes = 10
        var pipeline = open(limits)
        #expect(pipeline.handle(.store(entry(1)), at: Self.start) == [.set(entry(1))])
        #expect(pipeline.handle(.store(entry(2)), at: Self.start) == [])
        #expect(pipeline.handle(.store(entry(3, bytes: 10)), at: Self.start) == [.dropped])
        #expect(pipeline.handle(.lookup(lookup(1, [1])), at: Self.start) == [.get([key(1)])])
        #expect(pipeline.handle(.answered(.done), at: Self.start) == [.set(entry(2))])
        #expect(
            pipeline.handle(.answered(.values([nil])), at: Self.start) == [
                .settle(ticket: 1, .values([nil]))
            ]
        )
        #expect(
            pipeline.handle(.answered(.refused("OOM")), at: Self.start) == [.refused("OOM")]
        )
    }

    @Test("who is late goes on; the answer that comes still is nobody's, and those after it fit")
    func late() {
        var pipeline = open()
        _ = pipeline.handle(.lookup(lookup(1, [1])), at: Self.start)
        _ = pipeline.handle(.lookup(lookup(2, [2], within: .milliseconds(50))), at: Self.start)
        #expect(pipeline.nextDeadline == Self.start + .milliseconds(20))
        let then = Self.start + .milliseconds(20)
        #expect(pipeline.handle(.timePassed, at: then) == [.settle(ticket: 1, .late)])
        #expect(pipeline.handle(.answered(.values([[1]])), at: then) == [.get([key(2)])])
        #expect(
            pipeline.handle(.answered(.values([[2]])), at: then) == [
                .settle(ticket: 2, .values([SharedReply([2])]))
            ]
        )
    }

    @Test("a connection that owes an answer for a second is given up, a greeting too")
    func silence() {
        var pipeline = open()
        #expect(pipeline.handle(.timePassed, at: Self.start + .seconds(9)) == [])
        _ = pipeline.handle(.store(entry(1)), at: Self.start)
        #expect(pipeline.nextDeadline == Self.start + .seconds(1))
        #expect(
            pipeline.handle(.timePassed, at: Self.start + .seconds(1)) == [
                .giveUp("no answer comes")
            ]
        )
        var greeting = RedisPipeline()
        _ = greeting.handle(.begun(commands: 2), at: Self.start)
        #expect(
            greeting.handle(.timePassed, at: Self.start + .seconds(1)) == [
                .giveUp("no answer comes")
            ]
        )
    }

    @Test("without a connection lookups end at once, and so do all that wait when it is lost")
    func away() {
        var pipeline = RedisPipeline()
        #expect(
            pipeline.handle(.lookup(lookup(1, [1])), at: Self.start) == [.settle(ticket: 1, .away)]
        )
        #expect(pipeline.handle(.store(entry(1)), at: Self.start) == [.dropped])
        pipeline = open()
        _ = pipeline.handle(.lookup(lookup(1, [1])), at: Self.start)
        _ = pipeline.handle(.lookup(lookup(2, [2])), at: Self.start)
        #expect(
            pipeline.handle(.lost, at: Self.start) == [
                .settle(ticket: 1, .away), .settle(ticket: 2, .away),
            ]
        )
        #expect(!pipeline.isOpen && pipeline.nextDeadline == nil)
    }

    @Test("no more wait than the limit")
    func full() {
        var limits = RedisPipeline.Limits()
        limits.waiting = 1
        var pipeline = open(limits)
        _ = pipeline.handle(.lookup(lookup(1, [1])), at: Self.start)
        #expect(pipeline.handle(.lookup(lookup(2, [2])), at: Self.start) == [])
        #expect(
            pipeline.handle(.lookup(lookup(3, [3])), at: Self.start) == [.settle(ticket: 3, .full)]
        )
    }

    @Test("a greeting that is refused, or an answer that fits no command, ends the connection")
    func wrongAnswers() {
        var greeting = RedisPipeline()
        _ = greeting.handle(.begun(commands: 2), at: Self.start)
        #expect(
            greeting.handle(.answered(.refused("WRONGPASS")), at: Self.start) == [
                .giveUp("WRONGPASS")
            ]
        )
        let wrong: [RedisReply] = [.values([]), .values([nil, nil]), .done, .unexpected]
        for reply in wrong {
            var pipeline = open()
            _ = pipeline.handle(.lookup(lookup(1, [1])), at: Self.start)
            #expect(
                pipeline.handle(.answered(reply), at: Self.start) == [
                    .settle(ticket: 1, .refused), .giveUp("an answer that no command has"),
                ]
            )
        }
        var idle = open()
        #expect(
            idle.handle(.answered(.done), at: Self.start) == [.giveUp("an answer to nothing")]
        )
        var refused = open()
        _ = refused.handle(.lookup(lookup(1, [1])), at: Self.start)
        #expect(
            refused.handle(.answered(.refused("NOPERM")), at: Self.start) == [
                .settle(ticket: 1, .refused), .refused("NOPERM"),
            ]
        )
    }
}
