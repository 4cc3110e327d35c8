internal import DocketCore

/// Rows of the outbox as writers make them.
enum OutboxRows {
    /// Queues versions of documents that the transaction has locked.
    ///
    /// A lease that is open stays so: the newer version goes after it.
    static func queueing(
        _ documents: [(tenant: TenantID, number: Int64)],
        _ versions: [Int64]
    ) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO docket.outbox AS o(tenant_id, number, version, due_us, queued_us)
            SELECT w.*, n.us, n.us
            FROM unnest($1, $2, $3) AS w(tenant_id, number, version),
                (SELECT docket.now_us() AS us) n
            ON CONFLICT (tenant_id, number) DO UPDATE SET version = excluded.version,
                attempts = 0, due_us = CASE WHEN o.lease_token IS NULL
                    THEN excluded.due_us ELSE o.due_us END
            """,
            .numbers(documents.map(\.tenant.number)),
            .numbers(documents.map(\.number)),
            .integers(versions)
        )
    }
}
