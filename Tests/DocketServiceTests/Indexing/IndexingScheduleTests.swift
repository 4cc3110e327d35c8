import DocketCore
import Testing

@testable import DocketService

@Suite("Indexing schedule", .timeLimit(.minutes(5)))
struct IndexingScheduleTests {
    private let first = TenantID(1)
    private let second = TenantID(2)

    private func progress(hasMore: Bool = false, wakeAfter: Duration? = nil) -> IndexingProgress {
        var progress = IndexingProgress()
        progress.hasMore = hasMore
        progress.wakeAfter = wakeAfter
        return progress
    }

    @Test("a tenant whose outbox fills starts at once, and ends when there is no more")
    func simple() {
        var schedule = IndexingSchedule(width: 1)
        #expect(schedule.filled(first) == [.start(first)])
        #expect(schedule.finished(first, progress()) == [])
        #expect(schedule.states.isEmpty)
    }

    @Test("tenants take turns, one group each")
    func turns() {
        var schedule = IndexingSchedule(width: 1)
        #expect(schedule.filled(first) == [.start(first)])
        #expect(schedule.filled(second) == [])
        #expect(schedule.finished(first, progress(hasMore: true)) == [.start(second)])
        #expect(schedule.finished(second, progress(hasMore: true)) == [.start(first)])
    }

    @Test("so many run at once as the width says, and a width of none is one")
    func width() {
        var schedule = IndexingSchedule(width: 2)
        #expect(schedule.filled(first) == [.start(first)])
        #expect(schedule.filled(second) == [.start(second)])
        #expect(schedule.filled(TenantID(3)) == [])
        #expect(schedule.finished(first, progress()) == [.start(TenantID(3))])
        #expect(IndexingSchedule(width: 0).width == 1)
    }

    @Test("what fills while its group runs is indexed after it, once")
    func filledWhileRunning() {
        var schedule = IndexingSchedule(width: 1)
        _ = schedule.filled(first)
        for _ in 0..<3 { #expect(schedule.filled(first) == []) }
        #expect(schedule.finished(first, progress()) == [.start(first)])
        #expect(schedule.finished(first, progress()) == [])
    }

    @Test("a generation that waits for its second is come back to; new documents do not wait")
    func wake() {
        var schedule = IndexingSchedule(width: 1)
        _ = schedule.filled(first)
        let actions = schedule.finished(first, progress(wakeAfter: .milliseconds(700)))
        #expect(actions == [.wait(first, .milliseconds(700))])
        #expect(schedule.awoke(first) == [.start(first)])
        _ = schedule.finished(first, progress(wakeAfter: .milliseconds(700)))
        #expect(schedule.filled(first) == [.start(first)])
        // The old wait ends while the group runs, and begins no second one.
        #expect(schedule.awoke(first) == [])
    }

    @Test("a group that fails comes again after a delay that doubles up to 30 s")
    func backoff() {
        var schedule = IndexingSchedule(width: 1)
        #expect(schedule.filled(first) == [.start(first)])
        let expected = [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000]
        for milliseconds in expected {
            #expect(schedule.failed(first) == [.wait(first, .milliseconds(milliseconds))])
            // New documents do not cut the delay short.
            #expect(schedule.filled(first) == [])
            #expect(schedule.awoke(first) == [.start(first)])
        }
        _ = schedule.finished(first, progress())
        _ = schedule.filled(first)
        #expect(schedule.failed(first) == [.wait(first, .milliseconds(100))])
    }

    @Test("a tenant that fails gives its place to the next")
    func failureGivesWay() {
        var schedule = IndexingSchedule(width: 1)
        _ = schedule.filled(first)
        _ = schedule.filled(second)
        #expect(
            schedule.failed(first) == [.wait(first, .milliseconds(100)), .start(second)]
        )
    }

    @Test("a tenant that is gone is forgotten, wherever it stood")
    func removed() {
        var schedule = IndexingSchedule(width: 1)
        _ = schedule.filled(first)
        _ = schedule.filled(second)
        schedule.removed(second)
        #expect(schedule.finished(first, progress()) == [])
        _ = schedule.filled(first)
        _ = schedule.failed(first)
        schedule.removed(first)
        #expect(schedule.awoke(first) == [])
        #expect(schedule.states.isEmpty)
    }

    @Test("a tenant deleted while its group runs is not tried again when the group fails")
    func removedWhileRunning() {
        var schedule = IndexingSchedule(width: 1)
        _ = schedule.filled(first)
        _ = schedule.filled(second)
        schedule.removed(first)
        #expect(schedule.failed(first) == [.start(second)])
        schedule.removed(second)
        #expect(schedule.finished(second, progress(hasMore: true)) == [])
        #expect(schedule.states.isEmpty)
    }

    @Test("reports that nobody waits for change nothing")
    func unexpected() {
        var schedule = IndexingSchedule(width: 1)
        #expect(schedule.finished(first, progress(hasMore: true)) == [])
        #expect(schedule.failed(first) == [])
        #expect(schedule.awoke(first) == [])
        schedule.removed(first)
        #expect(schedule.states.isEmpty)
    }

    @Test("starts nothing while it is held, and all that waits afterwards")
    func held() {
        var schedule = IndexingSchedule(width: 2)
        #expect(schedule.filled(TenantID(1)) == [.start(TenantID(1))])
        #expect(schedule.set(isHeld: true) == [])
        #expect(schedule.filled(TenantID(2)) == [])
        var progress = IndexingProgress()
        progress.hasMore = true
        // The group under way ends as it would.
        #expect(schedule.finished(TenantID(1), progress) == [])
        #expect(schedule.set(isHeld: false) == [.start(TenantID(2)), .start(TenantID(1))])
    }
}
