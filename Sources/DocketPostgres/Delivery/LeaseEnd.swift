internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// Ends leases in one transaction: what became of the versions that were leased.
///
/// Documents are locked first, in the order in which writers lock them, then their rows of the
/// outbox, then collections.
struct LeaseEnd {
    /// How long a removal that the index refused waits: deletes never fail for good.
    private static let refusedRemovalDelay = Duration.seconds(60)

    let session: PostgresSession
    let leases: [Lease]
    let softGenerationInterval: Duration

    /// The rows of the documents whose leases still hold, with the version that was leased.
    private func lock() throws -> [LeasedDocument] {
        let leases = Self.values(leases)
        let results = try session.run(
            SQLStatement(
                """
                SELECT 1 FROM (
                    SELECT w.* FROM unnest($1, $2) AS w(tenant_id, number)
                    CROSS JOIN LATERAL (
                        SELECT d.collection, d.id FROM docket.documents d
                        WHERE d.tenant_id = w.tenant_id AND d.number = w.number OFFSET 0
                    ) d
                    ORDER BY w.tenant_id, d.collection, d.id
                ) w
                CROSS JOIN LATERAL (
                    SELECT 1 FROM docket.documents d
                    WHERE d.tenant_id = w.tenant_id AND d.number = w.number FOR UPDATE
                ) d
                """,
                leases[0],
                leases[1]
            ),
            SQLStatement(
                """
                SELECT \(DocumentRow.columns), d.tenant_id, o.leased_version, o.version,
                    o.leased_removal,
                    s.applied > 0 OR s.soft_raised_us + $5 > (SELECT docket.now_us())
                FROM unnest($1, $2, $3, $4) AS w(tenant_id, number, version, token)
                CROSS JOIN LATERAL (
                    SELECT * FROM docket.documents d
                    WHERE d.tenant_id = w.tenant_id AND d.number = w.number OFFSET 0
                ) d
                CROSS JOIN LATERAL (
                    SELECT * FROM docket.outbox o
                    WHERE o.tenant_id = w.tenant_id AND o.number = w.number OFFSET 0
                ) o
                CROSS JOIN LATERAL (
                    SELECT * FROM docket.collection_state s
                    WHERE s.tenant_id = d.tenant_id AND s.collection = d.collection OFFSET 0
                ) s
                WHERE o.lease_token = w.token AND o.leased_version = w.version
                    AND o.due_us > (SELECT docket.now_us())
                """,
                values: leases + [.integer(softGenerationInterval.microseconds)]
            )
        )
        return try results[1].all { row throws(DocketError) in try LeasedDocument(row) }
    }

    private static func values(_ leases: [Lease]) -> [SQLValue] {
        [
            .numbers(leases.map(\.tenant.number)), .numbers(leases.map(\.number)),
            .numbers(leases.map(\.version)), .numbers(leases.map(\.token)),
        ]
    }

    // MARK: Ends

    /// The index holds the versions, and searches find them.
    func complete() throws -> [GenerationChange] {
        var changes = DeliveryChanges()
        for document in try lock() { changes.complete(document) }
        return try write(changes)
    }

    /// The index will never take the versions.
    func fail(_ reasons: [DocumentKey: String]) throws -> [GenerationChange] {
        var changes = DeliveryChanges()
        let delay = Self.refusedRemovalDelay.microseconds
        for document in try lock() {
            if document.isRemoval {
                changes.release(document, after: delay, isAttempt: true)
            } else {
                changes.fail(document, reasons[document.key] ?? "the document cannot be indexed")
            }
        }
        return try write(changes)
    }

    /// The versions are to be leased again.
    func release(after delay: Duration, isAttempt: Bool) throws {
        var changes = DeliveryChanges()
        for document in try lock() {
            changes.release(document, after: delay.microseconds, isAttempt: isAttempt)
        }
        _ = try write(changes)
    }

    private func write(_ changes: DeliveryChanges) throws -> [GenerationChange] {
        let statements = changes.statements
        guard !statements.isEmpty else { return [] }
        let results = try session.run(statements + changes.deltas.statements)
        return changes.deltas.isEmpty ? [] : results.last.map(changes.deltas.changes) ?? []
    }
}

/// A document with a lease that holds.
struct LeasedDocument {
    let tenant: TenantID
    var row: DocumentRow
    /// The version that was sent.
    let version: Int64
    /// The version that the outbox has now.
    let waiting: Int64
    /// Whether the document was to be taken out of the index.
    let isRemoval: Bool
    /// Whether the collection's soft generation cannot rise yet.
    let softRests: Bool

    fileprivate init(_ row: SQLRow) throws(DocketError) {
        self.row = try DocumentRow(row)
        tenant = row.tenant(DocumentRow.width)
        version = row.integer(DocumentRow.width + 1)
        waiting = row.integer(DocumentRow.width + 2)
        isRemoval = row.boolean(DocumentRow.width + 3)
        softRests = row.boolean(DocumentRow.width + 4)
    }

    /// Whether it was overtaken by a newer version.
    var isOvertaken: Bool { waiting != version }

    var collection: CollectionReference {
        CollectionReference(tenant: tenant, number: row.collection)
    }

    var key: DocumentKey { DocumentKey(tenant: tenant.number, number: row.number) }
}
