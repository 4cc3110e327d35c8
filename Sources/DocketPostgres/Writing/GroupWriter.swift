internal import DocketCore

/// Writes uploads and deletes of one tenant that came together, in one transaction.
struct GroupWriter {
    /// What a group came to.
    struct Written: Sendable {
        /// In the order of the calls.
        var results: [Result<WriteResult, DocketError>]
        var changes: [GenerationChange] = []
        /// What the index has to learn; nil for nothing.
        var queued: WorkHint?
    }

    /// How often a transaction is tried that others stood in the way of.
    private static let attemptsMaximum = 3

    let tenant: TenantSession
    let configuration: PostgresConfiguration

    /// Writes the calls in order and durably; one at fault fails alone.
    ///
    /// When the transaction as a whole cannot be, its halves are tried.
    func write(_ calls: [WriteCall]) -> Written {
        guard !calls.isEmpty else { return Written(results: []) }
        for attempt in 1...Self.attemptsMaximum {
            do {
                return try tenant.session.transaction { try apply(calls) }
            } catch let error as PostgresError where error.isConflict {
                if attempt == Self.attemptsMaximum { return failed(calls, error.docketError) }
            } catch let error as PostgresError where error.mayBeOneDocument && calls.count > 1 {
                let middle = calls.count / 2
                let first = write(Array(calls[..<middle]))
                let second = write(Array(calls[middle...]))
                return Written(
                    results: first.results + second.results,
                    changes: first.changes + second.changes,
                    queued: second.queued ?? first.queued
                )
            } catch let error as PostgresError {
                return failed(calls, error.docketError)
            } catch let error as DocketError {
                return failed(calls, error)
            } catch {
                let shown = DocketError(.internalError, "the store failed")
                return failed(calls, shown.caused(by: "\(error)"))
            }
        }
        return failed(calls, DocketError(.internalError, "the store failed"))
    }

    private func failed(_ calls: [WriteCall], _ error: DocketError) -> Written {
        Written(results: calls.map { _ in .failure(error) })
    }

    private func apply(_ calls: [WriteCall]) throws -> Written {
        let found = try tenant.session.run(
            tenant.writeLock,
            TenantUsage.reading(tenant),
            KeptOutcomes.reading(calls, tenant),
            Self.locking(calls, tenant),
            Self.drawing(calls.reduce(0) { $0 + $1.documents })
        )
        var group = Group(tenant, configuration, usage: TenantUsage(found[1]), kept: found[2])
        try group.documents.load(found[3], drawn: found[4])
        let results = try calls.map { try group.apply($0) }
        let statements = group.statements
        guard !statements.isEmpty else { return Written(results: results) }
        let written = try tenant.session.run(statements)
        let changes = written.last.map(group.documents.deltas.changes) ?? []
        return Written(results: results, changes: changes, queued: group.documents.queued)
    }

    /// Rows are locked in the order of collections and ids, wherever more than one is.
    static func locking(_ calls: [WriteCall], _ tenant: TenantSession) -> SQLStatement {
        var seen: [UInt32: Set<ByteString>] = [:]
        var collections: [UInt32] = []
        var ids: [String] = []
        for call in calls {
            let collection = call.collection.number
            for id in call.ids where seen[collection, default: []].insert(ByteString(id)).inserted {
                collections.append(collection)
                ids.append(id)
            }
        }
        return SQLStatement(
            """
            SELECT \(DocumentRow.columns)
            FROM (
                SELECT * FROM unnest($2, $3) AS w(collection, id)
                ORDER BY w.collection, w.id COLLATE "C"
            ) w
            CROSS JOIN LATERAL (
                SELECT * FROM docket.documents d WHERE d.tenant_id = $1
                    AND d.collection = w.collection AND d.id = w.id FOR UPDATE
            ) d
            """,
            tenant.me,
            .numbers(collections),
            .texts(ids)
        )
    }

    /// Versions, and numbers for what is new, as many as there are documents.
    static func drawing(_ count: Int) -> SQLStatement {
        SQLStatement(
            """
            SELECT (SELECT epoch FROM docket.server) << 40 | nextval('docket.version_sequence'),
                nextval('docket.number_sequence')
            FROM generate_series(1, $1)
            """,
            .number(count)
        )
    }
}

/// What the calls of one transaction have made so far.
private struct Group {
    private let tenant: TenantSession
    private let configuration: PostgresConfiguration
    private var usage: TenantUsage
    private var kept: KeptOutcomes
    var documents: DocumentChanges

    init(
        _ tenant: TenantSession,
        _ configuration: PostgresConfiguration,
        usage: TenantUsage,
        kept: ResultHandle
    ) {
        self.tenant = tenant
        self.configuration = configuration
        self.usage = usage
        self.kept = KeptOutcomes(kept, bytes: usage.outcomes)
        documents = DocumentChanges(tenant.tenant)
    }

    /// The last answers the generations that have risen.
    var statements: [SQLStatement] {
        let changes = documents.statements
        let outcomes = kept.statements(tenant, lifetime: configuration.idempotencyLifetime)
        return changes.isEmpty && outcomes.isEmpty
            ? [] : changes + outcomes + documents.deltas.statements
    }

    /// The outcome of one call; throws what spoils the whole transaction.
    mutating func apply(_ call: WriteCall) throws -> Result<WriteResult, DocketError> {
        let collection = call.collection.number
        do throws(DocketError) {
            guard usage.collections.contains(collection) else {
                throw .noCollection(call.collection.name)
            }
            if let idempotency = call.idempotency {
                if let done = try kept.outcome(idempotency, collection) { return .success(done) }
                try requireRoomForOutcomes()
            }
            try requireRoomInOutbox(call)
        } catch {
            return .failure(error)
        }
        let outcomes = try perform(call)
        if let idempotency = call.idempotency {
            let bytes = kept.keep(outcomes, idempotency, collection)
            let reference = CollectionReference(tenant: tenant.tenant, number: collection)
            documents.deltas[reference].keptOutcomes += bytes
        }
        return .success(.outcomes(outcomes))
    }

    private func requireRoomForOutcomes() throws(DocketError) {
        let limit = configuration.idempotencyBytes
        guard kept.bytes < limit else {
            throw DocketError(
                .resourceExhausted,
                "the idempotency keys of the tenant take \(kept.bytes) bytes, "
                    + "the limit is \(limit)",
                retryAfter: .seconds(60)
            )
        }
    }

    private mutating func requireRoomInOutbox(_ call: WriteCall) throws(DocketError) {
        guard case .upload = call.request else { return }
        let limit = configuration.waitingDocuments
        guard usage.waiting + call.documents <= limit else {
            throw DocketError(
                .resourceExhausted,
                "\(usage.waiting) documents of the tenant wait for the index, "
                    + "the limit is \(limit)",
                retryAfter: .seconds(5),
                isNotProcessed: true
            )
        }
        usage.waiting += call.documents
    }

    private mutating func perform(_ call: WriteCall) throws -> [WriteOutcome] {
        switch call.request {
        case .upload(let batch):
            let collection = batch.collection.number
            return try batch.documents.map { document in
                let old = documents[collection, document.id]
                if let fault = usage.admit(document, inPlaceOf: old, batch.quota) {
                    return .rejected(fault)
                }
                return try documents.put(document, in: collection)
            }
        case .delete(let batch):
            return try batch.ids.map { id in
                try documents.delete(id, in: batch.collection.number)
            }
        }
    }
}
