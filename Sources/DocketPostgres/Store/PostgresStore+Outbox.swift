package import DocketCore
internal import DocketRuntime
internal import Synchronization

extension PostgresStore: Outbox {
    package func lease(
        _ request: LeaseRequest,
        work: WorkLimit
    ) async throws(DocketError) -> [LeasedChange] {
        let after = leasedTenant.load(ordering: .relaxed)
        let series = configuration.series
        let (changes, last) = try await workers.run(work) { session in
            try session.transaction {
                let taker = LeaseTaker(
                    session: session,
                    request: request,
                    series: series,
                    after: after
                )
                return try taker.take()
            }
        }
        leasedTenant.store(last, ordering: .relaxed)
        return changes
    }

    @discardableResult
    package func complete(
        _ leases: [Lease],
        foundFor age: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Int {
        try await end(leases, work) { try $0.complete(foundFor: age) }
    }

    package func fail(_ failures: [IndexFailure], work: WorkLimit) async throws(DocketError) {
        let reasons = Dictionary(
            failures.map { failure in
                let lease = failure.lease
                let number = Int64(bitPattern: lease.number)
                return (DocumentKey(tenant: lease.tenant.number, number: number), failure.reason)
            },
            uniquingKeysWith: { first, _ in first }
        )
        _ = try await end(failures.map(\.lease), work) { try $0.fail(reasons) }
    }

    package func release(
        _ leases: [Lease],
        after delay: Duration,
        isAttempt: Bool,
        work: WorkLimit
    ) async throws(DocketError) {
        _ = try await end(leases, work) { end in
            try end.release(after: delay, isAttempt: isAttempt)
            return ([], 0)
        }
    }

    /// Runs `body` in a transaction, and tells of what has changed; how many were late.
    private func end(
        _ leases: [Lease],
        _ work: WorkLimit,
        _ body: @escaping @Sendable (LeaseEnd) throws -> (changes: [GenerationChange], late: Int)
    ) async throws(DocketError) -> Int {
        guard !leases.isEmpty else { return 0 }
        let interval = configuration.softGenerationInterval
        let (changes, late) = try await workers.run(work) { session in
            try session.transaction {
                try body(
                    LeaseEnd(session: session, leases: leases, softGenerationInterval: interval)
                )
            }
        }
        tell(changes)
        return late
    }

    package func backlog(work: WorkLimit) async throws(DocketError) -> [TenantBacklog] {
        try await workers.run(work) { session in
            let results = try session.run(
                SQLStatement(
                    """
                    SELECT tenant_id, count(*), docket.now_us() - min(queued_us)
                    FROM docket.outbox GROUP BY tenant_id ORDER BY tenant_id
                    """
                )
            )
            return results[0].all { row in
                TenantBacklog(
                    tenant: row.tenant(0),
                    documents: row.number(1),
                    oldest: .microseconds(max(0, row.integer(2)))
                )
            }
        }
    }
}
