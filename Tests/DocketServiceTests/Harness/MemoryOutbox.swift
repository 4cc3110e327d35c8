import DocketCore
import DocketSystem
import Synchronization

/// An outbox in memory, whose leases end, with each change of its size reported.
final class MemoryOutbox: Outbox {
    private struct Row {
        var change: IndexChange
        var attempts = 0
        var due = MonotonicTime(nanoseconds: 0)
        var token: UInt64?
    }

    private struct State {
        var rows: [UInt64: Row] = [:]
        var lastToken: UInt64 = 0
        var completed: [Lease] = []
        var failures: [IndexFailure] = []
        var releases: [(leases: [Lease], isAttempt: Bool)] = []
        var failure: DocketError?
        var asked = 0
    }

    private let state = Mutex(State())
    private let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation

    init() { (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    var completed: [Lease] { state.withLock { $0.completed } }
    var failures: [IndexFailure] { state.withLock { $0.failures } }
    var releases: [(leases: [Lease], isAttempt: Bool)] { state.withLock { $0.releases } }
    /// Times that it was asked for leases.
    var asked: Int { state.withLock { $0.asked } }
    /// Changes that nobody has leased.
    var free: Int { state.withLock { $0.rows.values.count { $0.token == nil } } }

    /// Returns once nothing waits.
    func emptied() async {
        if state.withLock({ $0.rows.isEmpty }) { return }
        for await _ in changes where state.withLock({ $0.rows.isEmpty }) { return }
    }

    func fail(with error: DocketError?) { state.withLock { $0.failure = error } }

    func fill(_ added: [IndexChange]) {
        state.withLock { state in
            for change in added { state.rows[change.number] = Row(change: change) }
        }
    }

    func lease(
        _ request: LeaseRequest,
        work: WorkLimit
    ) async throws(DocketError) -> [LeasedChange] {
        let now = MonotonicTime.now()
        let result = state.withLock { state -> Result<[LeasedChange], DocketError> in
            state.asked += 1
            if let failure = state.failure { return .failure(failure) }
            let due = state.rows.keys.sorted().filter { number in
                state.rows[number].map { $0.token == nil && $0.due <= now } ?? false
            }
            return .success(due.prefix(request.limit).compactMap { lease($0, &state) })
        }
        return try result.get()
    }

    private func lease(_ number: UInt64, _ state: inout State) -> LeasedChange? {
        guard var row = state.rows[number] else { return nil }
        state.lastToken += 1
        row.token = state.lastToken
        state.rows[number] = row
        return LeasedChange(
            lease: Lease(
                tenant: row.change.tenant,
                number: number,
                version: row.change.version,
                token: state.lastToken
            ),
            attempts: row.attempts,
            change: row.change
        )
    }

    @discardableResult
    func complete(
        _ leases: [Lease],
        foundFor age: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Int {
        try settle(leases) { lease, state in
            state.rows[lease.number] = nil
            state.completed.append(lease)
        }
        return 0
    }

    func fail(_ failures: [IndexFailure], work: WorkLimit) async throws(DocketError) {
        state.withLock { $0.failures += failures }
        try settle(failures.map(\.lease)) { lease, state in state.rows[lease.number] = nil }
    }

    func release(
        _ leases: [Lease],
        after delay: Duration,
        isAttempt: Bool,
        work: WorkLimit
    ) async throws(DocketError) {
        state.withLock { $0.releases.append((leases, isAttempt)) }
        try settle(leases) { lease, state in
            state.rows[lease.number]?.token = nil
            state.rows[lease.number]?.due = .now() + delay
            if isAttempt { state.rows[lease.number]?.attempts += 1 }
        }
    }

    private func settle(
        _ leases: [Lease],
        _ change: (Lease, inout State) -> Void
    ) throws(DocketError) {
        let failure = state.withLock { state -> DocketError? in
            if let failure = state.failure { return failure }
            for lease in leases where state.rows[lease.number]?.token == lease.token {
                change(lease, &state)
            }
            return nil
        }
        changed.yield()
        if let failure { throw failure }
    }

    func backlog(work: WorkLimit) async throws(DocketError) -> [TenantBacklog] {
        state.withLock { state in
            Dictionary(grouping: state.rows.values, by: \.change.tenant).map { tenant, rows in
                TenantBacklog(tenant: tenant, documents: rows.count, oldest: .seconds(3))
            }
        }
    }
}
