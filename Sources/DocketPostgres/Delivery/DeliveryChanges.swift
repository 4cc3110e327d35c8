internal import DocketCore

/// What the ends of leases, and upkeep, change: documents, their contents and rows of the outbox,
/// of any tenants.
struct DeliveryChanges {
    /// What becomes of a row of the outbox.
    private enum End {
        case done
        /// Leased again after so many microseconds; `attempts` nil begins them anew.
        case waits(after: Int64, attempts: Int64?, isFound: Bool = false)
    }

    private var documents: [(tenant: TenantID, row: DocumentRow, error: String)] = []
    private var ends: [(key: DocumentKey, end: End)] = []
    /// Contents older than a version that no search can show any longer.
    private var outdated: [(key: DocumentKey, below: Int64)] = []
    var deltas = CollectionDeltas()

    private mutating func change(_ document: LeasedDocument, _ row: DocumentRow, _ error: String) {
        documents.append((document.tenant, row, error))
    }

    /// The index has done what was leased, and searches find it.
    mutating func complete(_ document: LeasedDocument) {
        var row = document.row
        if document.isRemoval {
            row.sentFrom = 0
            row.sentVersion = 0
            deltas[document.collection].changesRemoved = true
            if row.state == .deleting, !document.isOvertaken {
                row.state = .deleted
                deltas[document.collection].deleting -= 1
            }
            change(document, row, "")
        } else if row.state == .indexing, !row.isApplied {
            // One that could be found before was moved.
            row.indexedVersion = max(row.indexedVersion, document.version)
            outdated.append((document.key, row.indexedVersion))
            if !document.isOvertaken { show(&row, document) }
            if document.soft == .rises { deltas[document.collection].raisesSoft = true }
            change(document, row, "")
        }
        end(document, .done, isFound: true)
    }

    /// The newest version can be seen; its status says so with the soft generation.
    private mutating func show(_ row: inout DocumentRow, _ document: LeasedDocument) {
        deltas[document.collection].inTime += document.isLate ? 0 : 1
        deltas[document.collection].late += document.isLate ? 1 : 0
        if document.soft == .rests {
            row.isApplied = true
            deltas[document.collection].applied += 1
        } else {
            row.state = .indexed
            deltas[document.collection].indexing -= 1
            deltas[document.collection].indexed += 1
        }
    }

    /// The index refused the version: the document is hidden, and goes out of the index if that
    /// may have an older one.
    mutating func fail(_ document: LeasedDocument, _ reason: String) {
        guard !document.isOvertaken else { return end(document, .done) }
        var row = document.row
        row.state = .failed
        row.indexedVersion = 0
        deltas[document.collection].applied -= row.isApplied ? 1 : 0
        row.isApplied = false
        deltas[document.collection].count(document.row.state, by: -1)
        deltas[document.collection].failed += 1
        outdated.append((document.key, row.version))
        if row.sentFrom < row.version {
            deltas[document.collection].raisesHard = true
            deltas[document.collection].removed.insert(row.number)
            end(document, .waits(after: 0, attempts: nil))
        } else {
            row.sentFrom = 0
            row.sentVersion = 0
            end(document, .done)
        }
        change(document, row, reason)
    }

    mutating func release(_ document: LeasedDocument, after delay: Int64, isAttempt: Bool) {
        end(document, .waits(after: delay, attempts: isAttempt ? 1 : 0))
    }

    /// A newer version goes at once, its attempts anew; `isFound` says that searches have the one
    /// before.
    private mutating func end(_ document: LeasedDocument, _ end: End, isFound: Bool = false) {
        let newer = End.waits(after: 0, attempts: nil, isFound: isFound)
        let end = document.isOvertaken ? newer : end
        ends.append((document.key, end))
    }

    // MARK: Writing

    /// What makes the changes durable, but for those of the collections.
    var statements: [SQLStatement] {
        var statements: [SQLStatement] = []
        if !documents.isEmpty { statements.append(update) }
        if !outdated.isEmpty { statements.append(forgetting) }
        var done: [DocumentKey] = []
        var waits: [(key: DocumentKey, delay: Int64, attempts: Int64?, isFound: Bool)] = []
        for (key, end) in ends {
            switch end {
            case .done: done.append(key)
            case .waits(let delay, let attempts, let isFound):
                waits.append((key, delay, attempts, isFound))
            }
        }
        if !done.isEmpty { statements.append(Self.deletion(of: done)) }
        if !waits.isEmpty { statements.append(Self.release(waits)) }
        return statements
    }

    private var update: SQLStatement {
        let list = """
            unnest($1, $2, $3, $4, $5, $6, $7, $8)
                AS w(tenant_id, number, state, indexed, sent_from, sent_version, applied, error)
            """
        return SQLStatement(
            """
            UPDATE docket.documents d SET state = w.state, indexed_version = w.indexed,
                sent_from = w.sent_from, sent_version = w.sent_version, applied = w.applied,
                error = w.error, updated_us = (SELECT docket.now_us())
            FROM \(RowPlaces.of("documents", in: list)) WHERE d.ctid = w.row
            """,
            .numbers(documents.map(\.tenant.number)),
            .numbers(documents.map(\.row.number)),
            .numbers(documents.map(\.row.state.rawValue)),
            .numbers(documents.map(\.row.indexedVersion)),
            .numbers(documents.map(\.row.sentFrom)),
            .numbers(documents.map(\.row.sentVersion)),
            .booleans(documents.map(\.row.isApplied)),
            .texts(documents.map(\.error))
        )
    }

    private var forgetting: SQLStatement {
        SQLStatement(
            RowPlaces.deletion(
                from: "versions",
                in: "unnest($1, $2, $3) AS w(tenant_id, number, below)",
                and: "r.version < w.below"
            ),
            .numbers(outdated.map(\.key.tenant)),
            .numbers(outdated.map(\.key.number)),
            .numbers(outdated.map(\.below))
        )
    }

    private static func deletion(of keys: [DocumentKey]) -> SQLStatement {
        SQLStatement(
            RowPlaces.deletion(from: "outbox", in: "unnest($1, $2) AS w(tenant_id, number)"),
            .numbers(keys.map(\.tenant)),
            .numbers(keys.map(\.number))
        )
    }

    private static func release(
        _ waits: [(key: DocumentKey, delay: Int64, attempts: Int64?, isFound: Bool)]
    ) -> SQLStatement {
        let list = "unnest($1, $2, $3, $4, $5) AS w(tenant_id, number, delay, attempts, found)"
        return SQLStatement(
            """
            UPDATE docket.outbox o SET lease_token = NULL, leased_version = NULL,
                due_us = (SELECT docket.now_us()) + w.delay,
                attempts = coalesce(o.attempts + w.attempts, 0),
                moving = o.moving AND NOT w.found
            FROM \(RowPlaces.of("outbox", in: list)) WHERE o.ctid = w.row
            """,
            .numbers(waits.map(\.key.tenant)),
            .numbers(waits.map(\.key.number)),
            .integers(waits.map(\.delay)),
            .optionalIntegers(waits.map(\.attempts)),
            .booleans(waits.map(\.isFound))
        )
    }
}
