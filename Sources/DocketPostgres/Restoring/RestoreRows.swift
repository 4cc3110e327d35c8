internal import DocketCore
internal import DocketRuntime

/// The row of a restore, and the documents that it is about.
struct RestoreRows {
    /// Documents of one slice.
    private static let slice = 1000

    let restore: Restore

    // MARK: Claims

    /// One that is due and whose stage every transaction that runs knows of.
    ///
    /// None while indexing is held.
    static func claiming(for duration: Duration) -> SQLStatement {
        SQLStatement(
            """
            UPDATE docket.restore SET token = nextval('docket.lease_sequence'),
                due_us = (SELECT docket.now_us()) + $1
            WHERE stage < 5 AND due_us <= (SELECT docket.now_us())
                AND changed_xid < pg_snapshot_xmin(pg_current_snapshot())
                AND \(HoldColumns.isReleased)
            RETURNING number, token, stage, snapshot, cluster, after, documents, removed, error
            """,
            .integer(duration.microseconds)
        )
    }

    static let places = SQLStatement("SELECT place, restored FROM docket.restored_places")

    /// The restored index of each place whose changes it gets, and whether the other one does not.
    static let followed = SQLStatement(
        """
        SELECT p.place, p.restored, r.stage = 3 FROM docket.restored_places p, docket.restore r
        WHERE r.stage IN (1, 2, 3)
        """
    )

    func saving(for duration: Duration) -> SQLStatement {
        SQLStatement(
            """
            UPDATE docket.restore SET after = $2, documents = $3, removed = $4,
                due_us = (SELECT docket.now_us()) + $5
            WHERE token = $1 RETURNING 1
            """,
            .number(restore.token),
            .number(restore.after),
            .number(restore.documents),
            .number(restore.removed),
            .integer(duration.microseconds)
        )
    }

    /// From ``RestoreStage/clearing`` on changes go to one index again.
    func advancing(
        to stage: RestoreStage,
        after delay: Duration,
        _ reason: String
    ) -> [SQLStatement] {
        [
            SQLStatement(
                """
                UPDATE docket.restore SET stage = $2, error = $3, token = 0, after = 0,
                    due_us = (SELECT docket.now_us()) + $4, changed_xid = pg_current_xact_id()
                WHERE token = $1 RETURNING 1
                """,
                .number(restore.token),
                .number(stage.rawValue),
                .text(reason),
                .integer(delay.microseconds)
            ),
            SQLStatement(
                """
                DELETE FROM docket.restored_places
                WHERE (SELECT stage FROM docket.restore) >= \(RestoreStage.clearing.rawValue)
                """
            ),
        ]
    }

    /// A restore whose indices nobody can search any longer.
    static let givingUp = [
        SQLStatement(
            """
            UPDATE docket.restore SET stage = 6, token = 0,
                error = 'its indices are of an earlier version of the server'
            WHERE stage < 5
            """
        ),
        SQLStatement("DELETE FROM docket.restored_places"),
    ]

    // MARK: Documents

    /// What searches may find and where, of rows `d` of documents and `c` of their collections.
    private static let isLiving = "d.state IN (1, 2) AND d.sent_from > 0 AND c.deleted_us IS NULL"

    static func extras(among documents: [HeldDocument]) -> SQLStatement {
        SQLStatement(
            """
            SELECT w.ord FROM unnest($1, $2, $3, $4) WITH ORDINALITY
                AS w(tenant_id, collection, number, restored, ord)
            LEFT JOIN LATERAL (
                SELECT coalesce(c.place, d.place) AS place FROM docket.documents d
                JOIN docket.collections c
                    ON c.tenant_id = d.tenant_id AND c.number = d.collection
                WHERE d.tenant_id = w.tenant_id AND d.number = w.number
                    AND d.collection = w.collection AND \(isLiving) OFFSET 0
            ) d ON true
            LEFT JOIN docket.restored_places p ON p.place = d.place
            WHERE p.restored IS DISTINCT FROM w.restored ORDER BY w.ord
            """,
            .numbers(documents.map { $0.owner?.tenant.number ?? 0 }),
            .numbers(documents.map { $0.owner?.collection ?? 0 }),
            .numbers(documents.map { $0.owner?.number ?? 0 }),
            .texts(documents.map(\.place.name))
        )
    }

    var expected: SQLStatement {
        SQLStatement(
            """
            SELECT d.number, d.tenant_id, d.collection, d.version, d.bytes, p.restored
            FROM (
                SELECT * FROM docket.documents WHERE number > $1
                ORDER BY number LIMIT \(Self.slice)
            ) d
            LEFT JOIN docket.collections c ON c.tenant_id = d.tenant_id
                AND c.number = d.collection AND \(Self.isLiving)
            LEFT JOIN docket.restored_places p
                ON c.number IS NOT NULL AND p.place = coalesce(c.place, d.place)
            ORDER BY d.number
            """,
            .number(restore.after)
        )
    }

    static func versions(_ result: ResultHandle) throws -> RestoredVersions {
        var versions = RestoredVersions()
        for row in result.rows where !row.isNull(5) {
            versions.documents.append(
                IndexedVersion(
                    tenant: row.tenant(1),
                    collection: UInt32(truncatingIfNeeded: row.integer(2)),
                    number: row.unsigned(0),
                    version: row.unsigned(3),
                    place: IndexPlace(name: try row.text(5))
                )
            )
            versions.bytes.append(row.number(4))
        }
        if result.count == slice { versions.next = result.rows.last?.unsigned(0) }
        return versions
    }

    static func contents(of versions: [IndexedVersion]) -> SQLStatement {
        SQLStatement(
            """
            SELECT w.ord, d.id, d.bytes, v.title, v.body, v.attributes, \(Collection.columns)
            FROM unnest($1, $2, $3) WITH ORDINALITY AS w(tenant_id, number, version, ord)
            CROSS JOIN LATERAL (
                SELECT * FROM docket.documents d WHERE d.tenant_id = w.tenant_id
                    AND d.number = w.number AND d.version = w.version OFFSET 0
            ) d
            CROSS JOIN LATERAL (
                SELECT * FROM docket.versions v WHERE v.tenant_id = w.tenant_id
                    AND v.number = w.number AND v.version = w.version OFFSET 0
            ) v
            JOIN docket.collections c ON c.tenant_id = d.tenant_id AND c.number = d.collection
            WHERE \(isLiving)
            """,
            .numbers(versions.map(\.tenant.number)),
            .numbers(versions.map(\.number)),
            .numbers(versions.map(\.version))
        )
    }

    static func changes(
        _ result: ResultHandle,
        _ versions: [IndexedVersion]
    ) throws -> [IndexChange] {
        try result.rows.map { row in
            let version = versions[row.number(0) - 1]
            return IndexChange(
                tenant: version.tenant,
                collection: try Collection(row, at: 6),
                number: version.number,
                version: version.version,
                place: version.place,
                content: try BoundDocument(id: row.text(1), bytes: row.number(2), row, at: 3)
            )
        }
    }

    // MARK: Names

    static let names = [
        SQLStatement("SELECT tenant_id FROM docket.tenants WHERE deleted_us IS NULL ORDER BY 1"),
        SQLStatement(
            """
            SELECT tenant_id, number, place FROM docket.collections
            WHERE place IS NOT NULL AND deleted_us IS NULL
            """
        ),
    ]

    /// Indices of their own, those of deleted collections that are not empty yet among them.
    static let ownPlaces = SQLStatement(
        """
        SELECT DISTINCT place FROM docket.collections
        WHERE place IS NOT NULL AND swept_us IS NULL
        """
    )
}

extension Restore {
    /// From the columns of ``RestoreRows/claiming(for:)``, and ``RestoreRows/places``.
    init(_ row: SQLRow, _ places: ResultHandle) throws {
        self.init(
            number: row.unsigned(0),
            token: row.unsigned(1),
            stage: try RestoreStage(row, at: 2),
            snapshot: try row.text(3),
            cluster: try row.text(4),
            places: try [IndexPlace: IndexPlace](restored: places)
        )
        after = row.unsigned(5)
        documents = row.number(6)
        removed = row.number(7)
        reason = try row.text(8)
    }
}

extension [IndexPlace: IndexPlace] {
    /// From the columns of ``RestoreRows/places``.
    init(restored rows: ResultHandle) throws {
        self.init(
            try rows.rows.map {
                (IndexPlace(name: try $0.text(0)), IndexPlace(name: try $0.text(1)))
            },
            uniquingKeysWith: { first, _ in first }
        )
    }
}

extension RestoreStage {
    /// - Throws: ``DocketError`` `dataLoss` for a number that is no stage.
    init(_ row: SQLRow, at column: Int) throws(DocketError) {
        guard let stage = RestoreStage(rawValue: UInt8(clamping: row.integer(column))) else {
            throw DocketError(.dataLoss, "the stage of a restore is damaged")
        }
        self = stage
    }
}
