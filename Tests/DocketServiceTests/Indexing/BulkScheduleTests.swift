import DocketCore
import DocketSystem
import DocketTestKit
import Testing

@testable import DocketService

@Suite("Bulks and refreshes", .timeLimit(.minutes(5)))
struct BulkScheduleTests {
    @Test("a document after quiet goes through at once: sent, refreshed, completed")
    func alone() throws {
        let bench = try BulkBench()
        bench.lease(1)
        let bulk = try #require(bench.bulks.first)
        bench.sent(bulk, .applied)
        #expect(bench.refreshes.count == 1 && bench.completions.isEmpty)
        bench.apply { $0.refreshed(isDone: true, at: $1) }
        #expect(bench.completions.map(\.count) == [1])
        bench.apply { $0.completed(isDone: true, at: $1) }
        #expect(bench.schedule.held == 0)
    }

    @Test("under load no refresh begins within five seconds of the last")
    func spaced() throws {
        let bench = try BulkBench()
        var begun: [MonotonicTime] = []
        bench.filled()
        for _ in 0..<400 {
            if bench.asked != nil { bench.answer(2000) }
            for bulk in bench.takeBulks() { bench.sent(bulk, .applied) }
            if bench.takeRefresh() {
                begun.append(bench.now)
                bench.apply { $0.refreshed(isDone: true, at: $1) }
            }
            if bench.takeCompletion() { bench.apply { $0.completed(isDone: true, at: $1) } }
            bench.pass(.milliseconds(100))
        }
        #expect(begun.count >= 7 && begun.count <= 9)
        for (earlier, later) in zip(begun, begun.dropFirst()) {
            #expect(later - earlier >= .seconds(5))
        }
    }

    @Test(
        "what ends a large backlog is refreshed at once, a small one in its turn",
        arguments: [(1, false), (6, true)]
    )
    func backlogEnds(leases: Int, isAtOnce: Bool) throws {
        let bench = try BulkBench()
        bench.lease(1)
        bench.sent(try bench.takeBulk(), .applied)
        #expect(bench.takeRefresh())
        bench.apply { $0.refreshed(isDone: true, at: $1) }
        bench.filled()
        for _ in 0..<leases {
            bench.answer(2000)
            for bulk in bench.takeBulks() { bench.sent(bulk, .applied) }
            #expect(!bench.takeRefresh())
        }
        bench.answer(0)
        #expect(bench.takeRefresh() == isAtOnce)
    }

    @Test("as many leases as may be held are refreshed at once")
    func full() throws {
        let bench = try BulkBench()
        bench.lease(1)
        bench.sent(try bench.takeBulk(), .applied)
        #expect(bench.takeRefresh())
        bench.apply { $0.refreshed(isDone: true, at: $1) }
        bench.apply { $0.completed(isDone: true, at: $1) }
        bench.filled()
        while bench.asked != nil {
            bench.answer(2000)
            for bulk in bench.takeBulks() { bench.sent(bulk, .applied) }
        }
        #expect(bench.schedule.held == bench.schedule.limits.leases && bench.takeRefresh())
    }

    @Test("the interval of refreshes grows while the engine is pressed, and shrinks again")
    func adapting() throws {
        var refreshes = RefreshSchedule(BulkLimits())
        var now = MonotonicTime(nanoseconds: 1 << 40)
        func refresh(pressed: Bool, taking time: Duration = .zero) throws -> Duration {
            now = now + .seconds(60)
            refreshes.add([try BulkBench.applied(at: now)], at: now)
            if pressed { refreshes.pressed() }
            #expect(refreshes.begin(.paused, at: now) != nil)
            #expect(refreshes.ended(isDone: true, at: now + time).count == 1)
            return refreshes.interval
        }
        let pressed = try (0..<4).map { _ in try refresh(pressed: true) }
        #expect(pressed == [.seconds(10), .seconds(20), .seconds(30), .seconds(30)])
        let calm = try (0..<4).map { _ in try refresh(pressed: false) }
        #expect(calm == [.seconds(15), .milliseconds(7500), .seconds(5), .seconds(5)])
        #expect(try refresh(pressed: false, taking: .seconds(2)) == .seconds(8))
    }

    @Test("what comes soon after a small lease is leased together")
    func gathered() throws {
        let limits = BulkLimits()
        let bench = try BulkBench(limits)
        bench.filled()
        bench.answer(1)
        bench.filled()
        bench.filled()
        #expect(bench.asked == nil)
        bench.pass(limits.leaseSpacing)
        bench.answer(2)
        #expect(bench.bulks.map(\.changes.count) == [1, 2])
        // A full lease is followed by the next at once, and so is one that found nothing.
        for bulk in bench.takeBulks() { bench.sent(bulk, .applied) }
        bench.pass(limits.poll * 2)
        bench.answer(2 * limits.bulkDocuments)
        #expect(bench.asked != nil)
        bench.answer(0)
        bench.filled()
        #expect(bench.asked != nil)
    }

    @Test("what is completed has been found since the end of its last refresh")
    func found() throws {
        let bench = try BulkBench()
        var ends: [MonotonicTime] = []
        // The later refreshes end before the outbox has heard of what the first one showed.
        for _ in 0..<3 {
            bench.lease(1)
            bench.sent(try bench.takeBulk(), .applied)
            #expect(bench.takeRefresh())
            bench.pass(.milliseconds(1))
            ends.append(bench.now)
            bench.apply { $0.refreshed(isDone: true, at: $1) }
            bench.pass(.seconds(6))
        }
        bench.apply { $0.completed(isDone: true, at: $1) }
        #expect(bench.completions.map(\.count) == [1, 2])
        #expect(bench.foundSince == [ends[0], ends[2]])
    }

    @Test("what ends while a refresh is under way waits for the next one")
    func during() throws {
        let bench = try BulkBench()
        bench.lease(1)
        bench.sent(try bench.takeBulk(), .applied)
        #expect(bench.takeRefresh())
        bench.lease(1)
        bench.sent(try bench.takeBulk(), .applied)
        bench.apply { $0.refreshed(isDone: true, at: $1) }
        #expect(bench.completions.flatMap { $0 }.map(\.lease.number) == [1])
        bench.apply { $0.completed(isDone: true, at: $1) }
        #expect(bench.refreshes.isEmpty)
        bench.pass(.seconds(5))
        #expect(bench.takeRefresh())
        bench.apply { $0.refreshed(isDone: true, at: $1) }
        #expect(bench.completions.flatMap { $0 }.map(\.lease.number) == [1, 2])
    }

    @Test("at most two bulks are under way, each by documents and bytes")
    func width() throws {
        let bench = try BulkBench()
        bench.lease(1500)
        #expect(bench.bulks.map(\.changes.count) == [1000, 500])
        bench.lease(900)
        #expect(bench.bulks.count == 2)
        bench.sent(try bench.takeBulk(1), .applied)
        #expect(bench.bulks.map(\.changes.count) == [900])
        let large = try BulkBench()
        large.lease(9, bytes: 2 << 20)
        #expect(large.bulks.map(\.changes.count) == [2, 2])
        let huge = try BulkBench()
        huge.lease(3, bytes: 9 << 20)
        #expect(huge.bulks.map(\.changes.count) == [1, 1])
    }

    @Test("busy gives back without an attempt, halves the bulks after a pause, and they grow again")
    func busy() throws {
        let bench = try BulkBench()
        bench.lease(2000)
        bench.answer(0)
        let bulks = bench.takeBulks()
        bench.sent(bulks[0], .busy)
        let release = try #require(bench.releases.first)
        #expect(release.leases.count == 1000 && !release.isAttempt && release.delay > .zero)
        #expect(bench.schedule.bulkSize == 500)
        bench.sent(bulks[1], .busy)
        #expect(bench.schedule.bulkSize == 250)
        bench.filled()
        #expect(bench.asked == nil, "nothing is leased in the pause")
        bench.pass(.seconds(1))
        bench.answer(2000)
        #expect(bench.bulks.map(\.changes.count) == [250, 250])
        for _ in 0..<20 {
            for bulk in bench.takeBulks() { bench.sent(bulk, .applied) }
            if bench.asked != nil { bench.answer(2000) }
        }
        #expect(bench.schedule.bulkSize == 1000)
    }

    @Test("a bulk that is not answered makes the next ones half as large")
    func unanswered() throws {
        let bench = try BulkBench()
        bench.lease(1000)
        let bulk = try bench.takeBulk()
        bench.apply { $0.sendFailed(bulk.number, at: $1) }
        bench.pass(.seconds(1))
        bench.lease(1000)
        #expect(bench.bulks.map(\.changes.count) == [500, 500])
    }

    @Test(
        "a refused document is tried by itself three times, later each time, then it fails",
        arguments: [
            (IndexOutcome.refused(reason: "too long"), "too long"),
            (.superseded, SortedOutcomes.unknownVersion),
        ]
    )
    func refused(_ outcome: IndexOutcome, reason: String) throws {
        let bench = try BulkBench()
        bench.lease(3)
        let bulk = try bench.takeBulk()
        bench.sent(bulk, [.applied, outcome, .applied])
        #expect(bench.releases.map(\.isAttempt) == [true])
        #expect(bench.releases.map(\.leases.count) == [1])
        for attempts in 1...3 {
            bench.pass(.seconds(2))
            bench.lease(2, attempts: attempts)
            let bulks = bench.takeBulks()
            #expect(bulks.map { $0.changes.map(\.attempts) } == [[attempts], [0]])
            bench.sent(bulks[0], outcome)
            bench.sent(bulks[1], .applied)
        }
        #expect(bench.releases.map(\.delay) == [.seconds(1), .seconds(2), .seconds(3)])
        #expect(bench.failures.map(\.reason) == [reason])
    }

    @Test("while the engine takes no writes, one document is sent now and then")
    func held() throws {
        let bench = try BulkBench()
        bench.lease(2000)
        bench.answer(500)
        bench.sent(try bench.takeBulk(), .held)
        #expect(bench.schedule.isHeld)
        #expect(bench.releases.map(\.leases.count) == [1500])
        #expect(bench.releases.allSatisfy { !$0.isAttempt && $0.delay == .zero })
        for _ in 0..<3 {
            bench.filled()
            #expect(bench.asked == nil)
            bench.pass(.seconds(6))
            #expect(bench.asked?.documents == 1)
            bench.answer(1)
            let bulks = bench.takeBulks()
            #expect(bulks.map(\.changes.count) == [1])
            bench.sent(bulks[0], .held)
            #expect(bench.schedule.isHeld && bench.asked == nil)
        }
        bench.pass(.seconds(6))
        bench.answer(0)
        #expect(bench.schedule.isHeld, "nothing to try it with")
        bench.pass(.seconds(6))
        bench.answer(1)
        bench.sent(try bench.takeBulk(), .applied)
        #expect(!bench.schedule.isHeld)
        #expect(bench.asked?.documents == 2000)
    }

    @Test("a bulk of which nothing is known is given back without an attempt, later each time")
    func unknown() throws {
        let bench = try BulkBench()
        var delays: [Duration] = []
        for _ in 0..<10 {
            bench.lease(1)
            let bulk = try bench.takeBulk()
            bench.apply { $0.sendFailed(bulk.number, at: $1) }
            let release = try #require(bench.releases.last)
            #expect(!release.isAttempt && release.leases.count == 1)
            delays.append(release.delay)
            bench.pass(.seconds(40))
        }
        #expect(delays[0] >= .milliseconds(125) && delays[0] <= .milliseconds(250))
        #expect(delays[9] >= .seconds(15) && delays[9] <= .seconds(30))
    }

    @Test("an answer with fewer items than the bulk says nothing of any")
    func short() throws {
        let bench = try BulkBench()
        bench.lease(3)
        bench.sent(try bench.takeBulk(), [.applied, .applied])
        #expect(bench.releases.map(\.leases.count) == [3] && bench.refreshes.isEmpty)
    }

    @Test("what was not sent in its time is given back, what was applied is refreshed in time")
    func leaseTimes() throws {
        let bench = try BulkBench()
        bench.lease(2000)
        bench.answer(500)
        let bulks = bench.takeBulks()
        bench.pass(.seconds(14))
        #expect(bench.releases.isEmpty)
        bench.pass(.seconds(1))
        #expect(bench.releases.map(\.leases.count) == [500])
        for bulk in bulks { bench.sent(bulk, .applied) }
        #expect(bench.takeRefresh())
        bench.apply { $0.refreshed(isDone: false, at: $1) }
        #expect(!bench.takeRefresh(), "not at once again")
        bench.pass(.seconds(25))
        #expect(bench.takeRefresh(), "although the interval has grown")
        bench.pass(.seconds(25))
        bench.apply { $0.refreshed(isDone: false, at: $1) }
        #expect(bench.schedule.held == 0, "their leases have ended")
    }

    @Test("no more is leased than may be held")
    func bound() throws {
        var limits = BulkLimits()
        limits.leases = 20_000
        let bench = try BulkBench(limits)
        for _ in 0..<100 {
            if bench.asked != nil { bench.answer(2000) }
            for bulk in bench.takeBulks() { bench.sent(bulk, .applied) }
            bench.filled()
            #expect(bench.schedule.held <= 20_000)
        }
        #expect(bench.schedule.held == 20_000 && bench.asked == nil)
    }

    @Test("completions that fail are tried again, while their leases last")
    func completionFails() throws {
        let bench = try BulkBench()
        bench.lease(1)
        bench.sent(try bench.takeBulk(), .applied)
        bench.apply { $0.refreshed(isDone: true, at: $1) }
        for _ in 0..<3 {
            #expect(bench.takeCompletion())
            bench.apply { $0.completed(isDone: false, at: $1) }
            #expect(!bench.takeCompletion())
            bench.pass(.seconds(3))
        }
        bench.pass(.seconds(60))
        _ = bench.takeCompletion()
        bench.apply { $0.completed(isDone: false, at: $1) }
        #expect(bench.schedule.held == 0)
    }

    @Test("a stop leases nothing, gives back what waits, and ends with what is under way")
    func stop() throws {
        let bench = try BulkBench()
        bench.lease(2000)
        bench.answer(300)
        let bulks = bench.takeBulks()
        bench.sent(bulks[0], .applied)
        bench.takeBulks()
        bench.apply { $0.stopping(at: $1) }
        #expect(!bench.hasEnded)
        bench.sent(bulks[1], .applied)
        #expect(!bench.hasEnded)
        let last = bulks[1].number + 1
        bench.apply { $0.sendFailed(last, at: $1) }
        #expect(bench.hasEnded && bench.asked == nil && bench.schedule.held == 0)
        #expect(bench.releases.reduce(0) { $0 + $1.leases.count } == 2300)
        bench.filled()
        #expect(bench.asked == nil)
    }
}
