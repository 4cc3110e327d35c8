package import DocketCore

extension PostgresStore {
    package func retryFailed(
        _ tenant: TenantID,
        in collection: Collection,
        after number: UInt64,
        work: WorkLimit
    ) async throws(DocketError) -> RetriedSlice {
        let (slice, changes) = try await run(tenant, work) { session in
            try session.session.transaction {
                try session.retryFailed(in: collection, after: number)
            }
        }
        tell(changes, queued: slice.count, of: tenant)
        return slice
    }
}

extension TenantSession {
    /// Failed documents that one transaction queues again.
    fileprivate static let retryGroup = 1000

    /// Under new versions: the index may have taken the document out at the one that failed.
    fileprivate func retryFailed(
        in collection: Collection,
        after number: UInt64
    ) throws -> (slice: RetriedSlice, changes: [GenerationChange]) {
        let found = try session.run(
            writeLock,
            presence(collection),
            SQLStatement(
                """
                SELECT \(DocumentRow.columns) FROM (
                    SELECT number FROM docket.documents
                    WHERE tenant_id = $1 AND collection = $2 AND removed AND state = 3
                        AND number > $3
                    ORDER BY number LIMIT \(Self.retryGroup)
                ) w JOIN docket.documents d ON d.tenant_id = $1 AND d.number = w.number
                ORDER BY d.id FOR UPDATE OF d
                """,
                me,
                .number(collection.number),
                .number(number)
            )
        )
        guard found[1].count > 0 else { throw DocketError.noCollection(collection.name) }
        let rows = try found[2].all { row throws(DocketError) in try DocumentRow(row) }
        guard !rows.isEmpty else { return (RetriedSlice(count: 0, next: nil), []) }
        let drawn = try session.run(GroupWriter.drawing(rows.count))[0]
        let requeueing = Requeueing(
            tenant,
            zip(rows, drawn.all { $0.integer(0) }).map { ($0, $1, .indexing) }
        )
        let deltas = requeueing.deltas(collection)
        let written = try session.run(requeueing.statements + deltas.statements)
        let last = rows.map(\.number).max().map(UInt64.init(bitPattern:))
        let next = rows.count == Self.retryGroup ? last : nil
        return (
            RetriedSlice(count: rows.count, next: next), written.last.map(deltas.changes) ?? []
        )
    }
}
