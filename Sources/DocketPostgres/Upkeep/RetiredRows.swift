internal import DocketCore
internal import DocketRuntime

/// Rows that tell of the past and have told it for long enough.
enum RetiredRows {
    struct Lifetimes: Sendable {
        /// Of deleted documents, collections and tenants.
        let deletions: Duration
        /// Bytes of deleted documents that a collection may have.
        let deletionBytes: Int
    }

    /// Rows of each kind that one transaction removes.
    private static let group = 500

    /// True when there may be more.
    static func forget(_ lifetimes: Lifetimes, _ session: PostgresSession) throws -> Bool {
        let lifetime = SQLValue.integer(lifetimes.deletions.microseconds)
        let results = try session.run(
            expiredOutcomes,
            oldDeletions(lifetime),
            surplusDeletions(lifetimes.deletionBytes),
            collections(lifetime),
            states,
            rebuilds,
            tenants(lifetime)
        )
        var deltas = CollectionDeltas()
        for (place, result) in results[..<3].enumerated() {
            for row in result.rows {
                let reference = CollectionReference(
                    tenant: row.tenant(0),
                    number: UInt32(truncatingIfNeeded: row.integer(1))
                )
                if place == 0 {
                    deltas[reference].keptOutcomes -= row.integer(2)
                } else {
                    deltas[reference].keptDeletions -= row.integer(2)
                }
            }
        }
        if !deltas.isEmpty { _ = try session.run(deltas.statements) }
        return results[..<3].contains { $0.count == group }
    }

    private static let expiredOutcomes = SQLStatement(
        """
        DELETE FROM docket.idempotency i USING (
            SELECT tenant_id, method, collection, key FROM docket.idempotency
            WHERE expires_us <= (SELECT docket.now_us())
            ORDER BY expires_us LIMIT \(group) FOR UPDATE SKIP LOCKED
        ) w
        WHERE i.tenant_id = w.tenant_id AND i.method = w.method AND i.collection = w.collection
            AND i.key = w.key
        RETURNING i.tenant_id, i.collection,
            (\(KeptBytes.row) + length(i.key) + length(i.reply))::bigint
        """
    )

    private static let deletionSizes = """
        RETURNING d.tenant_id, d.collection, (\(KeptBytes.row) + octet_length(d.id))::bigint
        """

    private static func oldDeletions(_ lifetime: SQLValue) -> SQLStatement {
        SQLStatement(
            """
            DELETE FROM docket.documents d USING (
                SELECT tenant_id, number FROM docket.documents
                WHERE deleted_us <= (SELECT docket.now_us()) - $1
                ORDER BY deleted_us LIMIT \(group) FOR UPDATE SKIP LOCKED
            ) w
            WHERE d.tenant_id = w.tenant_id AND d.number = w.number
            \(deletionSizes)
            """,
            lifetime
        )
    }

    /// The oldest of one collection that keeps too many.
    private static func surplusDeletions(_ bytes: Int) -> SQLStatement {
        SQLStatement(
            """
            DELETE FROM docket.documents d USING (
                SELECT d.tenant_id, d.number FROM (
                    SELECT tenant_id, collection FROM docket.collection_state
                    WHERE kept_deletions > $1 LIMIT 1
                ) s
                JOIN docket.documents d
                    ON d.tenant_id = s.tenant_id AND d.collection = s.collection
                WHERE d.deleted_us IS NOT NULL ORDER BY d.deleted_us LIMIT \(group)
                FOR UPDATE OF d SKIP LOCKED
            ) w
            WHERE d.tenant_id = w.tenant_id AND d.number = w.number
            \(deletionSizes)
            """,
            .number(bytes)
        )
    }

    private static func collections(_ lifetime: SQLValue) -> SQLStatement {
        SQLStatement(
            """
            DELETE FROM docket.collections
            WHERE swept_us IS NOT NULL AND deleted_us <= (SELECT docket.now_us()) - $1
            """,
            lifetime
        )
    }

    private static let states = SQLStatement(
        """
        DELETE FROM docket.collection_state s WHERE NOT EXISTS (
            SELECT FROM docket.collections c
            WHERE c.tenant_id = s.tenant_id AND c.number = s.collection)
        """
    )

    private static let rebuilds = SQLStatement(
        """
        DELETE FROM docket.rebuilds r WHERE NOT EXISTS (
            SELECT FROM docket.collections c
            WHERE c.tenant_id = r.tenant_id AND c.number = r.collection)
        """
    )

    private static func tenants(_ lifetime: SQLValue) -> SQLStatement {
        SQLStatement(
            """
            DELETE FROM docket.tenants t
            WHERE t.deleted_us <= (SELECT docket.now_us()) - $1 AND NOT EXISTS (
                SELECT FROM docket.collections c WHERE c.tenant_id = t.tenant_id)
            """,
            lifetime
        )
    }
}
