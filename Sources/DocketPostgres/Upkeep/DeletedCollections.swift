internal import DocketCore

/// Collections that nobody sees any longer and whose documents are still there: what the index may
/// hold goes by the outbox, the rest at once, in slices.
enum DeletedCollections {
    /// Collections of one turn.
    private static let turn = 16
    /// Documents of one transaction.
    private static let slice = 1000

    static let finding = SQLStatement(
        """
        SELECT tenant_id, number FROM docket.collections
        WHERE deleted_us IS NOT NULL AND swept_us IS NULL
        ORDER BY deleted_us LIMIT \(turn)
        """
    )

    /// Removes the next documents; true when there may be more that can go now.
    static func sweep(_ collection: CollectionReference, _ session: PostgresSession) throws -> Bool
    {
        let values: [SQLValue] = [.number(collection.tenant.number), .number(collection.number)]
        let found = try session.run(
            SQLStatement(
                """
                SELECT d.number, d.sent_from FROM docket.documents d
                WHERE d.tenant_id = $1 AND d.collection = $2
                    AND NOT (d.state = 4 AND d.sent_from > 0)
                ORDER BY d.id LIMIT \(slice) FOR UPDATE OF d SKIP LOCKED
                """,
                values: values
            ),
            SQLStatement(
                """
                SELECT 1 FROM docket.documents WHERE tenant_id = $1 AND collection = $2 LIMIT 1
                """,
                values: values
            )
        )
        guard found[1].count > 0 else {
            try finish(values, session)
            return false
        }
        let rows = found[0].all { (number: $0.integer(0), isSent: $0.integer(1) > 0) }
        guard !rows.isEmpty else { return false }
        let sent = rows.filter(\.isSent).map(\.number)
        let drawn = try session.run(GroupWriter.drawing(sent.count))[0]
        _ = try session.run(
            removal(of: rows.map(\.number), sent, drawn.all { $0.integer(0) }, collection.tenant)
        )
        return rows.count == slice
    }

    private static func removal(
        of numbers: [Int64],
        _ sent: [Int64],
        _ versions: [Int64],
        _ tenant: TenantID
    ) -> [SQLStatement] {
        let me = SQLValue.number(tenant.number)
        let list = "unnest($2, $3) AS w(number, version)"
        return [
            SQLStatement(
                "DELETE FROM docket.versions WHERE tenant_id = $1 AND number = ANY($2)",
                me,
                .integers(numbers)
            ),
            SQLStatement(
                """
                DELETE FROM docket.outbox WHERE tenant_id = $1 AND number = ANY($2)
                    AND NOT number = ANY($3)
                """,
                me,
                .integers(numbers),
                .integers(sent)
            ),
            SQLStatement(
                """
                DELETE FROM docket.documents WHERE tenant_id = $1 AND number = ANY($2)
                    AND NOT number = ANY($3)
                """,
                me,
                .integers(numbers),
                .integers(sent)
            ),
            SQLStatement(
                """
                UPDATE docket.documents d SET version = w.version, state = 4, applied = false,
                    indexed_version = 0, updated_us = (SELECT docket.now_us())
                FROM \(RowPlaces.of("documents", in: list, tenant: "$1")) WHERE d.ctid = w.row
                """,
                me,
                .integers(sent),
                .integers(versions)
            ),
            OutboxRows.queueing(sent.map { (tenant, $0) }, versions),
        ]
    }

    /// Nothing is left; the collection's own rows tell other servers for a while.
    private static func finish(_ values: [SQLValue], _ session: PostgresSession) throws {
        _ = try session.run(
            SQLStatement(
                "DELETE FROM docket.idempotency WHERE tenant_id = $1 AND collection = $2",
                values: values
            ),
            SQLStatement(
                """
                UPDATE docket.collections SET swept_us = docket.now_us()
                WHERE tenant_id = $1 AND number = $2
                """,
                values: values
            )
        )
    }
}
