package import DocketCore

extension PostgresStore: VerifiedTruth {
    package func expected(
        _ tenant: TenantID,
        in collection: Collection,
        after number: UInt64,
        limit: Int,
        work: WorkLimit
    ) async throws(DocketError) -> ExpectedSlice {
        try await run(tenant, work) { session in
            let results = try session.session.run(
                session.place(of: collection),
                session.expected(in: collection, after: number, limit: limit)
            )
            var slice = try ExpectedSlice(results[1], placed: results[0], of: collection)
            if slice.documents.count == limit { slice.next = slice.documents.last?.number }
            return slice
        }
    }

    package func expected(
        _ tenant: TenantID,
        in collection: Collection?,
        numbered numbers: [UInt64],
        work: WorkLimit
    ) async throws(DocketError) -> ExpectedSlice {
        try await run(tenant, work) { session in
            let rows = session.expected(numbered: numbers)
            guard let collection else {
                return try ExpectedSlice(documents: session.session.run(rows)[0].expectations())
            }
            // The place comes last: until then all was where it says.
            let results = try session.session.run(rows, session.place(of: collection))
            return try ExpectedSlice(results[0], placed: results[1], of: collection)
        }
    }

    package func numbers(
        _ tenant: TenantID,
        in collection: Collection,
        work: WorkLimit
    ) async throws(DocketError) -> ClosedRange<UInt64>? {
        try await run(tenant, work) { session in
            let found = try session.read(
                collection,
                SQLStatement(
                    """
                    SELECT min(number), max(number) FROM docket.documents
                    WHERE tenant_id = $1 AND listed = $2
                    """,
                    session.me,
                    .number(collection.number)
                )
            )
            guard let row = found.first, !row.isNull(0) else { return nil }
            return row.unsigned(0)...max(row.unsigned(0), row.unsigned(1))
        }
    }

    package func newVersion(work: WorkLimit) async throws(DocketError) -> UInt64 {
        try await calls.run(work) { session in
            guard let drawn = try session.run(GroupWriter.drawing(1))[0].first else {
                throw DocketError(.internalError, "too few versions were drawn")
            }
            return drawn.unsigned(0)
        }
    }

    package func queueAgain(
        _ tenant: TenantID,
        in collection: Collection,
        _ documents: [RepairedDocument],
        work: WorkLimit
    ) async throws(DocketError) -> Int {
        let (count, changes) = try await run(tenant, work) { session in
            try session.session.transaction {
                try session.queueAgain(documents, in: collection)
            }
        }
        tell(changes, queued: count, of: tenant)
        return count
    }
}

extension TenantSession {
    /// The columns of ``ResultHandle/expectations()``, of rows that are called `d`.
    ///
    /// Of the outbox one row is looked up by its key: EXISTS may read all of the tenant's instead.
    private static let expectations = """
        d.number, d.collection, d.version, d.state, d.applied, d.place,
            (SELECT true FROM docket.outbox o WHERE o.tenant_id = $1 AND o.number = d.number
                ORDER BY o.number LIMIT 1) IS NOT NULL AS queued
        """

    fileprivate func place(of collection: Collection) -> SQLStatement {
        SQLStatement(
            """
            SELECT place FROM docket.collections
            WHERE tenant_id = $1 AND number = $2 AND deleted_us IS NULL
            """,
            me,
            .number(collection.number)
        )
    }

    fileprivate func expected(
        in collection: Collection,
        after number: UInt64,
        limit: Int
    ) -> SQLStatement {
        SQLStatement(
            """
            SELECT \(Self.expectations) FROM docket.documents d
            WHERE d.tenant_id = $1 AND d.listed = $2 AND d.number > $3
            ORDER BY d.number LIMIT $4
            """,
            me,
            .number(collection.number),
            .number(number),
            .number(limit)
        )
    }

    fileprivate func expected(numbered numbers: [UInt64]) -> SQLStatement {
        SQLStatement(
            """
            SELECT \(Self.expectations) FROM unnest($2) AS w(number)
            CROSS JOIN LATERAL (
                SELECT * FROM docket.documents d
                WHERE d.tenant_id = $1 AND d.number = w.number OFFSET 0
            ) d
            """,
            me,
            .numbers(numbers)
        )
    }

    fileprivate func queueAgain(
        _ documents: [RepairedDocument],
        in collection: Collection
    ) throws -> (count: Int, changes: [GenerationChange]) {
        let found = try session.run(
            writeLock,
            presence(collection),
            SQLStatement(
                """
                SELECT \(DocumentRow.columns) FROM (
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
                .numbers(documents.map(\.number)),
                .numbers(documents.map(\.known))
            )
        )
        guard found[1].count > 0 else { throw DocketError.noCollection(collection.name) }
        let rows = try found[2].all { row throws(DocketError) in try DocumentRow(row) }
        let drawn = try session.run(GroupWriter.drawing(rows.count))[0].all { $0.integer(0) }
        let held = Dictionary(
            documents.map { (Int64(bitPattern: $0.number), Int64(bitPattern: $0.held)) },
            uniquingKeysWith: max
        )
        let queued = zip(rows, drawn).filter { row, version in
            !row.isApplied && version > held[row.number] ?? 0
        }
        guard !queued.isEmpty else { return (0, []) }
        let requeueing = Requeueing(tenant, queued.map { ($0, $1, $0.state.onceMore) })
        let deltas = requeueing.deltas(collection)
        let written = try session.run(requeueing.statements + deltas.statements)
        return (queued.count, written.last.map(deltas.changes) ?? [])
    }
}

extension DocumentState {
    /// Of a document that goes to the index again; a failed one is taken out and stays so.
    fileprivate var onceMore: DocumentState {
        switch self {
        case .indexing, .indexed: .indexing
        case .failed: .failed
        case .deleting, .deleted: .deleting
        }
    }
}

extension ExpectedSlice {
    /// - Throws: ``DocketError`` `notFound` where `placed` is empty: the collection is gone.
    fileprivate init(
        _ rows: ResultHandle,
        placed: ResultHandle,
        of collection: Collection
    ) throws {
        guard let place = placed.first else { throw DocketError.noCollection(collection.name) }
        self.init(
            documents: try rows.expectations(),
            place: place.isNull(0) ? nil : IndexPlace(name: try place.text(0))
        )
    }
}

extension ResultHandle {
    fileprivate func expectations() throws(DocketError) -> [ExpectedDocument] {
        try all { row throws(DocketError) in
            ExpectedDocument(
                number: row.unsigned(0),
                collection: UInt32(truncatingIfNeeded: row.integer(1)),
                version: row.unsigned(2),
                state: try DocumentState(row, at: 3),
                isQueued: row.boolean(6),
                isApplied: row.boolean(4),
                place: row.isNull(5) ? nil : IndexPlace(name: try row.text(5))
            )
        }
    }
}
