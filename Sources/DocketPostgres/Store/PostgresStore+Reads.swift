package import DocketCore

extension PostgresStore: DocumentStore {
    package func documents(
        _ tenant: TenantID,
        in collection: Collection,
        ids: [String],
        shows: FieldSelection,
        limitBytes: Int,
        work: WorkLimit
    ) async throws(DocketError) -> [StoredDocument?] {
        try await run(tenant, work) { session in
            let found = try session.read(
                collection,
                session.documents(collection, ids, shows, limitBytes)
            )
            return try found.documents(of: ids, collection, shows, limitBytes)
        }
    }

    package func statuses(
        _ tenant: TenantID,
        in collection: Collection,
        ids: [String],
        work: WorkLimit
    ) async throws(DocketError) -> [DocumentStatus?] {
        try await run(tenant, work) { session in
            let found = try session.read(collection, session.statuses(collection, ids))
            var statuses = [DocumentStatus?](repeating: nil, count: ids.count)
            for row in found.rows {
                let place = row.number(0)
                statuses[place] = try DocumentStatus(row, id: ids[place])
            }
            return statuses
        }
    }

    package func lag(
        _ tenant: TenantID,
        work: WorkLimit
    ) async throws(DocketError) -> IndexingLag {
        try await run(tenant, work) { session in
            let found = try session.session.run(session.sums, session.oldestWaiting)
            var lag = IndexingLag()
            if let sums = found[0].first {
                lag.waiting = sums.number(0)
                lag.inTime = sums.number(1)
                lag.late = sums.number(2)
            }
            if let oldest = found[1].first { lag.oldest = .microseconds(max(0, oldest.integer(0))) }
            return lag
        }
    }

    package func counts(
        _ tenant: TenantID,
        in collection: Collection,
        work: WorkLimit
    ) async throws(DocketError) -> StateCounts {
        try await run(tenant, work) { session in
            let found = try session.read(
                collection,
                SQLStatement(
                    """
                    SELECT indexing, indexed, failed, deleting, bytes FROM docket.collection_state
                    WHERE tenant_id = $1 AND collection = $2
                    """,
                    session.me,
                    .number(collection.number)
                )
            )
            guard let row = found.first else { throw DocketError.noCollection(collection.name) }
            var counts = StateCounts()
            counts.indexing = row.number(0)
            counts.indexed = row.number(1)
            counts.failed = row.number(2)
            counts.deleting = row.number(3)
            counts.bytes = row.number(4)
            return counts
        }
    }

    package func page(
        _ tenant: TenantID,
        in collection: Collection,
        after number: UInt64,
        shows: FieldSelection,
        limit: Int,
        limitBytes: Int,
        work: WorkLimit
    ) async throws(DocketError) -> DocumentPage {
        try await run(tenant, work) { session in
            let after = Int64(clamping: number)
            let scanned = try session.read(collection, session.scanned(collection, after: after))
            guard let scan = scanned.first, scan.number(0) > 0 else {
                return DocumentPage(documents: [], next: nil)
            }
            let found = try session.session.run(
                session.visible(collection, after..<scan.integer(1), shows, limit, limitBytes)
            )
            let isLast = scan.number(0) < TenantSession.scanMaximum
            return try found[0].page(
                collection,
                shows,
                limit: limit,
                limitBytes: limitBytes,
                end: isLast ? nil : scan.unsigned(1)
            )
        }
    }
}

extension TenantSession {
    /// What waits, and what could be found in time and late, over all collections.
    fileprivate var sums: SQLStatement {
        SQLStatement(
            """
            SELECT sum(indexing + deleting)::bigint, sum(in_time)::bigint, sum(late)::bigint
            FROM docket.collection_state WHERE tenant_id = $1
            """,
            me
        )
    }

    /// The age of the oldest change among those that are leased next.
    fileprivate var oldestWaiting: SQLStatement {
        SQLStatement(
            """
            SELECT coalesce((SELECT docket.now_us()) - min(o.queued_us), 0) FROM (
                SELECT queued_us FROM docket.outbox WHERE tenant_id = $1
                ORDER BY due_us LIMIT 1000
            ) o
            """,
            me
        )
    }

    /// Documents that one slice looks at, visible or not.
    fileprivate static let scanMaximum = 5000

    /// What a document may take, as far as that is known without its contents.
    private static func size(_ shows: FieldSelection) -> String {
        // Without the body at most the title and the attributes are left.
        shows.body ? "d.bytes + 100" : "least(d.bytes, 20000) + 100"
    }

    /// Columns that ``StoredDocument`` reads, from the sixth on those that are shown.
    private static func contents(_ shows: FieldSelection) -> String {
        let title = shows.title ? "v.title" : "''"
        let body = shows.body ? "v.body" : "''"
        return "d.number, d.version, d.state, d.id, v.attributes, \(title), \(body)"
    }

    /// The document of the id `w.id`: one step down the index, whatever the statistics are.
    private static let byID = """
        SELECT * FROM docket.documents d
        WHERE d.tenant_id = $1 AND d.collection = $2 AND d.id = w.id OFFSET 0
        """

    /// Those of `d`, where they fit.
    private static let newestContents = """
        LEFT JOIN LATERAL (
            SELECT * FROM docket.versions v
            WHERE d.fits AND v.tenant_id = $1 AND v.number = d.number AND v.version = d.version
            OFFSET 0
        ) v ON true
        """

    /// Rows without contents for what does not fit.
    fileprivate func documents(
        _ collection: Collection,
        _ ids: [String],
        _ shows: FieldSelection,
        _ limitBytes: Int
    ) -> SQLStatement {
        SQLStatement(
            """
            SELECT \(Self.contents(shows)), d.ordinal, d.fits
            FROM (
                SELECT d.*, w.place - 1 AS ordinal,
                    (sum(\(Self.size(shows))) OVER (ORDER BY w.place))
                        - (\(Self.size(shows))) <= $4 AS fits
                FROM unnest($3) WITH ORDINALITY AS w(id, place)
                CROSS JOIN LATERAL (\(Self.byID)) d
                WHERE d.state IN (1, 2, 3)
            ) d
            \(Self.newestContents)
            ORDER BY d.ordinal
            """,
            me,
            .number(collection.number),
            .texts(ids),
            .number(limitBytes)
        )
    }

    fileprivate func statuses(_ collection: Collection, _ ids: [String]) -> SQLStatement {
        SQLStatement(
            """
            SELECT w.place - 1, d.state, d.version, d.indexed_version, d.error, d.created_us,
                d.updated_us
            FROM unnest($3) WITH ORDINALITY AS w(id, place) CROSS JOIN LATERAL (\(Self.byID)) d
            """,
            me,
            .number(collection.number),
            .texts(ids)
        )
    }

    /// How many documents the next slice looks at, and the last of their numbers.
    fileprivate func scanned(_ collection: Collection, after number: Int64) -> SQLStatement {
        SQLStatement(
            """
            SELECT count(*), coalesce(max(number), 0) FROM (
                SELECT number FROM docket.documents
                WHERE tenant_id = $1 AND listed = $2 AND number > $3
                ORDER BY number LIMIT \(Self.scanMaximum)
            ) s
            """,
            me,
            .number(collection.number),
            .integer(number)
        )
    }

    /// One document more than fits, if there is one.
    fileprivate func visible(
        _ collection: Collection,
        _ numbers: Range<Int64>,
        _ shows: FieldSelection,
        _ limit: Int,
        _ limitBytes: Int
    ) -> SQLStatement {
        SQLStatement(
            """
            SELECT \(Self.contents(shows))
            FROM (
                SELECT d.*, (sum(\(Self.size(shows))) OVER (ORDER BY d.number))
                    - (\(Self.size(shows))) <= $5 AS fits
                FROM docket.documents d
                WHERE d.tenant_id = $1 AND d.listed = $2 AND d.number > $3 AND d.number <= $4
                    AND d.state IN (1, 2) AND d.indexed_version > 0
                ORDER BY d.number LIMIT $6
            ) d
            \(Self.newestContents)
            ORDER BY d.number
            """,
            me,
            .number(collection.number),
            .integer(numbers.lowerBound),
            .integer(numbers.upperBound),
            .number(limitBytes),
            .number(limit + 1)
        )
    }
}

extension ResultHandle {
    /// In the order of `ids`, until the bytes pass the limit.
    fileprivate func documents(
        of ids: [String],
        _ collection: Collection,
        _ shows: FieldSelection,
        _ limitBytes: Int
    ) throws -> [StoredDocument?] {
        let names = AttributeNames(collection.schema)
        var found = [StoredDocument?](repeating: nil, count: ids.count)
        var bytes = 0
        for row in rows {
            let place = row.number(7)
            guard row.boolean(8) else { return Array(found[..<place]) }
            let stored = try StoredDocument(row, names, shows)
            bytes += stored.document.bytes
            // The first is always there.
            if bytes > limitBytes, bytes > stored.document.bytes { return Array(found[..<place]) }
            found[place] = stored
            if bytes > limitBytes { return Array(found[...place]) }
        }
        return found
    }

    /// `end` is where the next slice begins when all of this one is on the page.
    fileprivate func page(
        _ collection: Collection,
        _ shows: FieldSelection,
        limit: Int,
        limitBytes: Int,
        end: UInt64?
    ) throws -> DocumentPage {
        let names = AttributeNames(collection.schema)
        var page = DocumentPage(documents: [], next: end)
        var bytes = 0
        for row in rows {
            guard page.documents.count < limit, !row.isNull(4) else {
                page.next = page.documents.last?.number
                break
            }
            let stored = try StoredDocument(row, names, shows)
            bytes += stored.document.bytes
            if bytes > limitBytes, let last = page.documents.last {
                page.next = last.number
                break
            }
            page.documents.append(stored)
        }
        return page
    }
}

extension StoredDocument {
    /// - Throws: ``DocketError`` `dataLoss` for contents that are not there or damaged.
    init(
        _ row: SQLRow,
        _ names: AttributeNames,
        _ shows: FieldSelection
    ) throws(DocketError) {
        guard !row.isNull(4) else {
            throw DocketError(.dataLoss, "the contents of a document are missing")
        }
        self.init(
            number: row.unsigned(0),
            version: row.unsigned(1),
            state: try DocumentState(row, at: 2),
            document: Document(
                id: try row.text(3),
                title: try row.text(5),
                body: try row.text(6),
                attributes: try row.result.withBytes(row.row, 4) {
                    (blob: RawSpan) throws(DocketError) in
                    try names.attributes(blob, shows)
                }
            )
        )
    }
}

extension DocumentStatus {
    fileprivate init(_ row: SQLRow, id: String) throws(DocketError) {
        self.init(
            id: id,
            state: try DocumentState(row, at: 1),
            version: row.unsigned(2),
            indexedVersion: row.unsigned(3),
            error: try row.text(4),
            createdMicroseconds: row.integer(5),
            updatedMicroseconds: row.integer(6)
        )
    }
}
