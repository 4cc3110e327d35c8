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
    /// Documents that stand in another one get a new place; nil where any index will do.
    let series: IndexSeries?
    /// The first tenant is the next one after it.
    let after: UInt64

    /// The changes, and the tenant after which the next lease begins.
    func take() throws -> (changes: [LeasedChange], last: UInt64) {
        let target = try target()
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
        let changes = try lease(taken, target)
        return (changes, tenants.count == Self.tenantsMaximum ? tenants.last ?? 0 : 0)
    }

    private struct Target {
        /// Where documents go that no index of the series has.
        var place: IndexPlace
        /// The clusters that get each change.
        var clusters: [String] = []
        var restored = RestoredPlaces()
    }

    /// A later version that indexes by now, or a cluster that is not known here, leaves nothing for
    /// this server.
    private func target() throws -> Target {
        var target = Target(place: request.place)
        guard let series else { return target }
        let found = try session.run(
            SQLStatement(
                """
                SELECT coalesce(s.series, ''), s.pool_place, s.cluster, t.cluster
                FROM docket.server s LEFT JOIN docket.twin t ON t.stage IN (1, 2)
                """
            ),
            RestoreRows.followed
        )
        guard let row = found[0].first else { return target }
        target.restored = try RestoredPlaces(found[1])
        let now = try row.text(0)
        guard now == series.text else {
            throw DocketError(
                .failedPrecondition,
                "documents are indexed into \(now) now, which is of another version"
            )
        }
        if !row.isNull(1) { target.place = IndexPlace(name: try row.text(1)) }
        guard !request.clusters.isEmpty else { return target }
        for column in [2, 3] where !row.isNull(column) {
            target.clusters.append(try row.text(column))
        }
        guard request.clusters.isSuperset(of: target.clusters) else {
            throw DocketError(
                .failedPrecondition,
                "documents go to a search engine that this server does not know: "
                    + "it needs --elasticsearch-next"
            )
        }
        return target
    }

    /// Tenants with something in the outbox, from ``after`` on and then from the beginning: one
    /// step down the index for each.
    ///
    /// None while indexing is held.
    private func tenants() throws -> [UInt64] {
        let results = try session.run(
            SQLStatement(
                """
                WITH RECURSIVE t(tenant_id) AS (
                    (SELECT tenant_id FROM docket.outbox WHERE tenant_id > $1
                        AND \(HoldColumns.isReleased) ORDER BY tenant_id LIMIT 1)
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
        let fromStart = LeaseTaker(session: session, request: request, series: series, after: 0)
        return try fromStart.tenants()
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
                    SELECT w.*, d.state, d.bytes, d.collection, d.version, d.place, d.id
                    FROM docket.documents d
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
    private func lease(_ taken: [DueChange], _ target: Target) throws -> [LeasedChange] {
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
                UPDATE docket.documents d SET
                    place = CASE WHEN starts_with(d.place, $5) THEN d.place ELSE $4 END,
                    sent_from = CASE WHEN w.removal OR d.sent_from > 0
                        THEN d.sent_from ELSE d.version END,
                    sent_version = CASE WHEN w.removal THEN d.sent_version ELSE d.version END
                FROM \(RowPlaces.of("documents", in: list)) WHERE d.ctid = w.row
                """,
                tenants,
                numbers,
                removals,
                .text(target.place.name),
                .text(series?.start ?? "")
            ),
            Self.contents(taken),
            Self.collections(taken)
        )
        let collections = try results[3].all { row throws(DocketError) in
            try LeasedCollection(row)
        }
        return try LeasedContents(
            place: target.place,
            clusters: target.clusters,
            restored: target.restored,
            series: series,
            tokens: Self.byDocument(results[0]) { $0.unsigned(2) },
            contents: Self.byDocument(results[2]) { $0 },
            collections: Dictionary(
                collections.map { ($0.reference, $0) },
                uniquingKeysWith: { first, _ in first }
            )
        ).changes(taken)
    }

    private static func byDocument<Value>(
        _ result: ResultHandle,
        _ value: (SQLRow) -> Value
    ) -> [DocumentKey: Value] {
        let pairs = result.rows.map { (DocumentKey($0), value($0)) }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    private static func contents(_ taken: [DueChange]) -> SQLStatement {
        let kept = taken.filter { !$0.isRemoval }
        return SQLStatement(
            """
            SELECT v.tenant_id, v.number, v.title, v.body, v.attributes
            FROM unnest($1, $2, $3) AS w(tenant_id, number, version)
            CROSS JOIN LATERAL (
                SELECT * FROM docket.versions v WHERE v.tenant_id = w.tenant_id
                    AND v.number = w.number AND v.version = w.version OFFSET 0
            ) v
            """,
            .numbers(kept.map(\.tenant)),
            .numbers(kept.map(\.number)),
            .integers(kept.map(\.version))
        )
    }

    private static func collections(_ taken: [DueChange]) -> SQLStatement {
        let collections = Array(Set(taken.map(\.collection)))
        return SQLStatement(
            """
            SELECT c.tenant_id, \(Collection.columns), r.stage, r.place, r.left_place
            FROM docket.collections c
            JOIN unnest($1, $2) AS w(tenant_id, number) USING (tenant_id, number)
            LEFT JOIN docket.rebuilds r
                ON r.tenant_id = c.tenant_id AND r.collection = c.number AND r.stage < 4
            """,
            .numbers(collections.map(\.tenant.number)),
            .numbers(collections.map(\.number))
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
struct DueChange {
    let tenant: UInt64
    let number: Int64
    let attempts: Int
    let bytes: Int
    /// Whether the document goes out of the index.
    let isRemoval: Bool
    let collection: CollectionReference
    let version: Int64
    /// nil for a document that no index ever had.
    let place: IndexPlace?
    let id: String

    var key: DocumentKey { DocumentKey(tenant: tenant, number: number) }

    init(_ row: SQLRow) throws(DocketError) {
        tenant = row.unsigned(0)
        number = row.integer(1)
        attempts = row.number(2)
        let state = try DocumentState(row, at: 3)
        isRemoval = state != .indexing && state != .indexed
        bytes = row.number(4)
        collection = CollectionReference(
            tenant: row.tenant(0),
            number: UInt32(truncatingIfNeeded: row.integer(5))
        )
        version = row.integer(6)
        place = row.isNull(7) ? nil : IndexPlace(name: try row.text(7))
        id = try row.text(8)
    }
}
