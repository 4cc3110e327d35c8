package import DocketCore
internal import DocketRuntime

/// Where no series is set, new documents go where the index says.
extension PostgresStore: PoolLedger {
    package func claimPool(
        for duration: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> PoolClaim? {
        guard let series = configuration.series else { return nil }
        return try await workers.run(work) { session in
            let claimed = try session.run(
                SQLStatement(
                    """
                    UPDATE docket.server SET pool_claimed_us = (SELECT docket.now_us()) + $2
                    WHERE series = $1 AND pool_claimed_us <= (SELECT docket.now_us())
                        AND NOT EXISTS (SELECT FROM docket.twin)
                        AND NOT EXISTS (SELECT FROM docket.restored_places)
                    RETURNING pool_place
                    """,
                    .text(series.text),
                    .integer(duration.microseconds)
                )
            )
            return try claimed[0].first.map { row in
                PoolClaim(place: row.isNull(0) ? nil : IndexPlace(name: try row.text(0)))
            }
        }
    }

    package func poolPlace(work: WorkLimit) async throws(DocketError) -> IndexPlace? {
        try await workers.run(work) { session in
            let found = try session.run(
                SQLStatement("SELECT pool_place FROM docket.server WHERE pool_place IS NOT NULL")
            )
            return try found[0].first.map { IndexPlace(name: try $0.text(0)) }
        }
    }

    package func rollOver(
        from place: IndexPlace?,
        to next: IndexPlace,
        work: WorkLimit
    ) async throws(DocketError) -> Bool {
        guard let series = configuration.series else { return false }
        return try await workers.run(work) { session in
            let changed = try session.run(
                RestoreTables.lock,
                SQLStatement(
                    """
                    UPDATE docket.server SET pool_place = $3
                    WHERE series = $1 AND pool_place IS NOT DISTINCT FROM $2
                        AND NOT EXISTS (SELECT FROM docket.restored_places) RETURNING 1
                    """,
                    .text(series.text),
                    .text(place?.name),
                    .text(next.name)
                )
            )
            return changed[1].count > 0
        }
    }
}
