package import DocketCore
internal import DocketRuntime

extension PostgresStore {
    package func createCollection(
        _ tenant: TenantID,
        named name: String,
        schema: CollectionSchema,
        quota: Quota,
        work: WorkLimit
    ) async throws(DocketError) -> Collection {
        let series = configuration.series
        return try await run(tenant, work) { session in
            try session.session.transaction {
                try session.createCollection(named: name, schema, quota, series)
            }
        }
    }

    package func collections(
        _ tenant: TenantID,
        work: WorkLimit
    ) async throws(DocketError) -> [Collection] {
        try await run(tenant, work) { session in
            let statement = SQLStatement(
                """
                SELECT \(Collection.columns) FROM docket.collections c
                WHERE c.tenant_id = $1 AND c.deleted_us IS NULL ORDER BY c.name
                """,
                session.me
            )
            return try session.session.run(statement)[0].all { row throws(DocketError) in
                try Collection(row)
            }
        }
    }

    package func collection(
        _ tenant: TenantID,
        named name: String,
        work: WorkLimit
    ) async throws(DocketError) -> Collection {
        try await run(tenant, work) { session in
            let found = try session.session.run(session.collection(named: name))
            guard let row = found[0].first else { throw DocketError.noCollection(name) }
            return try Collection(row)
        }
    }

    package func addAttributes(
        _ tenant: TenantID,
        to collection: String,
        _ attributes: [AttributeDefinition],
        work: WorkLimit
    ) async throws(DocketError) -> Collection {
        try await changeSchema(tenant, of: collection, work) { schema in
            for attribute in attributes { try schema.add(attribute) }
        }
    }

    package func setSynonyms(
        _ tenant: TenantID,
        of collection: String,
        _ synonyms: Synonyms,
        work: WorkLimit
    ) async throws(DocketError) -> Collection {
        try await changeSchema(tenant, of: collection, work) { $0.set(synonyms) }
    }

    package func setRetention(
        _ tenant: TenantID,
        of collection: String,
        _ retention: Retention?,
        work: WorkLimit
    ) async throws(DocketError) -> Collection {
        try await changeSchema(tenant, of: collection, work) { try $0.set(retention) }
    }

    private func changeSchema(
        _ tenant: TenantID,
        of collection: String,
        _ work: WorkLimit,
        _ change: @escaping @Sendable (inout CollectionSchema) throws -> Void
    ) async throws(DocketError) -> Collection {
        let (changed, generations) = try await run(tenant, work) { session in
            try session.session.transaction {
                try session.changeSchema(of: collection, change)
            }
        }
        tell([generations])
        return changed
    }

    package func deleteCollection(
        _ tenant: TenantID,
        named name: String,
        work: WorkLimit
    ) async throws(DocketError) -> Bool {
        let number = try await run(tenant, work) { session in
            try session.session.transaction { try session.deleteCollections(named: name).first }
        }
        guard let number else { return false }
        currentObserver?.collectionDeleted(tenant, number)
        return true
    }
}

extension TenantSession {
    fileprivate func collection(named name: String) -> SQLStatement {
        SQLStatement(
            """
            SELECT \(Collection.columns) FROM docket.collections c
            WHERE c.tenant_id = $1 AND c.name = $2 AND c.deleted_us IS NULL
            """,
            me,
            .text(name)
        )
    }

    fileprivate func createCollection(
        named name: String,
        _ schema: CollectionSchema,
        _ quota: Quota,
        _ series: IndexSeries?
    ) throws -> Collection {
        let found = try session.run(
            writeLock,
            SQLStatement(
                """
                SELECT count(*), count(*) FILTER (WHERE name = $2) FROM docket.collections
                WHERE tenant_id = $1 AND deleted_us IS NULL
                """,
                me,
                .text(name)
            ),
            SQLStatement(
                """
                UPDATE docket.tenants SET collections_made = collections_made + 1
                WHERE tenant_id = $1 AND deleted_us IS NULL
                RETURNING collections_made, docket.now_us()
                """,
                me
            )
        )
        guard let counts = found[1].first, let made = found[2].first else {
            throw DocketError.missing("tenant", "there is no such tenant")
        }
        guard counts.integer(1) == 0 else {
            throw DocketError(.alreadyExists, "there is a collection \(name)")
        }
        if let limit = quota.collections, counts.number(0) >= limit {
            throw DocketError(
                .resourceExhausted,
                "the tenant has \(counts.number(0)) collections, its quota is \(limit)"
            )
        }
        var collection = Collection(
            number: UInt32(truncatingIfNeeded: made.integer(0)),
            name: name,
            schema: schema,
            schemaEpoch: 1,
            createdMicroseconds: made.integer(1)
        )
        // It has no documents that could be elsewhere.
        collection.series = series
        try insert(collection)
        return collection
    }

    /// Generations begin at the clock, so that they never repeat those of a database restored.
    private func insert(_ collection: Collection) throws {
        _ = try session.run(
            SQLStatement(
                """
                INSERT INTO docket.collections(tenant_id, number, name, schema, schema_epoch,
                    created_us, series)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
                me,
                .number(collection.number),
                .text(collection.name),
                .bytes(SchemaCodec.encode(collection.schema)),
                .number(collection.schemaEpoch),
                .integer(collection.createdMicroseconds),
                .text(collection.series?.text)
            ),
            SQLStatement(
                """
                INSERT INTO docket.collection_state(tenant_id, collection, hard, soft)
                VALUES ($1, $2, $3, $3)
                """,
                me,
                .number(collection.number),
                .integer(collection.createdMicroseconds)
            )
        )
    }

    fileprivate func changeSchema(
        of name: String,
        _ change: (inout CollectionSchema) throws -> Void
    ) throws -> (Collection, GenerationChange) {
        let found = try session.run(writeLock, collection(named: name))
        guard let row = found[1].first else { throw DocketError.noCollection(name) }
        var collection = try Collection(row)
        try change(&collection.schema)
        collection.schemaEpoch += 1
        let results = try session.run(
            SQLStatement(
                """
                UPDATE docket.collections SET schema = $3, schema_epoch = $4
                WHERE tenant_id = $1 AND number = $2
                """,
                me,
                .number(collection.number),
                .bytes(SchemaCodec.encode(collection.schema)),
                .number(collection.schemaEpoch)
            ),
            SQLStatement(
                """
                UPDATE docket.collection_state SET changed_xid = pg_current_xact_id()
                WHERE tenant_id = $1 AND collection = $2 RETURNING hard, soft
                """,
                me,
                .number(collection.number)
            )
        )
        guard let state = results[1].first else { throw DocketError.noCollection(name) }
        let generations = GenerationChange(
            tenant: tenant,
            collection: collection.number,
            generations: Generations(
                hard: state.unsigned(0),
                soft: state.unsigned(1),
                schemaEpoch: collection.schemaEpoch
            )
        )
        return (collection, generations)
    }

    /// Hides a collection, or all of them for nil; its documents go later, in slices.
    func deleteCollections(named name: String?) throws -> [UInt32] {
        let results = try session.run(
            writeLock,
            SQLStatement(
                """
                WITH gone AS (
                    UPDATE docket.collections SET deleted_us = docket.now_us()
                    WHERE tenant_id = $1 AND deleted_us IS NULL AND name = coalesce($2, name)
                    RETURNING number
                )
                UPDATE docket.collection_state s
                SET hard = hard + 1, changed_xid = pg_current_xact_id()
                FROM gone WHERE s.tenant_id = $1 AND s.collection = gone.number
                RETURNING gone.number
                """,
                me,
                .text(name)
            )
        )
        return results[1].all { UInt32(truncatingIfNeeded: $0.integer(0)) }
    }
}
