internal import DocketCore

/// When the pool gets another index and when an old one is put in order: events in, actions out.
///
/// Each step may be done again: what was made stays and is taken up by who comes next.
struct RolloverSteps: StepMachine {
    /// What the owner does next; each is answered by one event, or by `failed`.
    enum Action: Hashable, Sendable {
        /// Answered by `claimed`.
        case claim
        /// Answered by `looked`.
        case look
        /// Answered by `made`.
        case make(after: IndexPlace)
        /// Answered by `attached`.
        case attach(IndexPlace)
        /// Answered by `recorded`.
        case record(from: IndexPlace?, to: IndexPlace)
        /// Answered by `expunged`.
        case expunge(IndexPlace)
        /// Answered by `rested`.
        case rest
    }

    enum Event: StepEvent {
        case claimed(PoolClaim?)
        case looked([PoolIndex])
        case made(IndexPlace)
        case attached
        case recorded(Bool)
        case expunged
        case rested
        /// It is not known what became of the action.
        case failed
    }

    private let limits: RolloverLimits
    private var claim: PoolClaim?
    private var next: IndexPlace?
    /// Changes of each index when it was looked at last.
    private var changes: [IndexPlace: Int] = [:]
    /// Indices that were put in order and have not changed since.
    private var isInOrder: Set<IndexPlace> = []

    init(_ limits: RolloverLimits) { self.limits = limits }

    static var first: Action { .claim }

    func rest(in action: Action) -> Duration? { action == .rest ? limits.poll : nil }

    mutating func after(_ event: Event) -> Action {
        switch event {
        case .claimed(let claim):
            self.claim = claim
            return claim == nil ? .rest : .look
        case .looked(let pool): return looked(at: pool)
        case .made(let place):
            next = place
            return .attach(place)
        case .attached:
            guard let next else { return .rest }
            return .record(from: claim?.place, to: next)
        case .recorded, .expunged, .failed:
            claim = nil
            next = nil
            return .rest
        case .rested: return .claim
        }
    }

    private mutating func looked(at pool: [PoolIndex]) -> Action {
        let current = claim?.place ?? pool.first?.place
        guard let current, let writing = pool.first(where: { $0.place == current }) else {
            return .rest
        }
        if limits.isFull(writing) { return .make(after: current) }
        return expunge(of: pool.filter { $0.place != current })
    }

    /// The first of those that have changed, are quiet now, and hold much that was deleted.
    private mutating func expunge(of closed: [PoolIndex]) -> Action {
        var quiet: [PoolIndex] = []
        for index in closed {
            if changes.updateValue(index.changes, forKey: index.place) == index.changes {
                quiet.append(index)
            } else {
                isInOrder.remove(index.place)
            }
        }
        let due = quiet.first { index in
            !isInOrder.contains(index.place)
                && index.deleted * limits.deletedShare > index.documents + index.deleted
        }
        guard let due else { return .rest }
        isInOrder.insert(due.place)
        return .expunge(due.place)
    }
}

/// When the pool gets another index.
package struct RolloverLimits: Sendable {
    /// Bytes of a primary shard.
    package var bytes = 30 << 30
    package var documents = 200_000_000
    /// Age, of an index that has a sixth of the bytes or documents; six times that of any with
    /// documents.
    package var age = Duration.seconds(30 * 24 * 3600)
    /// Between two looks of a server; an index is quiet that did not change in between.
    package var poll = Duration.seconds(30)
    /// An index is put in order where one of so many documents in it is deleted.
    package var deletedShare = 10
    /// Time for one answer of the index or the truth.
    package var answerTime = Duration.seconds(20)

    /// The share of an index that is worth an index of its own, and how often older it must be
    /// without.
    private static let worth = 6

    package init() {}

    func isFull(_ index: PoolIndex) -> Bool {
        if index.bytes >= bytes || index.documents >= documents { return true }
        guard index.age >= age, index.documents > 0 else { return false }
        let isWorth =
            index.bytes >= bytes / Self.worth || index.documents >= documents / Self.worth
        return isWorth || index.age >= age * Self.worth
    }
}
