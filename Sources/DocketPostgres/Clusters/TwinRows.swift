internal import DocketCore
internal import DocketRuntime

/// The row of the twin, and the documents that it is filled with.
struct TwinRows {
    /// Documents of one slice.
    private static let slice = 1000

    let claim: TwinClaim

    private var token: SQLValue { .number(claim.token) }

    // MARK: Claims

    /// One that is due and whose stage every transaction that runs knows of.
    static func claiming(for duration: Duration) -> SQLStatement {
        SQLStatement(
            """
            UPDATE docket.twin SET token = nextval('docket.lease_sequence'),
                due_us = (SELECT docket.now_us()) + $1
            WHERE stage <> 2 AND due_us <= (SELECT docket.now_us())
                AND changed_xid < pg_snapshot_xmin(pg_current_snapshot())
            RETURNING cluster, token, stage, tenant_id, collection, after, documents
            """,
            .integer(duration.microseconds)
        )
    }

    var holding: SQLStatement {
        SQLStatement("SELECT 1 FROM docket.twin WHERE token = $1", token)
    }

    func saving(for duration: Duration) -> SQLStatement {
        SQLStatement(
            """
            UPDATE docket.twin SET tenant_id = $2, collection = $3, after = $4, documents = $5,
                due_us = (SELECT docket.now_us()) + $6
            WHERE token = $1 RETURNING 1
            """,
            token,
            .number(claim.collection.tenant.number),
            .number(claim.collection.number),
            .number(claim.after),
            .number(claim.documents),
            .integer(duration.microseconds)
        )
    }

    /// A stage begins anew: whatever was done in it before may have been missed.
    func advancing(to stage: TwinStage) -> SQLStatement {
        SQLStatement(
            """
            UPDATE docket.twin SET stage = $2, token = 0, due_us = 0,
                tenant_id = CASE WHEN $2 = 2 THEN tenant_id ELSE 0 END,
                collection = CASE WHEN $2 = 2 THEN collection ELSE 0 END,
                after = CASE WHEN $2 = 2 THEN after ELSE 0 END,
                documents = CASE WHEN $2 = 2 THEN documents ELSE 0 END,
                changed_xid = pg_current_xact_id()
            WHERE token = $1
            """,
            token,
            .number(stage.rawValue)
        )
    }

    /// Looked at again a while later.
    static func losing(_ cluster: String, retry: Duration) -> SQLStatement {
        SQLStatement(
            """
            UPDATE docket.twin SET stage = 3, token = 0,
                due_us = (SELECT docket.now_us()) + $2, changed_xid = pg_current_xact_id()
            WHERE cluster = $1 AND stage IN (1, 2)
            """,
            .text(cluster),
            .integer(retry.microseconds)
        )
    }

    // MARK: Documents

    /// What the searched index has by now of the next collection.
    func documents(_ session: PostgresSession) throws -> TwinSlice {
        guard let row = try session.run(collection)[0].first else { return TwinSlice() }
        let collection = try Collection(row, at: 1)
        let reference = CollectionReference(tenant: row.tenant(0), number: collection.number)
        let isSame = reference == claim.collection
        let living = LivingDocuments(
            collection: reference,
            after: isSame ? claim.after : 0,
            limit: Self.slice
        )
        let read = try living.read(session)
        var slice = TwinSlice(collection: reference, place: collection.place)
        slice.next = read.next
        slice.changes = read.documents.compactMap { document in
            guard let place = collection.place ?? document.place else { return nil }
            var change = IndexChange(
                tenant: reference.tenant,
                collection: collection,
                number: document.number,
                version: document.version,
                place: place,
                content: document.content
            )
            change.clusters = [claim.cluster]
            return change
        }
        return slice
    }

    /// The one that the claim is at, or the next.
    private var collection: SQLStatement {
        SQLStatement(
            """
            SELECT c.tenant_id, \(Collection.columns) FROM docket.collections c
            WHERE c.deleted_us IS NULL AND (c.tenant_id, c.number) >= ($1, $2)
            ORDER BY c.tenant_id, c.number LIMIT 1
            """,
            .number(claim.collection.tenant.number),
            .number(claim.collection.number)
        )
    }

    static func sample(_ limit: Int) -> SQLStatement {
        SQLStatement(
            """
            SELECT DISTINCT d.tenant_id, d.collection, d.number, d.version,
                coalesce(c.place, d.place)
            FROM (
                SELECT (random() * m.last)::bigint AS start FROM generate_series(1, $1),
                    (SELECT max(number) AS last FROM docket.documents) m
            ) g
            CROSS JOIN LATERAL (
                SELECT * FROM docket.documents d WHERE d.number >= g.start AND d.state = 2
                ORDER BY d.number LIMIT 1
            ) d
            JOIN docket.collections c ON c.tenant_id = d.tenant_id AND c.number = d.collection
            WHERE c.deleted_us IS NULL AND d.place IS NOT NULL AND NOT EXISTS (
                SELECT FROM docket.outbox o
                WHERE o.tenant_id = d.tenant_id AND o.number = d.number
            )
            """,
            .number(limit)
        )
    }
}

extension TwinClaim {
    /// From the columns of ``TwinRows/claiming(for:)``.
    init(_ row: SQLRow) throws {
        guard let stage = TwinStage(rawValue: UInt8(clamping: row.integer(2))) else {
            throw DocketError(.dataLoss, "the stage of a search engine is damaged")
        }
        self.init(
            cluster: try row.text(0),
            token: row.unsigned(1),
            stage: stage,
            collection: CollectionReference(
                tenant: row.tenant(3),
                number: UInt32(truncatingIfNeeded: row.integer(4))
            ),
            after: row.unsigned(5),
            documents: row.number(6)
        )
    }
}
