internal import DocketCore
internal import DocketRuntime

/// Takes leases of changes in one short transaction.
///
/// A document that a writer has locked is passed over, so that nothing here waits while it holds
/// locks of its own.
struct LeaseTaker {
    /// Tenants that one lease takes from.
    private static let tenantsMaximum = 256

    let session: PostgresSession
    let request: LeaseRequest
    /// The first tenant is the next one after it.
    let after: UInt64

    /// The changes, and the tenant after which the next lease begins.
    func take() throws -> (changes: [LeasedChange], last: UInt64) {
        let tenants = try tenants()
        guard !tenants.isEmpty else { return ([], 0) }
        let share = max(1, (request.limit + tenants.count - 1) / tenants.count)
        var due = try due(tenants, share)
        // What the others did not need goes to those that have more.
        let full = tenants.filter { tenant in due.count { $0.tenant == tenant } == share }
        if due.count < request.limit, tenants.count > 1, !full.isEmpty {
            let rest = (request.limit - due.count + full.count - 1) / full.count
            let more = try self.due(full, share + rest)
            let known = Set(due.map(\.key))
            due += more.filter { !known.contains($0.key) }
        }
        let taken = fitting(due)
        guard !taken.isEmpty else { return ([], 0) }
        let changes = try lease(taken)
        return (changes, tenants.count == Self.tenantsMaximum ? tenants.last ?? 0 : 0)
    }

    /// Tenants with something in the outbox, from ``after`` on and then from the beginning: one
    /// step down the index for each.
    private func tenants() throws -> [UInt64] {
        let results = try session.run(
            SQLStatement(
                """
                WITH RECURSIVE t(tenant_id) AS (
                    (SELECT tenant_id FROM docket.outbox WHERE tenant_id > $1
                        ORDER BY tenant_id LIMIT 1)
                    UNION ALL
                    SELECT (SELECT o.tenant_id FROM docket.outbox o
                        WHERE o.tenant_id > t.tenant_id ORDER BY o.tenant_id LIMIT 1)
                    FROM t WHERE t.tenant_id IS NOT NULL
                )
                SELECT tenant_id FROM t WHERE tenant_id IS NOT NULL LIMIT \(Self.tenantsMaximum)
                """,
                .number(after)
            )
        )
        let tenants = results[0].all { $0.unsigned(0) }
        guard tenants.isEmpty, after > 0 else { return tenants }
        return try LeaseTaker(session: session, request: request, after: 0).tenants()
    }

    private func due(_ tenants: [UInt64], _ share: Int) throws -> [DueChange] {
        let results = try session.run(
            SQLStatement(
                """
                SELECT o.* FROM unnest($1) AS t(tenant_id) CROSS JOIN LATERAL (
                    SELECT o.tenant_id, o.number, o.attempts FROM docket.outbox o
                    WHERE o.tenant_id = t.tenant_id AND o.due_us <= (SELECT docket.now_us())
                    ORDER BY o.due_us LIMIT $2 FOR UPDATE SKIP LOCKED
                ) o
                """,
                .numbers(tenants),
                .number(share)
            )
        )
        let locked = try session.run(
            SQLStatement(
                """
                SELECT d.* FROM unnest($1, $2, $3) AS w(tenant_id, number, attempts)
                CROSS JOIN LATERAL (
                    SELECT w.*, d.state, d.bytes FROM docket.documents d
                    WHERE d.tenant_id = w.tenant_id AND d.number = w.number
                    FOR UPDATE SKIP LOCKED
                ) d
                """,
                .integers(results[0].all { $0.integer(0) }),
                .integers(results[0].all { $0.integer(1) }),
                .integers(results[0].all { $0.integer(2) })
            )
        )
        return try locked[0].all { row throws(DocketError) in try DueChange(row) }
    }

    /// As many as the request allows, tenants in turns.
    private func fitting(_ due: [DueChange]) -> [DueChange] {
        var places: [UInt64: Int] = [:]
        let turns = due.map { change in
            defer { places[change.tenant, default: 0] += 1 }
            return (turn: places[change.tenant] ?? 0, change: change)
        }
        var bytes = 0
        var taken: [DueChange] = []
        for (_, change) in turns.sorted(by: { $0.turn < $1.turn }) {
            guard taken.count < request.limit, bytes < request.limitBytes || taken.isEmpty else {
                break
            }
            bytes += change.isRemoval ? 0 : change.bytes
            taken.append(change)
        }
        return taken
    }

    /// Marks what is taken, gives new documents their place, and reads what the index gets.
    private func lease(_ taken: [DueChange]) throws -> [LeasedChange] {
        let tenants = SQLValue.numbers(taken.map(\.tenant))
        let numbers = SQLValue.numbers(taken.map(\.number))
        let list = "unnest($1, $2, $3) AS w(tenant_id, number, removal)"
        let removals = SQLValue.booleans(taken.map(\.isRemoval))
        let results = try session.run(
            SQLStatement(
                """
                UPDATE docket.outbox o SET lease_token = nextval('docket.lease_sequence'),
                    leased_version = o.version, leased_removal = w.removal,
                    due_us = (SELECT docket.now_us()) + $4
                FROM \(RowPlaces.of("outbox", in: list)) WHERE o.ctid = w.row
                RETURNING o.tenant_id, o.number, o.lease_token
                """,
                tenants,
                numbers,
                removals,
                .integer(request.duration.microseconds)
            ),
            SQLStatement(
                """
                UPDATE docket.documents d SET place = coalesce(d.place, $4),
                    sent_from = CASE WHEN w.removal OR d.sent_from > 0
                        THEN d.sent_from ELSE d.version END,
                    sent_version = CASE WHEN w.removal THEN d.sent_version ELSE d.version END
                FROM \(RowPlaces.of("documents", in: list)) WHERE d.ctid = w.row
                """,
                tenants,
                numbers,
                removals,
                .text(request.place.name)
            ),
            Self.contents(tenants, numbers),
            Self.collections(tenants, numbers)
        )
        let collections = try results[3].all { row throws(DocketError) in
            (row.unsigned(0), try Collection(row, at: 1))
        }
        var tokens: [DocumentKey: UInt64] = [:]
        for row in results[0].rows {
            tokens[DocumentKey(row)] = row.unsigned(2)
        }
        return try LeasedContents(
            attempts: Dictionary(
                taken.map { ($0.key, $0.attempts) },
                uniquingKeysWith: { first, _ in first }
            ),
            tokens: tokens,
            collections: Dictionary(
                collections.map {
                    (CollectionReference(tenant: TenantID($0.0), number: $0.1.number), $0.1)
                },
                uniquingKeysWith: { first, _ in first }
            )
        ).changes(results[2])
    }

    private static func contents(_ tenants: SQLValue, _ numbers: SQLValue) -> SQLStatement {
        SQLStatement(
            """
            SELECT d.tenant_id, d.number, d.collection, d.version, d.place, d.id, d.bytes,
                v.title, v.body, v.attributes
            FROM unnest($1, $2) AS w(tenant_id, number)
            CROSS JOIN LATERAL (
                SELECT * FROM docket.documents d
                WHERE d.tenant_id = w.tenant_id AND d.number = w.number OFFSET 0
            ) d
            LEFT JOIN LATERAL (
                SELECT * FROM docket.versions v
                WHERE d.state IN (1, 2) AND v.tenant_id = d.tenant_id AND v.number = d.number
                    AND v.version = d.version OFFSET 0
            ) v ON true
            """,
            tenants,
            numbers
        )
    }

    private static func collections(_ tenants: SQLValue, _ numbers: SQLValue) -> SQLStatement {
        SQLStatement(
            """
            SELECT c.tenant_id, \(Collection.columns) FROM docket.collections c
            WHERE (c.tenant_id, c.number) IN (
                SELECT w.tenant_id, d.collection FROM unnest($1, $2) AS w(tenant_id, number)
                CROSS JOIN LATERAL (
                    SELECT d.collection FROM docket.documents d
                    WHERE d.tenant_id = w.tenant_id AND d.number = w.number OFFSET 0
                ) d
            )
            """,
            tenants,
            numbers
        )
    }
}

/// A document of any tenant.
struct DocumentKey: Hashable {
    let tenant: UInt64
    let number: Int64

    init(tenant: UInt64, number: Int64) {
        self.tenant = tenant
        self.number = number
    }

    /// From the first two columns.
    init(_ row: SQLRow) { self.init(tenant: row.unsigned(0), number: row.integer(1)) }
}

/// A change that is due and locked.
private struct DueChange {
    let tenant: UInt64
    let number: Int64
    let attempts: Int
    let bytes: Int
    /// Whether the document goes out of the index.
    let isRemoval: Bool

    var key: DocumentKey { DocumentKey(tenant: tenant, number: number) }

    init(_ row: SQLRow) throws(DocketError) {
        tenant = row.unsigned(0)
        number = row.integer(1)
        attempts = row.number(2)
        let state = try DocumentState(row, at: 3)
        isRemoval = state != .indexing && state != .indexed
        bytes = row.number(4)
    }
}

/// Makes changes of the rows that were read.
private struct LeasedContents {
    let attempts: [DocumentKey: Int]
    let tokens: [DocumentKey: UInt64]
    let collections: [CollectionReference: Collection]

    func changes(_ result: ResultHandle) throws -> [LeasedChange] {
        try result.rows.compactMap { row in
            let key = DocumentKey(row)
            let reference = CollectionReference(
                tenant: row.tenant(0),
                number: UInt32(truncatingIfNeeded: row.integer(2))
            )
            guard let token = tokens[key], let collection = collections[reference] else {
                return nil
            }
            return LeasedChange(
                lease: Lease(
                    tenant: row.tenant(0),
                    number: row.unsigned(1),
                    version: row.unsigned(3),
                    token: token
                ),
                attempts: attempts[key] ?? 0,
                change: IndexChange(
                    tenant: row.tenant(0),
                    collection: collection,
                    number: row.unsigned(1),
                    version: row.unsigned(3),
                    place: IndexPlace(name: try row.text(4)),
                    content: try content(row)
                )
            )
        }
    }

    /// nil for a document that goes out of the index.
    private func content(_ row: SQLRow) throws -> BoundDocument? {
        guard !row.isNull(9) else { return nil }
        let attributes = row.result.withBytes(row.row, 9) { AttributeBlobCodec.decode($0) }
        guard let attributes else {
            throw DocketError(.dataLoss, "the attributes of a document are damaged")
        }
        return BoundDocument(
            id: try row.text(5),
            title: try row.text(7),
            body: try row.text(8),
            attributes: attributes,
            bytes: row.number(6)
        )
    }
}
