internal import DocketCore
internal import DocketRuntime

/// The row of one rebuild, and the documents that it is about.
struct RebuildRows {
    /// Documents of one slice.
    private static let slice = 1000

    let rebuild: Rebuild

    init(_ rebuild: Rebuild) { self.rebuild = rebuild }

    private var key: [SQLValue] {
        [
            .number(rebuild.tenant.number), .number(rebuild.collection.number),
            .number(rebuild.token),
        ]
    }

    // MARK: Claims

    /// One that is due and whose stage every transaction that runs knows of: what was leased under
    /// the stage before has been written by now.
    ///
    /// None while indexing is held.
    static func claiming(for duration: Duration) -> SQLStatement {
        SQLStatement(
            """
            UPDATE docket.rebuilds r SET token = nextval('docket.lease_sequence'),
                due_us = (SELECT docket.now_us()) + $1
            FROM docket.collections c
            WHERE c.tenant_id = r.tenant_id AND c.number = r.collection
                AND (r.tenant_id, r.collection) = (
                    SELECT tenant_id, collection FROM docket.rebuilds
                    WHERE stage < 4 AND due_us <= (SELECT docket.now_us())
                        AND changed_xid < pg_snapshot_xmin(pg_current_snapshot())
                        AND \(HoldColumns.isReleased)
                    ORDER BY due_us LIMIT 1 FOR UPDATE SKIP LOCKED
                )
            RETURNING r.tenant_id, \(Collection.columns), c.deleted_us IS NOT NULL, r.number,
                r.token, r.stage, r.place, r.left_place, r.after, r.documents
            """,
            .integer(duration.microseconds)
        )
    }

    private static let held = "tenant_id = $1 AND collection = $2 AND token = $3"

    /// Answers a row while the claim holds.
    var holding: SQLStatement {
        SQLStatement("SELECT 1 FROM docket.rebuilds WHERE \(Self.held)", values: key)
    }

    func saving(for duration: Duration) -> SQLStatement {
        SQLStatement(
            """
            UPDATE docket.rebuilds SET after = $4, documents = $5,
                due_us = (SELECT docket.now_us()) + $6
            WHERE \(Self.held) RETURNING 1
            """,
            values: key + [
                .number(rebuild.after), .number(rebuild.documents),
                .integer(duration.microseconds),
            ]
        )
    }

    // MARK: Documents

    /// What the index has by now; the rest waits in the outbox, and goes to both indices.
    func contents(_ session: PostgresSession) throws -> RebuildSlice {
        let living = LivingDocuments(
            collection: CollectionReference(
                tenant: rebuild.tenant,
                number: rebuild.collection.number
            ),
            after: rebuild.after,
            limit: Self.slice
        )
        let read = try living.read(session)
        let changes = read.documents.map { document in
            change(document.number, document.version, rebuild.place, document.content)
        }
        return RebuildSlice(changes: changes, next: read.next)
    }

    /// Takes documents out of where they were before, at a version above all that went there.
    func removals(_ session: PostgresSession) throws -> RebuildSlice {
        let found = try session.run(
            GroupWriter.drawing(1),
            SQLStatement(
                """
                SELECT number, place FROM docket.documents
                WHERE tenant_id = $1 AND listed = $2 AND number > $3 AND place IS NOT NULL
                ORDER BY number LIMIT \(Self.slice)
                """,
                key[0],
                key[1],
                .number(rebuild.after)
            )
        )
        guard let version = found[0].first?.unsigned(0) else {
            throw DocketError(.internalError, "too few versions were drawn")
        }
        let changes = try found[1].rows.map { row in
            change(row.unsigned(0), version, IndexPlace(name: try row.text(1)), nil)
        }
        let hasMore = changes.count == Self.slice
        return RebuildSlice(changes: changes, next: hasMore ? changes.last?.number : nil)
    }

    private func change(
        _ number: UInt64,
        _ version: UInt64,
        _ place: IndexPlace,
        _ content: BoundDocument?
    ) -> IndexChange {
        IndexChange(
            tenant: rebuild.tenant,
            collection: rebuild.collection,
            number: number,
            version: version,
            place: place,
            content: content
        )
    }

    // MARK: Stages

    /// Nothing where the claim is lost.
    func advance(
        _ session: PostgresSession,
        to stage: RebuildStage,
        after delay: Duration,
        _ reason: String
    ) throws -> GenerationChange? {
        // A switch changes the collection's epoch, as writers of the tenant do under this lock.
        let lock = TenantSession(tenant: rebuild.tenant, session: session).writeLock
        let advanced = try session.run(
            lock,
            SQLStatement(
                """
                UPDATE docket.rebuilds r SET stage = $4, after = 0, error = $6,
                    due_us = (SELECT docket.now_us()) + $5, token = 0,
                    changed_xid = pg_current_xact_id(),
                    left_place = CASE WHEN $4 = 2 THEN (
                        SELECT c.place FROM docket.collections c
                        WHERE c.tenant_id = $1 AND c.number = $2
                    ) ELSE left_place END
                WHERE \(Self.held) RETURNING 1
                """,
                values: key + [
                    .number(stage.rawValue), .integer(delay.microseconds), .text(reason),
                ]
            )
        )
        guard advanced[1].count > 0, stage == .switched else { return nil }
        let results = try session.run(
            SQLStatement(
                """
                UPDATE docket.collections SET place = $3, schema_epoch = schema_epoch + 1
                WHERE tenant_id = $1 AND number = $2 RETURNING schema_epoch
                """,
                key[0],
                key[1],
                .text(rebuild.place.name)
            ),
            SQLStatement(
                """
                UPDATE docket.collection_state SET changed_xid = pg_current_xact_id()
                WHERE tenant_id = $1 AND collection = $2 RETURNING hard, soft
                """,
                key[0],
                key[1]
            )
        )
        guard let epoch = results[0].first, let state = results[1].first else { return nil }
        return GenerationChange(
            tenant: rebuild.tenant,
            collection: rebuild.collection.number,
            generations: Generations(
                hard: state.unsigned(0),
                soft: state.unsigned(1),
                schemaEpoch: epoch.unsigned(0)
            )
        )
    }

    // MARK: Indices

    static func unused(_ names: [String]) -> SQLStatement {
        SQLStatement(
            """
            SELECT w.name FROM unnest($1) AS w(name)
            WHERE NOT EXISTS (
                SELECT FROM docket.collections c WHERE c.place = w.name AND c.swept_us IS NULL
            ) AND NOT EXISTS (
                SELECT FROM docket.rebuilds r
                WHERE r.stage < 4 AND (r.place = w.name OR r.left_place = w.name)
            ) AND NOT EXISTS (SELECT FROM docket.restored_places)
            """,
            .texts(names)
        )
    }
}

extension Rebuild {
    /// From the columns of ``RebuildRows/claiming(for:)``.
    init(_ row: SQLRow) throws {
        let column = 1 + Collection.width
        self.init(
            tenant: row.tenant(0),
            collection: try Collection(row, at: 1),
            number: row.unsigned(column + 1),
            token: row.unsigned(column + 2),
            stage: try RebuildStage(row, at: column + 3),
            place: IndexPlace(name: try row.text(column + 4))
        )
        isCollectionDeleted = row.boolean(column)
        left = row.isNull(column + 5) ? nil : IndexPlace(name: try row.text(column + 5))
        after = row.unsigned(column + 6)
        documents = row.number(column + 7)
    }
}

extension RebuildStage {
    /// - Throws: ``DocketError`` `dataLoss` for a number that is no stage.
    init(_ row: SQLRow, at column: Int) throws(DocketError) {
        guard let stage = RebuildStage(rawValue: UInt8(clamping: row.integer(column))) else {
            throw DocketError(.dataLoss, "the stage of a rebuild is damaged")
        }
        self = stage
    }
}
