import DocketCore
import Testing

@testable import DocketService

@Suite("The schedule of snapshots", .timeLimit(.minutes(1)))
struct SnapshotScheduleTests {
    private static let hour: Int64 = 3_600_000_000
    /// 2026-11-28 11:20:00 UTC.
    private static let now: Int64 = 1_795_864_800_000_000
    private static let slot = "scheduled-20261128t110000z"
    private let schedule = SnapshotSchedule(interval: .seconds(3600), kept: 2)

    private func snapshot(
        _ name: String,
        _ state: IndexSnapshot.State = .complete
    ) -> IndexSnapshot {
        IndexSnapshot(name: name, state: state, beganMicroseconds: 0)
    }

    @Test("begins one for each slot of time, whatever others have made by hand")
    func begin() {
        #expect(schedule.next([], at: Self.now) == .begin(Self.slot))
        let others = [snapshot("by-hand"), snapshot("scheduled-20261128t100000z")]
        #expect(schedule.next(others, at: Self.now) == .begin(Self.slot))
        let made = others + [snapshot(Self.slot)]
        #expect(schedule.next(made, at: Self.now) == .rest(.seconds(60)))
        let late = Self.now + Self.hour * 2 / 3 - 5_000_000
        #expect(schedule.next(made, at: late) == .rest(.seconds(5)))
        let next = SnapshotSchedule.Action.begin("scheduled-20261128t120000z")
        #expect(schedule.next(made, at: Self.now + Self.hour) == next)
    }

    @Test("waits for one that runs, and makes none in its place that failed")
    func running() {
        let running = [snapshot("scheduled-20261128t100000z", .running)]
        #expect(schedule.next(running, at: Self.now) == .rest(.seconds(10)))
        let failed = [snapshot(Self.slot, .failed)]
        #expect(schedule.next(failed, at: Self.now) == .rest(.seconds(60)))
    }

    @Test("removes failed ones of other slots, and the oldest beyond those that are kept")
    func removal() {
        let old = (7...10).map { snapshot("scheduled-20261128t\($0 < 10 ? "0" : "")\($0)0000z") }
        let all = old.reversed() + [snapshot(Self.slot), snapshot("by-hand")]
        #expect(schedule.next(all, at: Self.now) == .remove("scheduled-20261128t070000z"))
        let kept = [snapshot("scheduled-20261128t100000z"), snapshot(Self.slot)]
        #expect(schedule.next(kept, at: Self.now) == .rest(.seconds(60)))
        let failed = [snapshot("scheduled-20261128t090000z", .failed)] + kept
        #expect(schedule.next(failed, at: Self.now) == .remove("scheduled-20261128t090000z"))
    }

    @Test("names are such as the engine takes for nothing else")
    func names() throws {
        for name in ["a", "2026.11_28-x", String(repeating: "a", count: 100)] {
            try SnapshotName.check(name)
        }
        for name in ["", "_all", "-a", "A", "a*", "a,b", "a/b", "ä", "a b"] {
            #expect(throws: DocketError.self, "\(name)") { try SnapshotName.check(name) }
        }
        #expect(throws: DocketError.self) {
            try SnapshotName.check(String(repeating: "a", count: 101))
        }
    }
}
