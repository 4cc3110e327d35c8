internal import Synchronization

/// What a reply was filled at: taken before its query begins, kept with it.
package struct FillMark: Hashable, Sendable {
    package let hard: UInt64
    package let soft: UInt64
    package let schemaEpoch: UInt64

    /// Generations as some server of the same truth knew them.
    package init(hard: UInt64, soft: UInt64, schemaEpoch: UInt64) {
        self.hard = hard
        self.soft = soft
        self.schemaEpoch = schemaEpoch
    }
}

/// The generations of one collection as this server last knew them, shared by all of its replies.
///
/// They only rise, so that a late answer cannot take back what a newer one has said.
package final class CollectionState: Sendable {
    private let hard: Atomic<UInt64>
    private let soft: Atomic<UInt64>
    private let schemaEpoch: Atomic<UInt64>
    private let confirmed: Atomic<UInt64>

    /// Generations that the truth gave at the time `confirmed`; see ``confirm(at:)``.
    package init(hard: UInt64, soft: UInt64, schemaEpoch: UInt64, confirmed: UInt64) {
        self.hard = Atomic(hard)
        self.soft = Atomic(soft)
        self.schemaEpoch = Atomic(schemaEpoch)
        self.confirmed = Atomic(confirmed)
    }

    /// The truth has these generations; smaller ones than known are ignored.
    package func raise(hard: UInt64, soft: UInt64, schemaEpoch: UInt64) {
        // The hard one first: what must not be seen is gone before anything else shows.
        self.hard.raise(to: hard)
        self.schemaEpoch.raise(to: schemaEpoch)
        self.soft.raise(to: soft)
    }

    /// The truth was asked at `time` (monotonic nanoseconds) and the generations held.
    ///
    /// `UInt64.max` says for ever: where each change is reported by the store itself.
    package func confirm(at time: UInt64) { confirmed.raise(to: time) }

    /// The collection is gone: no reply of it is ever given again.
    package func retire() { hard.store(.max, ordering: .sequentiallyConsistent) }

    package var isRetired: Bool { hard.load(ordering: .acquiring) == .max }

    /// What a reply whose query begins now is filled at.
    package func mark() -> FillMark {
        FillMark(
            hard: hard.load(ordering: .acquiring),
            soft: soft.load(ordering: .acquiring),
            schemaEpoch: schemaEpoch.load(ordering: .acquiring)
        )
    }

    /// Whether a reply filled at `mark` may still be shown at all.
    package func holds(_ mark: FillMark) -> Bool {
        let hard = hard.load(ordering: .acquiring)
        return hard == mark.hard && hard != .max
            && schemaEpoch.load(ordering: .acquiring) == mark.schemaEpoch
    }

    /// Whether a reply filled at `mark` may be shown but for documents that were removed since.
    func holdsButForRemovals(_ mark: FillMark) -> Bool {
        let hard = hard.load(ordering: .acquiring)
        return hard >= mark.hard && hard != .max
            && schemaEpoch.load(ordering: .acquiring) == mark.schemaEpoch
    }

    /// Another server may have filled at a soft generation that is not known here yet.
    func isNewest(_ mark: FillMark) -> Bool { soft.load(ordering: .acquiring) <= mark.soft }

    func isConfirmed(since time: UInt64) -> Bool { confirmed.load(ordering: .relaxed) >= time }
}

extension Atomic where Value == UInt64 {
    /// Stores `value` if it is larger.
    ///
    /// `max(_:ordering:)` of Swift 6.3 compares as signed numbers, for which `UInt64.max` is -1.
    fileprivate borrowing func raise(to value: UInt64) {
        var known = load(ordering: .acquiring)
        while known < value {
            let (isStored, now) = weakCompareExchange(
                expected: known,
                desired: value,
                ordering: .sequentiallyConsistent
            )
            if isStored { return }
            known = now
        }
    }
}
