internal import DocketCore
internal import DocketRuntime

/// Documents that searches find and whose status waits for the soft generation.
enum AppliedDocuments {
    /// Documents of one transaction.
    private static let group = 5000

    private static let due = "s.applied > 0 AND s.soft_raised_us + $1 <= (SELECT docket.now_us())"

    /// Answers a row if there is something to do.
    static func finding(_ interval: Duration) -> SQLStatement {
        SQLStatement(
            "SELECT 1 FROM docket.collection_state s WHERE \(due) LIMIT 1",
            .integer(interval.microseconds)
        )
    }

    static func raise(
        _ session: PostgresSession,
        _ interval: Duration
    ) throws -> [GenerationChange] {
        let found = try session.run(
            SQLStatement(
                """
                SELECT d.tenant_id, d.number, d.collection
                FROM docket.collection_state s JOIN docket.documents d
                    ON d.tenant_id = s.tenant_id AND d.collection = s.collection AND d.applied
                WHERE \(due)
                ORDER BY d.tenant_id, d.collection, d.id LIMIT \(group)
                FOR UPDATE OF d SKIP LOCKED
                """,
                .integer(interval.microseconds)
            )
        )
        guard found[0].count > 0 else { return [] }
        var deltas = CollectionDeltas()
        for row in found[0].rows {
            let reference = CollectionReference(
                tenant: row.tenant(0),
                number: UInt32(truncatingIfNeeded: row.integer(2))
            )
            deltas[reference].applied -= 1
            deltas[reference].indexing -= 1
            deltas[reference].indexed += 1
            deltas[reference].raisesSoft = true
        }
        let written = try session.run(
            [
                SQLStatement(
                    """
                    UPDATE docket.documents d SET state = 2, applied = false,
                        updated_us = (SELECT docket.now_us())
                    FROM \(RowPlaces.of("documents", in: "unnest($1, $2) AS w(tenant_id, number)"))
                    WHERE d.ctid = w.row
                    """,
                    .integers(found[0].all { $0.integer(0) }),
                    .integers(found[0].all { $0.integer(1) })
                )
            ] + deltas.statements
        )
        return written.last.map(deltas.changes) ?? []
    }
}
