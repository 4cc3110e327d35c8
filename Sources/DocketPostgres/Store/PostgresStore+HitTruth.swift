package import DocketCore

extension PostgresStore: HitTruth {
    package func check(
        _ tenant: TenantID,
        in collection: Collection,
        _ hits: [HitReference],
        shows: FieldSelection,
        limitBytes: Int,
        work: WorkLimit
    ) async throws(DocketError) -> [CheckedHit?] {
        guard !hits.isEmpty else { return [] }
        return try await run(tenant, work) { session in
            let found = try session.session.run(
                session.checking(hits, collection, shows, limitBytes)
            )
            let names = AttributeNames(collection.schema)
            var checked = [CheckedHit?](repeating: nil, count: hits.count)
            for row in found[0].rows {
                let place = row.number(7)
                guard row.boolean(9) else { return Array(checked[..<place]) }
                checked[place] = CheckedHit(
                    newestVersion: row.unsigned(8),
                    shown: try StoredDocument(row, names, shows)
                )
            }
            return checked
        }
    }

    package func deleteUnchanged(
        _ tenant: TenantID,
        in collection: Collection,
        _ documents: [HitReference],
        work: WorkLimit
    ) async throws(DocketError) -> Int {
        let (deleted, changes) = try await run(tenant, work) { session in
            try session.session.transaction {
                try session.deleteUnchanged(documents, in: collection)
            }
        }
        tell(changes, queued: deleted, of: tenant)
        return deleted
    }
}

extension TenantSession {
    /// The columns of ``StoredDocument``, then the place among `hits`, the newest version and
    /// whether it fits: contents are there only then.
    fileprivate func checking(
        _ hits: [HitReference],
        _ collection: Collection,
        _ shows: FieldSelection,
        _ limitBytes: Int
    ) -> SQLStatement {
        // Of a value out of line its size is known without reading it.
        let size =
            "octet_length(v.attributes)\(shows.title ? " + octet_length(v.title)" : "")"
            + (shows.body ? " + octet_length(v.body)" : "")
        return SQLStatement(
            """
            SELECT h.number, h.version, h.state, h.id, CASE WHEN h.fits THEN h.attributes END,
                \(shows.title ? "CASE WHEN h.fits THEN h.title END" : "''"),
                \(shows.body ? "CASE WHEN h.fits THEN h.body END" : "''"),
                h.place - 1, h.newest, h.fits
            FROM (
                SELECT d.number, v.version, d.state, d.id, v.attributes, v.title, v.body, w.place,
                    d.version AS newest,
                    (sum(\(size)) OVER (ORDER BY w.place)) - (\(size)) <= $5 AS fits
                FROM unnest($3, $4) WITH ORDINALITY AS w(number, version, place)
                CROSS JOIN LATERAL (
                    SELECT * FROM docket.documents d
                    WHERE d.tenant_id = $1 AND d.number = w.number OFFSET 0
                ) d
                CROSS JOIN LATERAL (
                    SELECT * FROM docket.versions v WHERE v.tenant_id = $1
                        AND v.number = w.number AND v.version = w.version OFFSET 0
                ) v
                WHERE d.collection = $2 AND d.state IN (1, 2)
                    AND w.version BETWEEN d.indexed_version AND d.version
                    AND EXISTS (SELECT FROM docket.collections c WHERE c.tenant_id = $1
                        AND c.number = $2 AND c.deleted_us IS NULL)
            ) h
            ORDER BY h.place
            """,
            me,
            .number(collection.number),
            .numbers(hits.map(\.number)),
            .numbers(hits.map(\.version)),
            .number(limitBytes)
        )
    }

    fileprivate func deleteUnchanged(
        _ hits: [HitReference],
        in collection: Collection
    ) throws -> (deleted: Int, changes: [GenerationChange]) {
        let found = try session.run(
            writeLock,
            presence(collection),
            SQLStatement(
                """
                SELECT \(DocumentRow.columns)
                FROM (
                    SELECT w.* FROM unnest($3, $4) AS w(number, version)
                    CROSS JOIN LATERAL (
                        SELECT d.id FROM docket.documents d
                        WHERE d.tenant_id = $1 AND d.number = w.number OFFSET 0
                    ) d ORDER BY d.id
                ) w
                CROSS JOIN LATERAL (
                    SELECT * FROM docket.documents d
                    WHERE d.tenant_id = $1 AND d.number = w.number FOR UPDATE
                ) d
                WHERE d.collection = $2 AND d.version = w.version
                """,
                me,
                .number(collection.number),
                .numbers(hits.map(\.number)),
                .numbers(hits.map(\.version))
            ),
            GroupWriter.drawing(hits.count)
        )
        guard found[1].count > 0 else { throw DocketError.noCollection(collection.name) }
        var documents = DocumentChanges(tenant)
        try documents.load(found[2], drawn: found[3])
        var deleted = 0
        for id in try found[2].all({ row throws(DocketError) in try DocumentRow(row).id }) {
            guard case .accepted = try documents.delete(id, in: collection.number) else { continue }
            deleted += 1
        }
        guard deleted > 0 else { return (0, []) }
        let written = try session.run(documents.statements + documents.deltas.statements)
        return (deleted, written.last.map(documents.deltas.changes) ?? [])
    }
}
