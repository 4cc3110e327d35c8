import DocketCore
import Testing

@testable import DocketService

@Suite("The rule of snapshots before a switch", .timeLimit(.minutes(1)))
struct SwitchSnapshotRuleTests {
    private static let minute: Int64 = 60_000_000
    /// 2026-11-28 11:20:00 UTC.
    private static let now: Int64 = 1_795_864_800_000_000
    private let rule = SwitchSnapshotRule(age: .seconds(3600), kept: 2)

    private func snapshot(
        _ name: String,
        _ state: IndexSnapshot.State = .complete,
        minutesAgo: Int64
    ) -> IndexSnapshot {
        IndexSnapshot(
            name: name,
            state: state,
            beganMicroseconds: Self.now - minutesAgo * Self.minute
        )
    }

    @Test("a young one of whoever made it is enough")
    func young() {
        let made = [snapshot("by-hand", minutesAgo: 59)]
        #expect(rule.next(made, at: Self.now) == .go)
        let begin = SwitchSnapshotRule.Action.begin("before-switch-20261128t112000z")
        #expect(rule.next([], at: Self.now) == begin)
        #expect(rule.next([snapshot("by-hand", minutesAgo: 61)], at: Self.now) == begin)
        let failed = [snapshot("by-hand", .failed, minutesAgo: 1)]
        #expect(rule.next(failed, at: Self.now) == begin)
    }

    @Test("one that runs is waited for")
    func running() {
        let running = [snapshot("scheduled-a", .running, minutesAgo: 90)]
        #expect(rule.next(running, at: Self.now) == .wait)
    }

    @Test("its own that are old or not whole make room, those of others stay")
    func removal() {
        let old = [
            snapshot("before-switch-1", minutesAgo: 300),
            snapshot("before-switch-2", minutesAgo: 200), snapshot("a", minutesAgo: 400),
        ]
        #expect(rule.next(old, at: Self.now) == .remove("before-switch-1"))
        let failed = [snapshot("before-switch-3", .failed, minutesAgo: 1)]
        #expect(rule.next(failed, at: Self.now) == .remove("before-switch-3"))
    }
}
