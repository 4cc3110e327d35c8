internal import DocketCore
internal import DocketSystem

/// What became of a bulk, by what is to be done about it.
struct SortedOutcomes {
    /// Of a document whose every version the index refuses as too old.
    static let unknownVersion =
        "the index holds a newer version than the database: see Back up in docs/OPERATIONS.md"

    private(set) var applied: [AppliedChange] = []
    /// Releases of refused changes, one for each delay, that count an attempt.
    private(set) var attempts: [BulkSchedule.Action] = []
    private(set) var failed: [IndexFailure] = []
    private(set) var busy: [Lease] = []
    private(set) var held: [Lease] = []

    init(_ bulk: [WaitingChange], _ outcomes: [IndexOutcome], _ limits: BulkLimits) {
        var refused: [Int: [Lease]] = [:]
        func refuse(_ item: WaitingChange, _ reason: String) {
            // It was refused among others once, and by itself thereafter.
            if item.change.attempts >= limits.attempts {
                failed.append(IndexFailure(lease: item.change.lease, reason: reason))
            } else {
                refused[item.change.attempts, default: []].append(item.change.lease)
            }
        }
        for (item, outcome) in zip(bulk, outcomes) {
            switch outcome {
            case .applied: applied.append(AppliedChange(item))
            // The next lease takes the newest version: if the index holds that it is applied then.
            case .superseded: refuse(item, Self.unknownVersion)
            case .refused(let reason): refuse(item, reason)
            case .busy: busy.append(item.change.lease)
            case .held: held.append(item.change.lease)
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
