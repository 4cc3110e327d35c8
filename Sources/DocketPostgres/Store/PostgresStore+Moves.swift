package import DocketCore
internal import DocketRuntime

/// Where no series is set, nothing is moved.
extension PostgresStore: IndexMoves {
    package func claimSeries(work: WorkLimit) async throws(DocketError) {
        guard let series = configuration.series else { return }
        try await workers.run(work) { session in
            try session.transaction { try series.claim(session) }
        }
    }

    package func moveOn(work: WorkLimit) async throws(DocketError) -> MoveStep {
        guard let series = configuration.series else { return .nothing }
        let (step, change) = try await workers.run(work) { session in
            try session.transaction {
                try CollectionMove(session: session, series: series).step()
            }
        }
        if let change { tell([change]) }
        return step
    }

    package func collectionsToMove(work: WorkLimit) async throws(DocketError) -> Int {
        guard let series = configuration.series else { return 0 }
        return try await workers.run(work) { session in
            let found = try session.run(
                SQLStatement(
                    """
                    SELECT count(*) FROM docket.collections
                    WHERE deleted_us IS NULL AND series IS DISTINCT FROM $1
                    """,
                    .text(series.text)
                )
            )
            return found[0].first?.number(0) ?? 0
        }
    }

    package func isMoved(for time: Duration, work: WorkLimit) async throws(DocketError) -> Bool {
        guard let series = configuration.series else { return false }
        return try await workers.run(work) { session in
            let found = try session.run(
                SQLStatement(
                    """
                    SELECT 1 FROM docket.collections
                    WHERE (series IS DISTINCT FROM $1 AND swept_us IS NULL)
                        OR moved_us > (SELECT docket.now_us()) - $2
                    LIMIT 1
                    """,
                    .text(series.text),
                    .integer(time.microseconds)
                )
            )
            return found[0].count == 0
        }
    }
}

extension IndexSeries {
    /// Rebuilds into indices that documents leave are given up.
    fileprivate func claim(_ session: PostgresSession) throws {
        let found = try session.run(SQLStatement("SELECT series FROM docket.server FOR UPDATE"))
        guard let row = found[0].first else {
            throw DocketError(.dataLoss, "the database has lost the row of its server")
        }
        let before = row.isNull(0) ? nil : try row.text(0)
        guard before != text else { return }
        if let before {
            guard let other = IndexSeries(before), succeeds(other) else {
                throw DocketError(
                    .failedPrecondition,
                    "documents are indexed into \(before)-..., which is of a later version or has "
                        + "another prefix than this server's \(start)..."
                )
            }
        }
        _ = try session.run(
            SQLStatement(
                "UPDATE docket.server SET series = $1, pool_place = NULL",
                .text(text)
            ),
            SQLStatement(
                """
                UPDATE docket.rebuilds SET stage = 5, token = 0,
                    error = 'its index is of an earlier version of the server'
                WHERE stage < 4 AND NOT starts_with(place, $1)
                """,
                .text(start)
            )
        )
        _ = try session.run(RestoreRows.givingUp)
    }
}
