internal import DocketCore
internal import DocketSystem

/// A change that the index has, until a refresh shows it and the outbox knows.
struct AppliedChange: Hashable, Sendable {
    let lease: Lease
    let place: IndexPlace
    /// Where it was applied as well.
    var copy: IndexPlace?
    let isRemoval: Bool
    /// When the lease was asked for.
    let leased: MonotonicTime
    /// When the refresh had ended since which searches find it.
    var found: MonotonicTime?
}

/// When the index is refreshed, one refresh at a time: at once after quiet or when a large backlog
/// is done, and under load at an interval that grows while the engine is pressed.
struct RefreshSchedule: Sendable {
    /// Whether more changes are to be expected before a refresh.
    enum Supply: Sendable {
        /// Some are on their way to the index.
        case underWay
        /// None is, but the outbox may have more.
        case paused
        /// None can be: the outbox had no more, or as many are held as may be.
        case ended
    }

    private let limits: BulkLimits
    private var waiting: [AppliedChange] = []
    /// When the first bulk with some of these ended.
    private var firstEnded: MonotonicTime?
    private var underWay: [AppliedChange]?
    private var began: MonotonicTime?
    /// Not again before then: the last one has failed.
    private var earliest: MonotonicTime?
    private(set) var interval: Duration
    private var isPressed = false

    init(_ limits: BulkLimits) {
        self.limits = limits
        interval = limits.refreshShortest
    }

    var count: Int { waiting.count + (underWay?.count ?? 0) }

    var isUnderWay: Bool { underWay != nil }

    /// A bulk has ended at `now`; the index has these of its changes.
    mutating func add(_ changes: [AppliedChange], at now: MonotonicTime) {
        guard !changes.isEmpty else { return }
        waiting += changes
        firstEnded = firstEnded ?? now
    }

    /// The engine was busy, or did not answer.
    mutating func pressed() { isPressed = true }

    /// When the next refresh is to begin; nil while one is under way or nothing waits for it.
    ///
    func due(_ supply: Supply) -> MonotonicTime? {
        guard underWay == nil, let ended = firstEnded, let first = waiting.first else { return nil }
        let gathered = supply == .underWay ? ended + limits.gathering : ended
        // So many changes have cost the engine far more than the refresh will.
        let isWorthIt = supply == .ended && waiting.count >= limits.refreshAtOnce && !isPressed
        let spaced = isWorthIt ? gathered : began.map { max(gathered, $0 + interval) } ?? gathered
        let latest = max(gathered, first.leased + limits.refreshingTime)
        return max(min(spaced, latest), earliest ?? ended)
    }

    /// Begins a refresh if one is due, of all places that changed.
    mutating func begin(_ supply: Supply, at now: MonotonicTime) -> Set<IndexPlace>? {
        guard let due = due(supply), due <= now else { return nil }
        let places = Set(waiting.map(\.place)).union(waiting.compactMap(\.copy))
        underWay = waiting
        waiting = []
        firstEnded = nil
        earliest = nil
        began = now
        return places
    }

    /// The refresh has ended; gives what searches find now.
    mutating func ended(isDone: Bool, at now: MonotonicTime) -> [AppliedChange] {
        guard let shown = underWay.take() else { return [] }
        adapt(to: now - (began ?? now), isPressed: isPressed || !isDone)
        guard !isDone else {
            return shown.map { change in
                var change = change
                change.found = now
                return change
            }
        }
        // Whose lease has ended is leased again.
        let living = shown.filter { $0.leased + limits.leaseTime > now }
        earliest = now + limits.gathering
        waiting = living + waiting
        firstEnded = waiting.isEmpty ? nil : firstEnded ?? now
        return []
    }

    private mutating func adapt(to time: Duration, isPressed: Bool) {
        let adapted = isPressed ? interval * 2 : interval / 2
        // The engine is not to spend more than a quarter of its time on it. Of many documents a
        // refresh takes long, but no longer than several of fewer would.
        interval = min(limits.refreshLongest, max(limits.refreshShortest, adapted, time * 4))
        self.isPressed = false
    }

    /// Takes out what waits for a refresh that is not to come.
    mutating func takeWaiting() -> [Lease] {
        defer {
            waiting = []
            firstEnded = nil
        }
        return waiting.map(\.lease)
    }
}
