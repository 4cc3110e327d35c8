internal import DocketCore

/// How the twin comes to have everything: events in, actions out.
///
/// What goes wrong leaves the claim to end by itself; this or another server goes on where it was.
struct TwinSteps: StepMachine {
    /// What the owner does next; each is answered by one event, or by `failed`.
    enum Action: Sendable {
        /// Answered by `claimed`.
        case claim
        /// The twin gets all indices that the other one has. Answered by `prepared`.
        case prepare(TwinClaim)
        /// Answered by `slice`.
        case read(TwinClaim)
        /// The collection is searched in this index of its own. Answered by `published`.
        case publish(IndexPlace, of: CollectionReference, in: String)
        /// Answered by `applied`.
        case apply([IndexChange])
        /// Answered by `saved`.
        case save(TwinClaim)
        /// What the twin has can be found. Answered by `refreshed`.
        case refresh(TwinClaim)
        /// Answered by `advanced`.
        case advance(TwinClaim, to: TwinStage)
        /// Answered by `rested`.
        case rest(Duration)
    }

    enum Event: StepEvent {
        case claimed(TwinClaim?)
        case prepared
        case slice(TwinSlice?)
        case published
        case applied([IndexOutcome])
        case saved(Bool)
        case refreshed
        case advanced
        case rested
        /// It is not known what became of the action.
        case failed
    }

    private let limits: TwinLimits
    private var claim: TwinClaim?
    private var slice: TwinSlice?

    init(_ limits: TwinLimits) { self.limits = limits }

    static var first: Action { .claim }

    func rest(in action: Action) -> Duration? {
        if case .rest(let time) = action { time } else { nil }
    }

    mutating func after(_ event: Event) -> Action {
        switch event {
        case .claimed(let claim): return claimed(claim)
        case .prepared: return advance(to: .filling)
        case .slice(let slice): return read(slice)
        case .published: return apply()
        case .applied(let outcomes): return applied(outcomes)
        case .saved(let isHeld): return isHeld ? saved() : restart()
        case .refreshed: return advance(to: .ready)
        case .advanced: return restart()
        case .rested: return slice == nil ? .claim : save()
        case .failed:
            forget()
            return .rest(limits.pause)
        }
    }

    private mutating func claimed(_ claimed: TwinClaim?) -> Action {
        guard let claimed else { return .rest(limits.poll) }
        claim = claimed
        switch claimed.stage {
        case .preparing, .away: return .prepare(claimed)
        case .filling: return .read(claimed)
        case .ready: return restart()
        }
    }

    private mutating func read(_ read: TwinSlice?) -> Action {
        guard let read, let claim else { return restart() }
        guard let collection = read.collection else { return .refresh(claim) }
        slice = read
        let isNew = collection != claim.collection || claim.after == 0
        guard isNew, let place = read.place else { return apply() }
        return .publish(place, of: collection, in: claim.cluster)
    }

    private mutating func apply() -> Action {
        guard let slice else { return restart() }
        return slice.changes.isEmpty ? save() : .apply(slice.changes)
    }

    private mutating func applied(_ outcomes: [IndexOutcome]) -> Action {
        guard let changes = slice?.changes, outcomes.count == changes.count else {
            return after(.failed)
        }
        var left: [IndexChange] = []
        for (change, outcome) in zip(changes, outcomes) {
            switch outcome {
            case .applied, .superseded: break
            case .busy, .held, .refused: left.append(change)
            }
        }
        claim?.documents += changes.count - left.count
        slice?.changes = left
        return left.isEmpty ? save() : .rest(limits.pause)
    }

    /// A slice that is not done keeps the claim where it was.
    private mutating func save() -> Action {
        guard var saved = claim, let slice, let collection = slice.collection else {
            return restart()
        }
        if slice.changes.isEmpty {
            saved.collection = collection
            saved.after = slice.next ?? 0
            if slice.next == nil { saved.collection.number += 1 }
        }
        claim = saved
        return .save(saved)
    }

    private mutating func saved() -> Action {
        guard let claim, let slice else { return restart() }
        guard slice.changes.isEmpty else { return .apply(slice.changes) }
        self.slice = nil
        return .read(claim)
    }

    private mutating func advance(to stage: TwinStage) -> Action {
        guard let claim else { return restart() }
        return .advance(claim, to: stage)
    }

    private mutating func restart() -> Action {
        forget()
        return .claim
    }

    private mutating func forget() {
        claim = nil
        slice = nil
    }
}

/// Times of filling a twin.
package struct TwinLimits: Sendable {
    /// It is left to the server that is at it for so long after each step.
    package var claim = Duration.seconds(30)
    /// Between two looks for something to do, and for what the truth says of clusters.
    package var poll = Duration.seconds(1)
    /// Before the next attempt after a failure, and while the twin is busy.
    package var pause = Duration.seconds(1)
    /// Time for one answer of an engine or the truth.
    package var answerTime = Duration.seconds(20)
    /// Documents whose versions are compared before a switch.
    package var sample = 1000
    /// Documents that may wait to be indexed at a switch.
    package var waiting = 1000

    package init() {}
}
