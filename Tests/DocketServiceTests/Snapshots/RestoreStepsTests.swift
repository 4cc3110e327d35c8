import DocketCore
import Testing

@testable import DocketService

@Suite("The steps of a restore", .timeLimit(.minutes(1)))
struct RestoreStepsTests {
    private let collection: Collection

    init() throws {
        collection = Collection(
            number: 1,
            name: "papers",
            schema: try CollectionSchema([]),
            schemaEpoch: 1,
            createdMicroseconds: 0
        )
    }

    private func restore(_ stage: RestoreStage, reason: String = "") -> Restore {
        var restore = Restore(
            number: 3,
            token: 7,
            stage: stage,
            snapshot: "s",
            cluster: "c",
            places: [:]
        )
        restore.reason = reason
        return restore
    }

    private func slice(_ numbers: [UInt64], next: UInt64?) -> RebuildSlice {
        let changes = numbers.map { number in
            IndexChange(
                tenant: TenantID(1),
                collection: collection,
                number: number,
                version: number,
                place: IndexPlace(name: "restored"),
                content: nil
            )
        }
        return RebuildSlice(changes: changes, next: next)
    }

    private func text(_ action: RestoreSteps.Action) -> String {
        switch action {
        case .claim: "claim"
        case .restore: "restore"
        case .trim(let restore): "trim after \(restore.after)"
        case .read(let restore): "read after \(restore.after)"
        case .apply(let changes): "apply \(changes.map(\.number))"
        case .save(let restore):
            "save \(restore.documents), \(restore.removed) after \(restore.after)"
        case .compare: "compare"
        case .publish: "publish"
        case .replace: "replace"
        case .clear: "clear"
        case .advance(_, let stage, let delay, let reason):
            "advance to \(stage)" + (delay == .zero ? "" : " after \(delay.components.seconds) s")
                + (reason.isEmpty ? "" : ": \(reason)")
        case .rest: "rest"
        }
    }

    @Test("wait for the engine, which is left alone while it makes the indices")
    func waiting() {
        var steps = RestoreSteps(RestoreLimits())
        #expect(text(steps.after(.claimed(nil))) == "rest")
        #expect(text(steps.after(.rested)) == "claim")
        #expect(text(steps.after(.claimed(restore(.restoring)))) == "restore")
        #expect(text(steps.after(.restored(.running))) == "save 0, 0 after 0")
        #expect(text(steps.after(.saved(true))) == "rest")
        #expect(text(steps.after(.rested)) == "restore")
        #expect(text(steps.after(.restored(.ready))) == "advance to trimming")
        #expect(text(steps.after(.advanced)) == "claim")
    }

    @Test("give up what the engine cannot make, not what it cannot make for a moment")
    func stuck() {
        var limits = RestoreLimits()
        limits.stuckLooks = 3
        var steps = RestoreSteps(limits)
        _ = steps.after(.claimed(restore(.restoring)))
        for state in [RestoredState.stuck, .stuck, .running, .stuck, .stuck] {
            #expect(text(steps.after(.restored(state))) == "save 0, 0 after 0")
            _ = steps.after(.saved(true))
            #expect(text(steps.after(.rested)) == "restore")
        }
        #expect(text(steps.after(.restored(.stuck))).hasPrefix("advance to clearing: the search"))
        _ = steps.after(.advanced)
        #expect(text(steps.after(.claimed(restore(.clearing, reason: "r")))) == "clear")
        #expect(text(steps.after(.cleared)) == "advance to failed: r")
    }

    @Test("look at a slice until nothing in it has to go")
    func trimming() {
        var steps = RestoreSteps(RestoreLimits())
        #expect(text(steps.after(.claimed(restore(.trimming)))) == "trim after 0")
        let some = steps.after(.trimmed(found: 3, removed: 2, next: 9))
        #expect(text(some) == "save 0, 2 after 0")
        #expect(text(steps.after(.saved(true))) == "trim after 0")
        #expect(text(steps.after(.trimmed(found: 1, removed: 0, next: 9))) == "rest")
        #expect(text(steps.after(.rested)) == "trim after 0")
        let none = steps.after(.trimmed(found: 0, removed: 0, next: 9))
        #expect(text(none) == "save 0, 2 after 9")
        #expect(text(steps.after(.saved(true))) == "trim after 9")
        let last = steps.after(.trimmed(found: 0, removed: 0, next: nil))
        #expect(text(last) == "advance to filling")
    }

    @Test("fill, compare, and only then publish")
    func filling() {
        var steps = RestoreSteps(RestoreLimits())
        #expect(text(steps.after(.claimed(restore(.filling)))) == "read after 0")
        #expect(text(steps.after(.slice(slice([3, 5], next: 8)))) == "apply [3, 5]")
        #expect(text(steps.after(.applied([.applied, .busy]))) == "rest")
        #expect(text(steps.after(.rested)) == "save 1, 0 after 0")
        #expect(text(steps.after(.saved(true))) == "apply [5]")
        #expect(text(steps.after(.applied([.superseded]))) == "save 2, 0 after 8")
        #expect(text(steps.after(.saved(true))) == "read after 8")
        #expect(text(steps.after(.slice(slice([], next: nil)))) == "save 2, 0 after 8")
        #expect(text(steps.after(.saved(true))) == "compare")
        #expect(text(steps.after(.compared(difference: nil))) == "publish")
        #expect(text(steps.after(.published)) == "advance to switched after 30 s")
        _ = steps.after(.advanced)
        #expect(text(steps.after(.claimed(restore(.switched)))) == "replace")
        #expect(text(steps.after(.replaced)) == "advance to clearing")
        _ = steps.after(.advanced)
        #expect(text(steps.after(.claimed(restore(.clearing)))) == "clear")
        #expect(text(steps.after(.cleared)) == "advance to done")
    }

    @Test("publish nothing that differs, or that refuses a document")
    func differences() {
        var steps = RestoreSteps(RestoreLimits())
        _ = steps.after(.claimed(restore(.filling)))
        _ = steps.after(.slice(slice([], next: nil)))
        _ = steps.after(.saved(true))
        let differs = text(steps.after(.compared(difference: "2 of 3")))
        #expect(differs == "advance to clearing: the restored indices differ: 2 of 3")
        _ = steps.after(.advanced)
        _ = steps.after(.claimed(restore(.filling)))
        _ = steps.after(.slice(slice([1], next: nil)))
        let refused = text(steps.after(.applied([.refused(reason: "too long")])))
        #expect(refused.hasPrefix("advance to clearing: the restored index refuses"))
    }

    @Test("give up indices that do not answer, but not while the engine makes them")
    func unanswered() {
        var limits = RestoreLimits()
        limits.failures = 3
        for stage in [RestoreStage.trimming, .filling, .restoring] {
            var steps = RestoreSteps(limits)
            for _ in 0..<2 {
                _ = steps.after(.claimed(restore(stage)))
                #expect(text(steps.after(.failed)) == "rest")
                #expect(text(steps.after(.rested)) == "claim")
            }
            _ = steps.after(.claimed(restore(stage)))
            let third = text(steps.after(.failed))
            let reason = "advance to clearing: the restored indices do not answer"
            #expect(third == (stage == .restoring ? "rest" : reason))
        }
        var steps = RestoreSteps(limits)
        for _ in 0..<5 {
            _ = steps.after(.claimed(restore(.filling)))
            _ = steps.after(.slice(slice([], next: 1)))
            #expect(text(steps.after(.failed)) == "rest")
        }
    }

    @Test("begin anew where the claim was lost, and rest after a failure")
    func lost() {
        for stage in [RestoreStage.restoring, .trimming, .filling, .switched, .clearing] {
            var steps = RestoreSteps(RestoreLimits())
            _ = steps.after(.claimed(restore(stage)))
            #expect(text(steps.after(.saved(false))) == "claim")
            _ = steps.after(.claimed(restore(stage)))
            #expect(text(steps.after(.failed)) == "rest")
            #expect(text(steps.after(.rested)) == "claim")
        }
    }
}
