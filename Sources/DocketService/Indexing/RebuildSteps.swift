internal import DocketCore

/// What is done about rebuilds, one step after the other: events in, actions out.
///
/// A rebuild is claimed for each of its stages anew. Whatever goes wrong, its claim ends by itself,
/// and this or another server goes on where it stood.
struct RebuildSteps: StepMachine {
    /// What the owner does next; each is answered by one event, or by `failed`.
    enum Action: Sendable {
        /// Answered by `claimed`.
        case claim
        /// Answered by `made`.
        case make(IndexPlace)
        /// Answered by `slice`.
        case read(Rebuild)
        /// Answered by `applied`.
        case apply([IndexChange])
        /// Answered by `saved`.
        case save(Rebuild)
        /// There is a snapshot, where one is wanted before a switch. Answered by `preserved`.
        case preserve
        /// What the new index has can be found, and is searched. Answered by `published`.
        case publish(Rebuild)
        /// Answered by `advanced`.
        case advance(Rebuild, to: RebuildStage, after: Duration, reason: String)
        /// Answered by `rested`.
        case rest(Duration)
    }

    enum Event: StepEvent {
        case claimed(Rebuild?)
        case made
        case slice(RebuildSlice?)
        case applied([IndexOutcome])
        case saved(Bool)
        case preserved(Bool)
        case published
        case advanced
        case rested
        /// It is not known what became of the action.
        case failed
    }

    let limits: RebuildLimits
    private var rebuild: Rebuild?
    /// What the index has not taken yet of the slice.
    private var pending: [IndexChange] = []
    /// Where the slice after it begins; nil at the end.
    private var next: UInt64?
    /// Whether a snapshot is waited for.
    private var isPreserving = false

    init(_ limits: RebuildLimits) { self.limits = limits }

    static var first: Action { .claim }

    func rest(in action: Action) -> Duration? {
        if case .rest(let time) = action { time } else { nil }
    }

    mutating func after(_ event: Event) -> Action {
        switch event {
        case .claimed(let rebuild): return claimed(rebuild)
        case .made: return advance(to: .filling)
        case .slice(let slice): return read(slice)
        case .applied(let outcomes): return applied(outcomes)
        case .saved(let isHeld): return isHeld ? saved() : restart()
        case .preserved(let isMade): return preserved(isMade)
        case .published: return advance(to: .switched, after: limits.grace)
        case .advanced: return restart()
        case .rested:
            // The claim must hold for as long as the index is waited for.
            return pending.isEmpty && !isPreserving ? .claim : save()
        case .failed:
            forget()
            return .rest(limits.pause)
        }
    }

    private mutating func claimed(_ claimed: Rebuild?) -> Action {
        guard let claimed else { return .rest(limits.poll) }
        rebuild = claimed
        switch claimed.stage {
        case .begun, .filling:
            if claimed.isCollectionDeleted {
                return advance(to: .failed, reason: "the collection was deleted")
            }
            return claimed.stage == .begun ? .make(claimed.place) : .read(claimed)
        case .switched: return advance(to: .clearing)
        // An index that nobody needs is removed whole.
        case .clearing: return claimed.left == nil ? .read(claimed) : advance(to: .done)
        case .done, .failed: return restart()
        }
    }

    private mutating func read(_ slice: RebuildSlice?) -> Action {
        guard let slice, rebuild != nil else { return restart() }
        pending = slice.changes
        next = slice.next
        return pending.isEmpty ? save() : .apply(pending)
    }

    private mutating func applied(_ outcomes: [IndexOutcome]) -> Action {
        guard outcomes.count == pending.count else { return after(.failed) }
        let (left, refusal) = pending.left(after: outcomes)
        if let refusal {
            return advance(to: .failed, reason: "the new index refuses a document: \(refusal)")
        }
        if rebuild?.stage == .filling { rebuild?.documents += pending.count - left.count }
        pending = left
        return pending.isEmpty ? save() : .rest(limits.pause)
    }

    private mutating func save() -> Action {
        guard var saved = rebuild else { return restart() }
        if pending.isEmpty, let next { saved.after = next }
        rebuild = saved
        return .save(saved)
    }

    private mutating func saved() -> Action {
        guard let rebuild else { return restart() }
        guard pending.isEmpty else { return .apply(pending) }
        guard next == nil else { return .read(rebuild) }
        return rebuild.stage == .filling ? .preserve : advance(to: .done)
    }

    private mutating func preserved(_ isMade: Bool) -> Action {
        guard let rebuild else { return restart() }
        isPreserving = !isMade
        return isMade ? .publish(rebuild) : .rest(limits.pause)
    }

    private mutating func advance(
        to stage: RebuildStage,
        after delay: Duration = .zero,
        reason: String = ""
    ) -> Action {
        guard let rebuild else { return restart() }
        return .advance(rebuild, to: stage, after: delay, reason: reason)
    }

    private mutating func restart() -> Action {
        forget()
        return .claim
    }

    private mutating func forget() {
        rebuild = nil
        pending = []
        next = nil
        isPreserving = false
    }
}

/// Times of rebuilds.
package struct RebuildLimits: Sendable {
    /// A rebuild that a server is at is left to it for so long after each step.
    package var claim = Duration.seconds(30)
    /// Between two looks for a rebuild to be done.
    package var poll = Duration.seconds(1)
    /// Before the next attempt after a failure, and while the index is busy.
    package var pause = Duration.seconds(1)
    /// How long changes go to both indices after the switch: other servers have heard of it then.
    package var grace = Duration.seconds(10)
    /// Time for one answer of the index or the truth.
    package var answerTime = Duration.seconds(20)
    /// Between two looks for indices that nobody needs; one that is found twice is removed.
    package var sweep = Duration.seconds(60)

    package init() {}
}
