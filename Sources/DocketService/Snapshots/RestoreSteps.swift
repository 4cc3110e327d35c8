internal import DocketCore

/// How indices that were made of a snapshot come to have what the truth has, and take the places
/// of the others: events in, actions out.
///
/// Each step may be done again. Whatever goes wrong, the claim ends by itself, and this or another
/// server goes on where it stood.
struct RestoreSteps: StepMachine {
    /// What the owner does next; each is answered by one event, or by `failed`.
    enum Action: Sendable {
        /// Answered by `claimed`.
        case claim
        /// Answered by `restored`.
        case restore(Restore)
        /// Answered by `trimmed`.
        case trim(Restore)
        /// Answered by `slice`.
        case read(Restore)
        /// Answered by `applied`.
        case apply([IndexChange])
        /// Answered by `saved`.
        case save(Restore)
        /// What the restored indices have can be found, and is compared. Answered by `compared`.
        case compare(Restore)
        /// They are searched. Answered by `published`.
        case publish(Restore)
        /// They take the places of the others. Answered by `replaced`.
        case replace(Restore)
        /// Answered by `cleared`.
        case clear(Restore)
        /// Answered by `advanced`.
        case advance(Restore, to: RestoreStage, after: Duration, reason: String)
        /// Answered by `rested`.
        case rest(Duration)
    }

    enum Event: StepEvent {
        case claimed(Restore?)
        case restored(RestoredState)
        /// So many were found that do not belong there, so many of them are out now; the next slice
        /// begins after `next`.
        case trimmed(found: Int, removed: Int, next: UInt64?)
        case slice(RebuildSlice)
        case applied([IndexOutcome])
        case saved(Bool)
        /// How the restored indices differ from the truth; nil for not at all.
        case compared(difference: String?)
        case published
        case replaced
        case cleared
        case advanced
        case rested
        /// It is not known what became of the action.
        case failed
    }

    let limits: RestoreLimits
    private var restore: Restore?
    /// What the index has not taken yet of the slice.
    private var pending: [IndexChange] = []
    /// Where the slice after it begins; nil at the end.
    private var next: UInt64?
    /// Looks in turn that found a part which the engine cannot make.
    private var stuck = 0
    /// Failures in turn, of whatever step.
    private var failures = 0

    init(_ limits: RestoreLimits) { self.limits = limits }

    static var first: Action { .claim }

    func rest(in action: Action) -> Duration? {
        if case .rest(let time) = action { time } else { nil }
    }

    mutating func after(_ event: Event) -> Action {
        switch event {
        case .claimed, .rested, .failed: break
        default: failures = 0
        }
        switch event {
        case .claimed(let claimed):
            restore = claimed
            return claimed == nil ? .rest(limits.poll) : goOn()
        case .restored(let state): return restored(state)
        case .trimmed(let found, let removed, let next): return trimmed(found, removed, next)
        case .slice(let slice):
            pending = slice.changes
            next = slice.next
            return pending.isEmpty ? save() : .apply(pending)
        case .applied(let outcomes): return applied(outcomes)
        case .saved(let isHeld): return isHeld ? saved() : restart()
        case .compared(let difference): return compared(difference)
        case .published: return advance(to: .switched, after: limits.grace)
        case .replaced: return advance(to: .clearing)
        case .cleared:
            let reason = restore?.reason ?? ""
            return advance(to: reason.isEmpty ? .done : .failed, reason: reason)
        case .advanced: return restart()
        case .rested: return restore == nil ? .claim : pending.isEmpty ? goOn() : save()
        case .failed: return failed()
        }
    }

    /// What is changed waits for the restored indices as well: they do not keep it for ever.
    private mutating func failed() -> Action {
        failures += 1
        let stage = restore?.stage
        if failures >= limits.failures, stage == .trimming || stage == .filling {
            return advance(to: .clearing, reason: "the restored indices do not answer")
        }
        forget()
        return .rest(limits.pause)
    }

    private mutating func goOn() -> Action {
        guard let restore else { return .claim }
        switch restore.stage {
        case .restoring: return .restore(restore)
        case .trimming: return .trim(restore)
        case .filling: return .read(restore)
        case .switched: return .replace(restore)
        case .clearing: return .clear(restore)
        case .done, .failed: return restart()
        }
    }

    private mutating func restored(_ state: RestoredState) -> Action {
        stuck = state == .stuck ? stuck + 1 : 0
        switch state {
        case .ready: return advance(to: .trimming)
        case .stuck where stuck >= limits.stuckLooks:
            return advance(
                to: .clearing,
                reason: "the search engine cannot make an index of the snapshot: see its log"
            )
        case .running, .stuck: return save()
        }
    }

    /// A slice is looked at until nothing in it has to go.
    private mutating func trimmed(_ found: Int, _ removed: Int, _ next: UInt64?) -> Action {
        restore?.removed += removed
        if found > 0 { return removed > 0 ? save() : .rest(limits.pause) }
        guard let next else { return advance(to: .filling) }
        restore?.after = next
        return save()
    }

    private mutating func applied(_ outcomes: [IndexOutcome]) -> Action {
        guard outcomes.count == pending.count else { return after(.failed) }
        let (left, refusal) = pending.left(after: outcomes)
        if let refusal {
            return advance(
                to: .clearing,
                reason: "the restored index refuses a document: \(refusal)"
            )
        }
        restore?.documents += pending.count - left.count
        pending = left
        return pending.isEmpty ? save() : .rest(limits.pause)
    }

    private mutating func save() -> Action {
        guard var saved = restore else { return restart() }
        if saved.stage == .filling, pending.isEmpty, let next { saved.after = next }
        restore = saved
        return .save(saved)
    }

    private mutating func saved() -> Action {
        guard let restore else { return restart() }
        guard pending.isEmpty else { return .apply(pending) }
        switch restore.stage {
        case .restoring: return .rest(limits.pause)
        case .filling where next == nil: return .compare(restore)
        default: return goOn()
        }
    }

    private mutating func compared(_ difference: String?) -> Action {
        guard let restore else { return restart() }
        guard let difference else { return .publish(restore) }
        return advance(to: .clearing, reason: "the restored indices differ: \(difference)")
    }

    private mutating func advance(
        to stage: RestoreStage,
        after delay: Duration = .zero,
        reason: String = ""
    ) -> Action {
        guard let restore else { return restart() }
        return .advance(restore, to: stage, after: delay, reason: reason)
    }

    private mutating func restart() -> Action {
        forget()
        return .claim
    }

    private mutating func forget() {
        restore = nil
        pending = []
        next = nil
        stuck = 0
    }
}

/// Times and sizes of restores.
package struct RestoreLimits: Sendable {
    /// A restore that a server is at is left to it for so long after each step.
    package var claim = Duration.seconds(60)
    /// Between two looks for a restore to be done.
    package var poll = Duration.seconds(1)
    /// Between two looks at what the engine does, before the next attempt after a failure, and
    /// while the index is busy.
    package var pause = Duration.seconds(1)
    /// How long the others stay after the switch: searches and changes under way end in them.
    package var grace = Duration.seconds(30)
    /// Time for one step.
    package var answerTime = Duration.seconds(50)
    /// Looks in turn that find a part which the engine cannot make, until it is given up.
    package var stuckLooks = 30
    /// Failures in turn, each about ``claim`` after the one before, until it is given up.
    package var failures = 5
    /// Documents of which the index is asked for at once.
    package var slice = 1000
    /// Bytes of documents that one step gives to the index.
    package var bytes = 4 << 20
    /// Documents whose versions are compared at the end.
    package var sample = 1000

    package init() {}
}
