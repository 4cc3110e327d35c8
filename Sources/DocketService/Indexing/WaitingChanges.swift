internal import DocketCore
internal import DocketSystem

/// A change that was leased and not yet sent.
struct WaitingChange: Sendable {
    let change: LeasedChange
    /// When the lease was asked for.
    let leased: MonotonicTime
}

/// Changes that wait to be sent; those that were refused before are sent by themselves.
struct WaitingChanges: Sendable {
    private var together: [WaitingChange] = []
    private var alone: [WaitingChange] = []
    /// Of all of them.
    private(set) var bytes = 0

    var count: Int { together.count + alone.count }

    /// When the oldest was leased.
    var oldest: MonotonicTime? { (together + alone).map(\.leased).min() }

    mutating func add(_ changes: [LeasedChange], leased: MonotonicTime) {
        for change in changes {
            let item = WaitingChange(change: change, leased: leased)
            if change.attempts > 0 { alone.append(item) } else { together.append(item) }
            bytes += change.bytes
        }
    }

    /// The next one that is sent by itself.
    mutating func takeAlone() -> WaitingChange? {
        guard !alone.isEmpty else { return nil }
        bytes -= alone[0].change.bytes
        return alone.removeFirst()
    }

    /// Any one.
    mutating func takeOne() -> WaitingChange? {
        takeAlone() ?? takeBulk(of: 1, bytes: 1)?.first
    }

    /// The next ones that are sent together: at least one.
    mutating func takeBulk(of documents: Int, bytes limit: Int) -> [WaitingChange]? {
        var taken = 0
        var size = 0
        for item in together.prefix(documents) {
            guard taken == 0 || size + item.change.bytes <= limit else { break }
            taken += 1
            size += item.change.bytes
        }
        guard taken > 0 else { return nil }
        let bulk = Array(together.prefix(taken))
        together.removeFirst(taken)
        bytes -= size
        return bulk
    }

    /// Those that were leased up to `time`.
    mutating func takeAll(leasedUntil time: MonotonicTime = .distantFuture) -> [Lease] {
        let taken = (together + alone).filter { $0.leased <= time }
        guard !taken.isEmpty else { return [] }
        together.removeAll { $0.leased <= time }
        alone.removeAll { $0.leased <= time }
        bytes = (together + alone).reduce(0) { $0 + $1.change.bytes }
        return taken.map(\.change.lease)
    }
}

extension LeasedChange {
    /// Of the document; about what a removal takes otherwise.
    var bytes: Int { 128 + (change.content?.bytes ?? 0) }
}
