package import DocketCore

extension PostgresStore: GenerationSource {
    package func generations(
        _ tenant: TenantID,
        of collection: Collection,
        work: WorkLimit
    ) async throws(DocketError) -> Generations {
        try await run(tenant, work) { session in
            let results = try session.session.run(
                SQLStatement(
                    """
                    SELECT s.hard, s.soft, c.schema_epoch
                    FROM docket.collection_state s JOIN docket.collections c
                        ON c.tenant_id = s.tenant_id AND c.number = s.collection
                    WHERE s.tenant_id = $1 AND s.collection = $2 AND c.deleted_us IS NULL
                    """,
                    session.me,
                    .number(collection.number)
                )
            )
            guard let row = results[0].first else {
                throw DocketError.noCollection(collection.name)
            }
            return Generations(
                hard: row.unsigned(0),
                soft: row.unsigned(1),
                schemaEpoch: row.unsigned(2)
            )
        }
    }
}

extension PostgresStore: ChangeFeed {
    package func changes(
        since mark: ChangeMark?,
        work: WorkLimit
    ) async throws(DocketError) -> ChangeSet {
        try await workers.run(work) { session in
            let changes = try Self.changes(since: mark, session)
            // Of a database restored meanwhile, in which transactions count from the beginning.
            guard let mark, changes.mark.value < mark.value else { return changes }
            return try Self.changes(since: nil, session)
        }
    }

    /// The next mark is read first: every transaction before it has ended by then, so that the
    /// statements after it see what it did; what they see beyond comes again.
    private static func changes(
        since mark: ChangeMark?,
        _ session: PostgresSession
    ) throws -> ChangeSet {
        let results = try session.run(
            [
                SQLStatement(
                    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
                )
            ] + (mark.map(statements(since:)) ?? [Self.collections("true")])
        )
        guard let next = results[0].first else {
            throw DocketError(.internalError, "the database has no snapshot")
        }
        var changes = ChangeSet(mark: ChangeMark(next.unsigned(0)))
        for row in results[1].rows {
            let reference = CollectionReference(
                tenant: row.tenant(0),
                number: UInt32(truncatingIfNeeded: row.integer(1))
            )
            if row.boolean(5) {
                changes.deletedCollections.append(reference)
            } else {
                changes.collections.append(CollectionChange(row, reference))
            }
        }
        if results.count > 2 {
            changes.deletedTenants = results[2].all { $0.tenant(0) }
            changes.revokedKeys = try results[3].all { row throws(DocketError) in try row.text(0) }
        } else {
            changes.deletedCollections = []
        }
        return changes
    }

    private static func statements(since mark: ChangeMark) -> [SQLStatement] {
        let since = SQLValue.text("\(mark.value)")
        return [
            collections("s.changed_xid >= $1::xid8", since),
            SQLStatement(
                """
                SELECT tenant_id FROM docket.tenants
                WHERE changed_xid >= $1::xid8 AND deleted_us IS NOT NULL
                """,
                since
            ),
            SQLStatement(
                """
                SELECT id FROM docket.keys
                WHERE changed_xid >= $1::xid8 AND revoked_us IS NOT NULL
                """,
                since
            ),
        ]
    }

    /// With at most one more removed document than is told.
    private static func collections(_ condition: String, _ values: SQLValue...) -> SQLStatement {
        SQLStatement(
            """
            SELECT s.tenant_id, s.collection, s.hard, s.soft, c.schema_epoch,
                c.deleted_us IS NOT NULL, ARRAY(
                    SELECT d.number FROM docket.documents d
                    WHERE d.tenant_id = s.tenant_id AND d.collection = s.collection
                        AND d.removed AND d.sent_from > 0 AND c.deleted_us IS NULL
                    ORDER BY d.number LIMIT \(RemovedDocuments.maximum + 1)
                )
            FROM docket.collection_state s JOIN docket.collections c
                ON c.tenant_id = s.tenant_id AND c.number = s.collection
            WHERE \(condition)
            """,
            values: values
        )
    }
}

extension CollectionChange {
    fileprivate init(_ row: SQLRow, _ reference: CollectionReference) {
        let numbers = row.integers(6).map { UInt64(bitPattern: $0) }
        self.init(
            collection: reference,
            generations: Generations(
                hard: row.unsigned(2),
                soft: row.unsigned(3),
                schemaEpoch: row.unsigned(4)
            ),
            removed: RemovedDocuments(
                numbers: Array(numbers.prefix(RemovedDocuments.maximum)),
                isComplete: numbers.count <= RemovedDocuments.maximum
            )
        )
    }
}
