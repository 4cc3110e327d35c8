package import DocketCore
internal import DocketRuntime

extension PostgresStore: ClusterLedger {
    /// How long a twin that missed a change is left alone.
    private static let retry = Duration.seconds(10)

    package func clusters(work: WorkLimit) async throws(DocketError) -> IndexClusters {
        try await workers.run(work) { session in try IndexClusters.read(session) }
    }

    /// Whether a search engine has documents of the store's series: an empty one has lost them.
    package func hasIndexed(work: WorkLimit) async throws(DocketError) -> Bool {
        guard let series = configuration.series else { return false }
        return try await workers.run(work) { session in
            let found = try session.run(
                SQLStatement(
                    """
                    SELECT 1 FROM docket.server, docket.collections c
                    JOIN docket.collection_state s
                        ON s.tenant_id = c.tenant_id AND s.collection = c.number
                    WHERE cluster IS NOT NULL AND c.series = $1 AND c.deleted_us IS NULL
                        AND s.indexed > 0
                    LIMIT 1
                    """,
                    .text(series.text)
                )
            )
            return found[0].count > 0
        }
    }

    package func setFirstCluster(
        _ cluster: String,
        work: WorkLimit
    ) async throws(DocketError) {
        try await workers.run(work) { session in
            _ = try session.run(
                SQLStatement(
                    "UPDATE docket.server SET cluster = $1 WHERE cluster IS NULL",
                    .text(cluster)
                )
            )
        }
    }

    package func beginTwin(_ cluster: String, work: WorkLimit) async throws(DocketError) {
        try await workers.run(work) { session in
            try session.transaction { try TwinRows.begin(cluster, session) }
        }
    }

    package func claimTwin(
        for duration: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> TwinClaim? {
        try await workers.run(work) { session in
            try session.run(TwinRows.claiming(for: duration))[0].first.map { try TwinClaim($0) }
        }
    }

    package func slice(
        of claim: TwinClaim,
        work: WorkLimit
    ) async throws(DocketError) -> TwinSlice? {
        try await workers.run(work) { session in
            let rows = TwinRows(claim: claim)
            guard try session.run(rows.holding)[0].count > 0 else { return nil }
            return try rows.documents(session)
        }
    }

    package func save(
        _ claim: TwinClaim,
        for duration: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Bool {
        try await workers.run(work) { session in
            try session.run(TwinRows(claim: claim).saving(for: duration))[0].count > 0
        }
    }

    package func advance(
        _ claim: TwinClaim,
        to stage: TwinStage,
        work: WorkLimit
    ) async throws(DocketError) {
        try await workers.run(work) { session in
            _ = try session.run(TwinRows(claim: claim).advancing(to: stage))
        }
    }

    package func lose(_ twin: String, work: WorkLimit) async throws(DocketError) {
        try await workers.run(work) { session in
            _ = try session.run(TwinRows.losing(twin, retry: Self.retry))
        }
    }

    package func sample(
        _ limit: Int,
        work: WorkLimit
    ) async throws(DocketError) -> [IndexedVersion] {
        try await workers.run(work) { session in
            try session.run(TwinRows.sample(limit))[0].all { row throws(DocketError) in
                IndexedVersion(
                    tenant: row.tenant(0),
                    collection: UInt32(truncatingIfNeeded: row.integer(1)),
                    number: row.unsigned(2),
                    version: row.unsigned(3),
                    place: IndexPlace(name: try row.text(4))
                )
            }
        }
    }

    package func switchClusters(work: WorkLimit) async throws(DocketError) -> IndexClusters {
        try await workers.run(work) { session in
            try session.transaction { try TwinRows.swap(session) }
        }
    }

    package func releaseTwin(work: WorkLimit) async throws(DocketError) {
        try await workers.run(work) { session in
            _ = try session.run(SQLStatement("DELETE FROM docket.twin"))
        }
    }
}

extension IndexClusters {
    static func read(_ session: PostgresSession) throws -> IndexClusters {
        let found = try session.run(
            SQLStatement(
                """
                SELECT s.cluster, t.cluster, t.stage, t.documents, (
                    SELECT coalesce(sum(c.indexing + c.indexed), 0)::bigint
                    FROM docket.collection_state c WHERE t.cluster IS NOT NULL
                )
                FROM docket.server s LEFT JOIN docket.twin t ON true
                """
            )
        )[0]
        var clusters = IndexClusters()
        guard let row = found.first else { return clusters }
        clusters.documents = row.number(4)
        if !row.isNull(0) { clusters.searched = try row.text(0) }
        if !row.isNull(1), let stage = TwinStage(rawValue: UInt8(clamping: row.integer(2))) {
            let cluster = try row.text(1)
            clusters.twin = Twin(cluster: cluster, stage: stage, documents: row.number(3))
        }
        return clusters
    }
}

extension TwinRows {
    fileprivate static func begin(_ cluster: String, _ session: PostgresSession) throws {
        let results = try session.run(
            SQLStatement("SELECT 1 FROM docket.server WHERE cluster <> $1", .text(cluster)),
            SQLStatement("SELECT 1 FROM docket.rebuilds WHERE stage < 4 LIMIT 1"),
            SQLStatement("SELECT 1 FROM docket.twin"),
            RestoreTables.lock,
            RestoreTables.underWay
        )
        try RestoreTables.requireNone(results[4])
        let reason: String? =
            results[0].count == 0
            ? "that search engine is the one that is searched"
            : results[1].count > 0
                ? "collections are rebuilt now: begin when they are done"
                : results[2].count > 0 ? "there is a second search engine already" : nil
        if let reason { throw DocketError(.failedPrecondition, reason) }
        _ = try session.run(
            SQLStatement("INSERT INTO docket.twin(cluster) VALUES ($1)", .text(cluster))
        )
    }

    fileprivate static func swap(_ session: PostgresSession) throws -> IndexClusters {
        let found = try session.run(
            SQLStatement("SELECT cluster FROM docket.twin WHERE stage = 2 FOR UPDATE"),
            SQLStatement("SELECT cluster FROM docket.server FOR UPDATE")
        )
        guard let twin = found[0].first, let searched = found[1].first else {
            throw DocketError(
                .failedPrecondition,
                "the second search engine does not have everything yet"
            )
        }
        _ = try session.run(
            SQLStatement("UPDATE docket.server SET cluster = $1", .text(try twin.text(0))),
            SQLStatement("UPDATE docket.twin SET cluster = $1", .text(try searched.text(0)))
        )
        return try IndexClusters.read(session)
    }
}
