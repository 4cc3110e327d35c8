package import DocketCore
internal import DocketRuntime
internal import Synchronization

extension PostgresStore: Outbox {
    package func lease(
        _ request: LeaseRequest,
        work: WorkLimit
    ) async throws(DocketError) -> [LeasedChange] {
        let after = leasedTenant.load(ordering: .relaxed)
        let (changes, last) = try await workers.run(work) { session in
            try session.transaction {
                try LeaseTaker(session: session, request: request, after: after).take()
            }
        }
        leasedTenant.store(last, ordering: .relaxed)
        return changes
    }

    package func complete(
        _ leases: [Lease],
        foundFor age: Duration,
        work: WorkLimit
    ) async throws(DocketError) {
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
        try await end(failures.map(\.lease), work) { try $0.fail(reasons) }
    }

    package func release(
        _ leases: [Lease],
        after delay: Duration,
        isAttempt: Bool,
        work: WorkLimit
    ) async throws(DocketError) {
        try await end(leases, work) { end in
            try end.release(after: delay, isAttempt: isAttempt)
            return []
        }
    }

    /// Runs `body` in a transaction, and tells of what has changed.
    private func end(
        _ leases: [Lease],
        _ work: WorkLimit,
        _ body: @escaping @Sendable (LeaseEnd) throws -> [GenerationChange]
    ) async throws(DocketError) {
        guard !leases.isEmpty else { return }
        let interval = configuration.softGenerationInterval
        let changes = try await workers.run(work) { session in
            try session.transaction {
                try body(
                    LeaseEnd(session: session, leases: leases, softGenerationInterval: interval)
                )
            }
        }
        tell(changes)
    }

    package func retryFailed(
        _ tenant: TenantID,
        in collection: Collection,
        work: WorkLimit
    ) async throws(DocketError) -> Int {
        var retried = 0
        while true {
            let (count, changes) = try await run(tenant, work) { session in
                try session.session.transaction { try session.retryFailed(in: collection) }
            }
            tell(changes)
            if count > 0 { currentObserver?.outboxFilled(tenant) }
            retried += count
            guard count == TenantSession.retryGroup else { return retried }
        }
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

extension TenantSession {
    /// Failed documents that one transaction queues again.
    fileprivate static let retryGroup = 1000

    /// Under new versions: the index may have taken the document out at the one that failed.
    fileprivate func retryFailed(
        in collection: Collection
    ) throws -> (count: Int, changes: [GenerationChange]) {
        let found = try session.run(
            writeLock,
            presence(collection),
            SQLStatement(
                """
                SELECT \(DocumentRow.columns) FROM docket.documents d
                WHERE d.tenant_id = $1 AND d.collection = $2 AND d.removed AND d.state = 3
                ORDER BY d.id LIMIT \(Self.retryGroup) FOR UPDATE OF d
                """,
                me,
                .number(collection.number)
            )
        )
        guard found[1].count > 0 else { throw DocketError.noCollection(collection.name) }
        let rows = try found[2].all { row throws(DocketError) in try DocumentRow(row) }
        guard !rows.isEmpty else { return (0, []) }
        let drawn = try session.run(GroupWriter.drawing(rows.count))[0]
        var deltas = CollectionDeltas()
        let reference = CollectionReference(tenant: tenant, number: collection.number)
        deltas[reference].failed = -Int64(rows.count)
        deltas[reference].indexing = Int64(rows.count)
        deltas[reference].changesRemoved = true
        let written = try session.run(
            requeueing(rows, drawn.all { $0.integer(0) }) + deltas.statements
        )
        return (rows.count, written.last.map(deltas.changes) ?? [])
    }

    private func requeueing(_ rows: [DocumentRow], _ versions: [Int64]) -> [SQLStatement] {
        let list = "unnest($2, $3, $4) AS w(number, version, old)"
        let values: [SQLValue] = [
            me, .integers(rows.map(\.number)), .integers(versions),
            .integers(rows.map(\.version)),
        ]
        return [
            SQLStatement(
                """
                UPDATE docket.versions v SET version = w.version
                FROM \(RowPlaces.of("versions", in: list, tenant: "$1", and: "r.version = w.old"))
                WHERE v.ctid = w.row
                """,
                values: values
            ),
            SQLStatement(
                """
                UPDATE docket.documents d SET version = w.version, state = 1, error = '',
                    updated_us = (SELECT docket.now_us())
                FROM \(RowPlaces.of("documents", in: list, tenant: "$1")) WHERE d.ctid = w.row
                """,
                values: values
            ),
            OutboxRows.queueing(rows.map { (tenant, $0.number) }, versions),
        ]
    }
}
