package import DocketCore
internal import DocketRuntime

extension PostgresStore: RestoreLedger {
    package func ownPlaces(work: WorkLimit) async throws(DocketError) -> [IndexPlace] {
        try await workers.run(work) { session in
            try session.run(RestoreRows.ownPlaces)[0].all { row throws(DocketError) in
                IndexPlace(name: try row.text(0))
            }
        }
    }

    package func beginRestore(
        of snapshot: String,
        in cluster: String,
        _ places: [IndexPlace],
        naming: @escaping @Sendable (UInt64, IndexPlace) -> IndexPlace,
        work: WorkLimit
    ) async throws(DocketError) -> UInt64 {
        let series = configuration.series?.text
        return try await workers.run(work) { session in
            try session.transaction {
                let beginning = RestoreBeginning(
                    session: session,
                    snapshot: snapshot,
                    cluster: cluster,
                    places: places,
                    series: series
                )
                return try beginning.run(naming)
            }
        }
    }

    package func restoreStatus(work: WorkLimit) async throws(DocketError) -> RestoreStatus? {
        try await workers.run(work) { session in
            let found = try session.run(
                SQLStatement(
                    """
                    SELECT number, snapshot, stage, documents, removed, (
                        SELECT coalesce(sum(s.indexing + s.indexed), 0)::bigint
                        FROM docket.collection_state s JOIN docket.collections c
                            ON c.tenant_id = s.tenant_id AND c.number = s.collection
                        WHERE c.deleted_us IS NULL
                    ), error
                    FROM docket.restore
                    """
                )
            )
            return try found[0].first.map { row in
                RestoreStatus(
                    number: row.unsigned(0),
                    snapshot: try row.text(1),
                    stage: try RestoreStage(row, at: 2),
                    documents: row.number(3),
                    removed: row.number(4),
                    all: row.number(5),
                    reason: try row.text(6)
                )
            }
        }
    }

    package func claimRestore(
        for duration: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Restore? {
        try await workers.run(work) { session in
            let found = try session.run(
                RestoreRows.claiming(for: duration),
                RestoreRows.places
            )
            return try found[0].first.map { try Restore($0, found[1]) }
        }
    }

    package func save(
        _ restore: Restore,
        for duration: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Bool {
        try await workers.run(work) { session in
            try session.run(RestoreRows(restore: restore).saving(for: duration))[0].count > 0
        }
    }

    package func advance(
        _ restore: Restore,
        to stage: RestoreStage,
        after delay: Duration,
        reason: String,
        work: WorkLimit
    ) async throws(DocketError) {
        try await workers.run(work) { session in
            try session.transaction {
                _ = try session.run(
                    RestoreRows(restore: restore).advancing(to: stage, after: delay, reason)
                )
            }
        }
    }

    package func extras(
        among documents: [HeldDocument],
        work: WorkLimit
    ) async throws(DocketError) -> [HeldDocument] {
        guard !documents.isEmpty else { return [] }
        return try await workers.run(work) { session in
            try session.run(RestoreRows.extras(among: documents))[0].all {
                documents[$0.number(0) - 1]
            }
        }
    }

    package func expected(
        by restore: Restore,
        work: WorkLimit
    ) async throws(DocketError) -> RestoredVersions {
        try await workers.run(work) { session in
            try RestoreRows.versions(session.run(RestoreRows(restore: restore).expected)[0])
        }
    }

    package func changes(
        for versions: [IndexedVersion],
        work: WorkLimit
    ) async throws(DocketError) -> [IndexChange] {
        guard !versions.isEmpty else { return [] }
        return try await workers.run(work) { session in
            try RestoreRows.changes(session.run(RestoreRows.contents(of: versions))[0], versions)
        }
    }

    package func restoredNames(work: WorkLimit) async throws(DocketError) -> RestoredNames {
        try await workers.run(work) { session in
            let found = try session.run(RestoreRows.names)
            let collections = try found[1].all { row throws(DocketError) in
                let number = UInt32(truncatingIfNeeded: row.integer(1))
                let reference = CollectionReference(tenant: row.tenant(0), number: number)
                return (reference, IndexPlace(name: try row.text(2)))
            }
            return RestoredNames(
                tenants: found[0].all { $0.tenant(0) },
                collections: Dictionary(collections, uniquingKeysWith: { first, _ in first })
            )
        }
    }
}

/// How a restore begins, in a transaction.
private struct RestoreBeginning {
    let session: PostgresSession
    let snapshot: String
    let cluster: String
    let places: [IndexPlace]
    let series: String?

    func run(_ naming: (UInt64, IndexPlace) -> IndexPlace) throws -> UInt64 {
        let found = try session.run(
            RestoreTables.lock,
            SQLStatement("SELECT number, snapshot FROM docket.restore WHERE stage < 5"),
            SQLStatement("SELECT 1 FROM docket.rebuilds WHERE stage < 4 LIMIT 1"),
            SQLStatement("SELECT 1 FROM docket.twin"),
            SQLStatement(
                """
                SELECT 1 FROM docket.collections
                WHERE deleted_us IS NULL AND series IS DISTINCT FROM $1 LIMIT 1
                """,
                .text(series)
            ),
            SQLStatement(
                """
                SELECT pool_place FROM docket.server WHERE pool_place <> ALL($1)
                UNION ALL SELECT place FROM docket.collections
                WHERE swept_us IS NULL AND place <> ALL($1) LIMIT 1
                """,
                .texts(places.map(\.name))
            ),
            GroupWriter.drawing(1)
        )
        if let row = found[1].first, try row.text(1) == snapshot { return row.unsigned(0) }
        let reasons = [
            "all indices are made anew now", "collections are rebuilt now",
            "documents go to two search engines: release one of them first",
            "collections are moved out of an index of an earlier version",
        ]
        for (result, reason) in zip(found[1...4], reasons) where result.count > 0 {
            throw DocketError(.failedPrecondition, reason)
        }
        guard found[5].count == 0, let number = found[6].first?.unsigned(0) else {
            throw DocketError(.aborted, "there is another index by now", retryAfter: .seconds(1))
        }
        try insert(number, places.map { naming(number, $0) })
        return number
    }

    /// A cluster that has lost its data is another one by now, and is searched from now on.
    private func insert(_ number: UInt64, _ restored: [IndexPlace]) throws {
        _ = try session.run(
            SQLStatement("DELETE FROM docket.restore"),
            SQLStatement(
                "INSERT INTO docket.restore(number, snapshot, cluster) VALUES ($1, $2, $3)",
                .number(number),
                .text(snapshot),
                .text(cluster)
            ),
            SQLStatement(
                """
                INSERT INTO docket.restored_places(place, restored)
                SELECT * FROM unnest($1, $2)
                """,
                .texts(places.map(\.name)),
                .texts(restored.map(\.name))
            ),
            SQLStatement("UPDATE docket.server SET cluster = $1", .text(cluster))
        )
    }
}
