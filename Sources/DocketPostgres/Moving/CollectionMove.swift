internal import DocketCore
internal import DocketRuntime

/// One step of one collection into the series of the store's indices, in a transaction.
///
/// One server at a time does it; a step that was lost is done again.
struct CollectionMove {
    /// Documents that one step queues.
    private static let slice = 1000
    /// Documents queued at once, so that uploads wait for no more than these.
    private static let queuedMaximum = 20_000

    let session: PostgresSession
    let series: IndexSeries

    /// What was done, and what other servers have to hear of it.
    func step() throws -> (step: MoveStep, change: GenerationChange?) {
        guard let next = try next() else { return (.nothing, nil) }
        let isFull = try session.run(Self.queued)[0].first?.number(0) == Self.queuedMaximum
        let slice = isFull ? [] : try documents(of: next)
        if let last = slice.map(\.number).max() {
            let queued = try move(slice, next.reference.tenant)
            try note(next, after: last)
            return (.queued(queued), nil)
        }
        try note(next, after: next.after)
        guard !isFull, try session.run(waiting(next))[0].count == 0 else { return (.waits, nil) }
        return (.moved(next.reference), try finish(next))
    }

    // MARK: The collection

    /// One that is moved, and the number up to which its documents were queued.
    private struct Moved {
        let reference: CollectionReference
        let after: Int64

        var key: [SQLValue] { [.number(reference.tenant.number), .number(reference.number)] }
    }

    private func next() throws -> Moved? {
        let results = try session.run(
            SQLStatement(
                """
                SELECT pg_try_advisory_xact_lock(hashtextextended('docket.moves', 0))
                    AND series IS NOT DISTINCT FROM $1 FROM docket.server
                """,
                .text(series.text)
            ),
            SQLStatement(
                """
                SELECT tenant_id, number, moved_after FROM docket.collections
                WHERE deleted_us IS NULL AND series IS DISTINCT FROM $1
                ORDER BY moved_us LIMIT 1
                """,
                .text(series.text)
            )
        )
        guard results[0].first?.boolean(0) ?? false, let row = results[1].first else { return nil }
        let number = UInt32(truncatingIfNeeded: row.integer(1))
        return Moved(
            reference: CollectionReference(tenant: row.tenant(0), number: number),
            after: row.integer(2)
        )
    }

    private func note(_ collection: Moved, after number: Int64) throws {
        _ = try session.run(
            SQLStatement(
                """
                UPDATE docket.collections SET moved_after = $3, moved_us = docket.now_us()
                WHERE tenant_id = $1 AND number = $2
                """,
                values: collection.key + [.integer(number)]
            )
        )
    }

    // MARK: Documents

    private static let queued = SQLStatement(
        """
        SELECT count(*) FROM (
            SELECT FROM docket.outbox WHERE moving LIMIT \(queuedMaximum)
        ) o
        """
    )

    private struct Document {
        let number: Int64
        let version: Int64
        let isLiving: Bool
        let isMoved: Bool
    }

    /// The next documents, locked in the order in which writers lock them.
    private func documents(of collection: Moved) throws -> [Document] {
        let found = try session.run(
            SQLStatement(
                """
                SELECT d.number, d.version, d.state IN (1, 2),
                    d.place IS NULL OR starts_with(d.place, $4)
                FROM (
                    SELECT s.number FROM (
                        SELECT number, id FROM docket.documents
                        WHERE tenant_id = $1 AND listed = $2 AND number > $3
                        ORDER BY number LIMIT \(Self.slice)
                    ) s ORDER BY s.id
                ) w
                CROSS JOIN LATERAL (
                    SELECT * FROM docket.documents d
                    WHERE d.tenant_id = $1 AND d.number = w.number FOR UPDATE
                ) d
                """,
                values: collection.key + [.integer(collection.after), .text(series.start)]
            )
        )
        return found[0].all { row in
            Document(
                number: row.integer(0),
                version: row.integer(1),
                isLiving: row.boolean(2),
                isMoved: row.boolean(3)
            )
        }
    }

    /// Queues those that searches may find, and forgets where the others were.
    ///
    /// An older version's lease on one of them is worth nothing any longer: it may have been sent
    /// to where the document leaves.
    private func move(_ documents: [Document], _ tenant: TenantID) throws -> Int {
        let leaving = documents.filter { !$0.isMoved }
        let living = leaving.filter(\.isLiving)
        let me = SQLValue.number(tenant.number)
        let list = "unnest($2) AS w(number)"
        _ = try session.run(
            SQLStatement(
                """
                INSERT INTO docket.outbox AS o(tenant_id, number, version, due_us, queued_us,
                    moving)
                SELECT $1, w.*, n.us, n.us, true FROM unnest($2, $3) AS w(number, version),
                    (SELECT docket.now_us() AS us) n
                ON CONFLICT (tenant_id, number) DO UPDATE SET moving = true,
                    lease_token = NULL, leased_version = NULL, due_us = excluded.due_us
                """,
                me,
                .integers(living.map(\.number)),
                .integers(living.map(\.version))
            ),
            SQLStatement(
                """
                UPDATE docket.documents d SET place = NULL
                FROM \(RowPlaces.of("documents", in: list, tenant: "$1")) WHERE d.ctid = w.row
                """,
                me,
                .integers(leaving.filter { !$0.isLiving }.map(\.number))
            )
        )
        return living.count
    }

    // MARK: The end

    /// Answers a row while one that was queued is not found yet.
    private func waiting(_ collection: Moved) -> SQLStatement {
        SQLStatement(
            """
            SELECT 1 FROM docket.outbox o CROSS JOIN LATERAL (
                SELECT d.listed FROM docket.documents d
                WHERE d.tenant_id = o.tenant_id AND d.number = o.number OFFSET 0
            ) d
            WHERE o.moving AND o.tenant_id = $1 AND d.listed = $2 LIMIT 1
            """,
            values: collection.key
        )
    }

    private func finish(_ collection: Moved) throws -> GenerationChange? {
        let tenant = TenantSession(tenant: collection.reference.tenant, session: session)
        let results = try session.run(
            tenant.writeLock,
            SQLStatement(
                """
                UPDATE docket.collections SET series = $3, moved_after = 0,
                    place = CASE WHEN starts_with(place, $4) THEN place END,
                    schema_epoch = schema_epoch + 1
                WHERE tenant_id = $1 AND number = $2 RETURNING schema_epoch
                """,
                values: collection.key + [.text(series.text), .text(series.start)]
            ),
            SQLStatement(
                """
                UPDATE docket.collection_state SET changed_xid = pg_current_xact_id()
                WHERE tenant_id = $1 AND collection = $2 RETURNING hard, soft
                """,
                values: collection.key
            )
        )
        guard let epoch = results[1].first, let state = results[2].first else { return nil }
        return GenerationChange(
            tenant: collection.reference.tenant,
            collection: collection.reference.number,
            generations: Generations(
                hard: state.unsigned(0),
                soft: state.unsigned(1),
                schemaEpoch: epoch.unsigned(0)
            )
        )
    }
}
