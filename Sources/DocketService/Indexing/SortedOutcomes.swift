internal import DocketCore
internal import DocketSystem

/// What became of a bulk, by what is to be done about it.
struct SortedOutcomes {
    private(set) var applied: [AppliedChange] = []
    /// Releases of refused changes, one for each delay, that count an attempt.
    private(set) var attempts: [BulkSchedule.Action] = []
    private(set) var failed: [IndexFailure] = []
    private(set) var busy: [Lease] = []
    private(set) var held: [Lease] = []

    init(_ bulk: [WaitingChange], _ outcomes: [IndexOutcome], _ limits: BulkLimits) {
        var refused: [Int: [Lease]] = [:]
        for (item, outcome) in zip(bulk, outcomes) {
            let lease = item.change.lease
            switch outcome {
            case .applied, .superseded: applied.append(AppliedChange(item))
            // It was refused among others once, and by itself thereafter.
            case .refused(let reason) where item.change.attempts >= limits.attempts:
                failed.append(IndexFailure(lease: lease, reason: reason))
            case .refused: refused[item.change.attempts, default: []].append(lease)
            case .busy: busy.append(lease)
            case .held: held.append(lease)
            }
        }
        attempts = refused.sorted { $0.key < $1.key }.map { attempts, leases in
            .release(leases, after: limits.attemptDelay * (attempts + 1), isAttempt: true)
        }
    }
}

extension AppliedChange {
    fileprivate init(_ item: WaitingChange) {
        self.init(
            lease: item.change.lease,
            place: item.change.change.place,
            copy: item.change.copy,
            isRemoval: item.change.change.content == nil,
            leased: item.leased
        )
    }
}
