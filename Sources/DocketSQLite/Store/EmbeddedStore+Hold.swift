package import DocketCore
internal import DocketSystem

/// The hold is kept in the control file; whoever drives the indexing heeds it.
extension EmbeddedStore: IndexingControl {
    package func indexingHold(work: WorkLimit) async throws(DocketError) -> IndexingHold? {
        try await control.read(work) { connection in try Self.hold(connection) }
    }

    private static func hold(_ connection: ConnectionHandle) throws -> IndexingHold? {
        try connection.first(
            """
            SELECT s.value, r.value FROM settings s, settings r
            WHERE s.name = 'hold_us' AND r.name = 'hold_reason'
            """
        ) { row in
            IndexingHold(sinceMicroseconds: row.integer(0), reason: row.text(1))
        }
    }

    package func holdIndexing(
        reason: String,
        work: WorkLimit
    ) async throws(DocketError) -> IndexingHold {
        try await control.write(work) { connection in
            let since = try Self.hold(connection)?.sinceMicroseconds ?? WallClock.microseconds()
            try connection.run(
                """
                INSERT OR REPLACE INTO settings(name, value)
                VALUES ('hold_us', ?1), ('hold_reason', ?2)
                """,
                .number(since),
                .text(reason)
            )
            return IndexingHold(sinceMicroseconds: since, reason: reason)
        }
    }

    package func releaseIndexing(work: WorkLimit) async throws(DocketError) {
        try await control.write(work) { connection in
            try connection.run("DELETE FROM settings WHERE name IN ('hold_us', 'hold_reason')")
        }
    }
}
