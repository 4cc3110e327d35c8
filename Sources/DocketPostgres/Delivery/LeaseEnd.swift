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

    /// Locks the documents; those whose leases still hold, with the version that was leased.
    ///
    /// The outbox is read by a later statement: what it says holds from the lock on.
    private func lock(foundFor age: Duration = .zero) throws -> [LeasedDocument] {
        let leases = Self.values(leases)
        let results = try session.run(
            SQLStatement(
                """
                SELECT \(DocumentRow.columns), d.tenant_id FROM (
                    SELECT w.* FROM unnest($1, $2) AS w(tenant_id, number)
                    CROSS JOIN LATERAL (
                        SELECT d.collection, d.id FROM docket.documents d
                        WHERE d.tenant_id = w.tenant_id AND d.number = w.number OFFSET 0
                    ) d
                    ORDER BY w.tenant_id, d.collection, d.id
                ) w
                CROSS JOIN LATERAL (
                    SELECT * FROM docket.documents d
                    WHERE d.tenant_id = w.tenant_id AND d.number = w.number FOR UPDATE
                ) d
                """,
                leases[0],
                leases[1]
            ),
            SQLStatement(
                """
                SELECT o.tenant_id, o.number, o.leased_version, o.version, o.leased_removal,
                    o.queued_us + $5 < (SELECT docket.now_us())
                FROM unnest($1, $2, $3, $4) AS w(tenant_id, number, version, token)
                CROSS JOIN LATERAL (
                    SELECT * FROM docket.outbox o
                    WHERE o.tenant_id = w.tenant_id AND o.number = w.number OFFSET 0
                ) o
                WHERE o.lease_token = w.token AND o.leased_version = w.version
                    AND o.due_us > (SELECT docket.now_us())
                """,
                values: leases + [.integer(IndexingLag.goal.microseconds)]
            )
        )
        let held = Dictionary(
            results[1].rows.map { (DocumentKey($0), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let documents = try results[0].rows.map {
            (try DocumentRow($0), $0.tenant(DocumentRow.width))
        }
        let softs = try softs(of: documents, foundFor: age)
        return documents.compactMap { row, tenant in
            let collection = CollectionReference(tenant: tenant, number: row.collection)
            let key = DocumentKey(tenant: tenant.number, number: row.number)
            guard let outbox = held[key], let soft = softs[collection] else { return nil }
            return LeasedDocument(tenant, row, outbox, soft)
        }
    }

    /// What may be done about the soft generations of the documents' collections.
    private func softs(
        of documents: [(row: DocumentRow, tenant: TenantID)],
        foundFor age: Duration
    ) throws -> [CollectionReference: LeasedDocument.Soft] {
        let collections = Array(
            Set(documents.map { CollectionReference(tenant: $0.tenant, number: $0.row.collection) })
        )
        let results = try session.run(
            SQLStatement(
                """
                SELECT s.tenant_id, s.collection,
                    s.soft_raised_us BETWEEN n.us - $4 AND n.us,
                    s.applied > 0 OR s.soft_raised_us + $3 > n.us
                FROM unnest($1, $2) AS w(tenant_id, collection)
                JOIN docket.collection_state s USING (tenant_id, collection),
                    (SELECT docket.now_us() AS us) n
                """,
                .numbers(collections.map(\.tenant.number)),
                .numbers(collections.map(\.number)),
                .integer(softGenerationInterval.microseconds),
                .integer(age.microseconds)
            )
        )
        let found = results[0].rows.map { row in
            let collection = UInt32(truncatingIfNeeded: row.integer(1))
            let soft: LeasedDocument.Soft =
                row.boolean(2) ? .hasRisen : row.boolean(3) ? .rests : .rises
            return (CollectionReference(tenant: row.tenant(0), number: collection), soft)
        }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }

    private static func values(_ leases: [Lease]) -> [SQLValue] {
        [
            .numbers(leases.map(\.tenant.number)), .numbers(leases.map(\.number)),
            .numbers(leases.map(\.version)), .numbers(leases.map(\.token)),
        ]
    }

    // MARK: Ends

    /// The index holds the versions, and searches find them.
    func complete(
        foundFor age: Duration
    ) throws -> (changes: [GenerationChange], late: Int) {
        var changes = DeliveryChanges()
        for document in try lock(foundFor: age) { changes.complete(document) }
        return (try write(changes), changes.deltas.late)
    }

    /// The index will never take the versions.
    func fail(_ reasons: [DocumentKey: String]) throws -> (changes: [GenerationChange], late: Int) {
        var changes = DeliveryChanges()
        let delay = Self.refusedRemovalDelay.microseconds
        for document in try lock() {
            if document.isRemoval {
                changes.release(document, after: delay, isAttempt: true)
            } else {
                changes.fail(document, reasons[document.key] ?? "the document cannot be indexed")
            }
        }
        return (try write(changes), 0)
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
    let soft: Soft
    /// Whether it has waited for longer than a document should.
    let isLate: Bool

    /// The soft generation of the document's collection.
    enum Soft {
        /// It rises with this document.
        case rises
        /// It cannot rise yet.
        case rests
        /// It has risen since searches find the document: no reply from before is served.
        case hasRisen
    }

    /// `outbox` has the keys, the version that was sent, the newest, what the first was for, and
    /// whether it is late.
    fileprivate init(_ tenant: TenantID, _ row: DocumentRow, _ outbox: SQLRow, _ soft: Soft) {
        self.tenant = tenant
        self.row = row
        self.soft = soft
        version = outbox.integer(2)
        waiting = outbox.integer(3)
        isRemoval = outbox.boolean(4)
        isLate = outbox.boolean(5)
    }

    /// Whether it was overtaken by a newer version.
    var isOvertaken: Bool { waiting != version }

    var collection: CollectionReference {
        CollectionReference(tenant: tenant, number: row.collection)
    }

    var key: DocumentKey { DocumentKey(tenant: tenant.number, number: row.number) }
}
