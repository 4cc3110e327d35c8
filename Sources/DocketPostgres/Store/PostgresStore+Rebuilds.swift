package import DocketCore
internal import DocketRuntime

extension PostgresStore: RebuildLedger {
    package func beginRebuild(
        _ tenant: TenantID,
        of collection: Collection,
        naming: @escaping @Sendable (UInt64) -> IndexPlace,
        work: WorkLimit
    ) async throws(DocketError) -> UInt64 {
        try await run(tenant, work) { session in
            try session.session.transaction { try session.beginRebuild(of: collection, naming) }
        }
    }

    package func rebuildStatus(
        _ tenant: TenantID,
        of collection: Collection,
        work: WorkLimit
    ) async throws(DocketError) -> RebuildStatus? {
        try await run(tenant, work) { session in
            let found = try session.read(
                collection,
                SQLStatement(
                    """
                    SELECT r.number, r.stage, r.documents, s.indexing + s.indexed, r.error
                    FROM docket.rebuilds r JOIN docket.collection_state s
                        ON s.tenant_id = r.tenant_id AND s.collection = r.collection
                    WHERE r.tenant_id = $1 AND r.collection = $2
                    """,
                    session.me,
                    .number(collection.number)
                )
            )
            return try found.first.map { row in
                RebuildStatus(
                    number: row.unsigned(0),
                    stage: try RebuildStage(row, at: 1),
                    documents: row.number(2),
                    all: row.number(3),
                    reason: try row.text(4)
                )
            }
        }
    }

    package func claimRebuild(
        for duration: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Rebuild? {
        try await workers.run(work) { session in
            try session.run(RebuildRows.claiming(for: duration))[0].first.map { row in
                try Rebuild(row)
            }
        }
    }

    package func slice(
        of rebuild: Rebuild,
        work: WorkLimit
    ) async throws(DocketError) -> RebuildSlice? {
        try await workers.run(work) { session in
            let rows = RebuildRows(rebuild)
            guard try session.run(rows.holding)[0].count > 0 else { return nil }
            return rebuild.stage == .clearing
                ? try rows.removals(session) : try rows.contents(session)
        }
    }

    package func save(
        _ rebuild: Rebuild,
        for duration: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Bool {
        try await workers.run(work) { session in
            try session.run(RebuildRows(rebuild).saving(for: duration))[0].count > 0
        }
    }

    package func advance(
        _ rebuild: Rebuild,
        to stage: RebuildStage,
        after delay: Duration,
        reason: String,
        work: WorkLimit
    ) async throws(DocketError) {
        let change = try await workers.run(work) { session in
            try session.transaction {
                try RebuildRows(rebuild).advance(session, to: stage, after: delay, reason)
            }
        }
        if let change { tell([change]) }
    }

    package func unused(
        _ places: Set<IndexPlace>,
        work: WorkLimit
    ) async throws(DocketError) -> Set<IndexPlace> {
        guard !places.isEmpty else { return [] }
        let names = places.map(\.name)
        let rows = try await workers.run(work) { session in
            try session.run(RebuildRows.unused(names))[0].all { row throws(DocketError) in
                IndexPlace(name: try row.text(0))
            }
        }
        return Set(rows)
    }
}

extension TenantSession {
    fileprivate func beginRebuild(
        of collection: Collection,
        _ naming: (UInt64) -> IndexPlace
    ) throws -> UInt64 {
        // A version is a number that never comes again, also in a database that was restored.
        let found = try session.run(
            writeLock,
            presence(collection),
            GroupWriter.drawing(1),
            SQLStatement("SELECT 1 FROM docket.twin"),
            RestoreTables.lock,
            RestoreTables.underWay
        )
        try RestoreTables.requireNone(found[5])
        guard found[3].count == 0 else {
            throw DocketError(
                .failedPrecondition,
                "documents go to two search engines: release one of them, then rebuild"
            )
        }
        guard found[1].count > 0, let drawn = found[2].first else {
            throw DocketError.noCollection(collection.name)
        }
        let number = drawn.unsigned(0)
        let results = try session.run(
            SQLStatement(
                """
                INSERT INTO docket.rebuilds AS r(tenant_id, collection, number, place)
                VALUES ($1, $2, $3, $4)
                ON CONFLICT (tenant_id, collection) DO UPDATE SET number = excluded.number,
                    place = excluded.place, stage = 0, left_place = NULL, after = 0,
                    documents = 0, due_us = 0, error = '', changed_xid = pg_current_xact_id()
                WHERE r.stage >= 4
                """,
                me,
                .number(collection.number),
                .number(number),
                .text(naming(number).name)
            ),
            SQLStatement(
                "SELECT number FROM docket.rebuilds WHERE tenant_id = $1 AND collection = $2",
                me,
                .number(collection.number)
            )
        )
        return results[1].first?.unsigned(0) ?? number
    }
}
