package import DocketCore

extension PostgresStore: IndexingControl {
    package func indexingHold(work: WorkLimit) async throws(DocketError) -> IndexingHold? {
        try await calls.run(work) { session in
            try session.run(
                SQLStatement(
                    "SELECT hold_us, hold_reason FROM docket.server WHERE hold_us IS NOT NULL"
                )
            )[0].first.map { row in
                IndexingHold(sinceMicroseconds: row.integer(0), reason: try row.text(1))
            }
        }
    }

    package func holdIndexing(
        reason: String,
        work: WorkLimit
    ) async throws(DocketError) -> IndexingHold {
        try await calls.run(work) { session in
            let set = try session.run(
                SQLStatement(
                    """
                    UPDATE docket.server SET hold_us = coalesce(hold_us, docket.now_us()),
                        hold_reason = $1
                    RETURNING hold_us
                    """,
                    .text(reason)
                )
            )
            guard let row = set[0].first else {
                throw DocketError(.dataLoss, "the database has lost its row of the servers")
            }
            return IndexingHold(sinceMicroseconds: row.integer(0), reason: reason)
        }
    }

    package func releaseIndexing(work: WorkLimit) async throws(DocketError) {
        _ = try await calls.run(work) { session in
            try session.run(
                SQLStatement("UPDATE docket.server SET hold_us = NULL, hold_reason = NULL")
            )
        }
    }
}
