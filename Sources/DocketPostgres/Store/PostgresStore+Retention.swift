package import DocketCore
internal import DocketRuntime

extension PostgresStore: RetentionLedger {
    package func claimRetention(
        every interval: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Bool {
        try await workers.run(work) { session in
            let claimed = try session.run(
                SQLStatement(
                    """
                    UPDATE docket.server SET retention_us = (SELECT docket.now_us())
                    WHERE retention_us + $1 <= (SELECT docket.now_us()) RETURNING 1
                    """,
                    .integer(interval.microseconds)
                )
            )
            return claimed[0].count > 0
        }
    }
}
