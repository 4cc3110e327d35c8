internal import DocketCore

/// The documents that one transaction of a tenant writes: their locked rows, what becomes of them,
/// and the counts that follow.
///
/// A document may be written more than once; its row goes out at the end, whole and once.
struct DocumentChanges {
    private struct Key: Hashable {
        let collection: UInt32
        let id: ByteString
    }

    /// Versions, and numbers for new documents, that were drawn under the locks.
    private var drawn: ArraySlice<(version: Int64, number: Int64)> = []
    private var rows: [Key: DocumentRow] = [:]
    var deltas = CollectionDeltas()
    let tenant: TenantID

    init(_ tenant: TenantID) { self.tenant = tenant }

    mutating func load(_ documents: ResultHandle, drawn: ResultHandle) throws {
        for row in try documents.all({ row throws(DocketError) in try DocumentRow(row) }) {
            rows[Key(collection: row.collection, id: ByteString(row.id))] = row
        }
        self.drawn = drawn.all { ($0.integer(0), $0.integer(1)) }[...]
    }

    private mutating func draw() throws -> (version: Int64, number: Int64) {
        guard let next = drawn.popFirst() else {
            throw DocketError(.internalError, "too few versions were drawn")
        }
        return next
    }

    private mutating func count(_ collection: UInt32, _ body: (inout CollectionDelta) -> Void) {
        body(&deltas[CollectionReference(tenant: tenant, number: collection)])
    }

    subscript(_ collection: UInt32, _ id: String) -> DocumentRow? {
        rows[Key(collection: collection, id: ByteString(id))]
    }

    // MARK: Changing

    /// A new version of the document, in its place or new.
    mutating func put(_ document: BoundDocument, in collection: UInt32) throws -> WriteOutcome {
        let (version, number) = try draw()
        let key = Key(collection: collection, id: ByteString(document.id))
        var row =
            rows[key] ?? DocumentRow(number: number, collection: collection, id: document.id)
        let old = row
        row.version = version
        row.state = .indexing
        row.bytes = document.bytes
        row.isApplied = false
        row.content = document
        row.delivery = .queued
        rows[key] = row
        count(collection) { delta in
            Self.leave(old, &delta)
            delta.count(.indexing, by: 1)
            delta.bytes += Int64(document.bytes)
            if old.isDeleted, old.version > 0 { delta.keptDeletions -= old.keptBytes }
            // A failed or deleted one is shown again by its new version alone.
            if old.state == .failed || old.state == .deleting { delta.changesRemoved = true }
            delta.removed.remove(row.number)
        }
        return .accepted(version: UInt64(bitPattern: version), state: .indexing)
    }

    /// Deletes one that is there; what the index never had is gone at once.
    mutating func delete(_ id: String, in collection: UInt32) throws -> WriteOutcome {
        let key = Key(collection: collection, id: ByteString(id))
        guard var row = rows[key], !row.isDeleted else {
            return .rejected(DocketError.missing("id", "there is no such document"))
        }
        let old = row
        row.version = try draw().version
        row.state = row.sentFrom > 0 ? .deleting : .deleted
        row.indexedVersion = 0
        row.isApplied = false
        row.content = nil
        row.delivery = row.state == .deleting ? .queued : .withdrawn
        rows[key] = row
        count(collection) { delta in
            Self.leave(old, &delta)
            delta.count(row.state, by: 1)
            delta.keptDeletions += row.keptBytes
            if old.isShown {
                delta.raisesHard = true
                delta.removed.insert(row.number)
            }
        }
        return .accepted(version: UInt64(bitPattern: row.version), state: row.state)
    }

    private static func leave(_ old: DocumentRow, _ delta: inout CollectionDelta) {
        delta.count(old.state, by: -1)
        if old.isApplied { delta.applied -= 1 }
        if !old.isDeleted { delta.bytes -= Int64(old.bytes) }
    }

    /// The newest version that waits for the index; nil where none does.
    var queued: WorkHint? {
        let newest = rows.values.filter { $0.delivery == .queued }.max { $0.version < $1.version }
        return newest.map { row in
            WorkHint(
                tenant: tenant,
                document: UInt64(bitPattern: row.number),
                version: UInt64(bitPattern: row.version)
            )
        }
    }

    // MARK: Writing

    /// What makes the changes durable, but for those of the collections.
    var statements: [SQLStatement] {
        let changed = rows.values.filter { $0.delivery != nil }
        guard !changed.isEmpty else { return [] }
        let me = SQLValue.number(tenant.number)
        let new = changed.filter(\.isNew)
        let old = changed.filter { !$0.isNew }
        var statements: [SQLStatement] = []
        if !new.isEmpty { statements.append(Self.insertion(of: new, me)) }
        if !old.isEmpty {
            statements.append(Self.update(of: old, me))
            statements.append(Self.forgetting(old, me))
        }
        let contents = changed.compactMap { row in row.content.map { (row, $0) } }
        if !contents.isEmpty { statements.append(Self.insertion(of: contents, me)) }
        return statements + outbox(changed, me)
    }

    private static func insertion(of rows: [DocumentRow], _ me: SQLValue) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO docket.documents(tenant_id, number, collection, id, version, state, bytes,
                created_us, updated_us)
            SELECT $1, w.number, w.collection, w.id, w.version, w.state, w.bytes, n.us, n.us
            FROM unnest($2, $3, $4, $5, $6, $7)
                    AS w(number, collection, id, version, state, bytes),
                (SELECT docket.now_us() AS us) n
            """,
            me,
            .numbers(rows.map(\.number)),
            .numbers(rows.map(\.collection)),
            .texts(rows.map(\.id)),
            .numbers(rows.map(\.version)),
            .numbers(rows.map(\.state.rawValue)),
            .numbers(rows.map(\.bytes))
        )
    }

    private static func update(of rows: [DocumentRow], _ me: SQLValue) -> SQLStatement {
        let list = "unnest($2, $3, $4, $5, $6) AS w(number, version, state, bytes, indexed)"
        return SQLStatement(
            """
            UPDATE docket.documents d SET version = w.version, state = w.state, bytes = w.bytes,
                indexed_version = w.indexed, applied = false, error = '',
                updated_us = (SELECT docket.now_us())
            FROM \(RowPlaces.of("documents", in: list, tenant: "$1")) WHERE d.ctid = w.row
            """,
            me,
            .numbers(rows.map(\.number)),
            .numbers(rows.map(\.version)),
            .numbers(rows.map(\.state.rawValue)),
            .numbers(rows.map(\.bytes)),
            .numbers(rows.map(\.indexedVersion))
        )
    }

    /// Contents that no search can show any longer: those of deleted documents, and versions that
    /// were never sent.
    private static func forgetting(_ rows: [DocumentRow], _ me: SQLValue) -> SQLStatement {
        SQLStatement(
            RowPlaces.deletion(
                from: "versions",
                in: "unnest($2, $3) AS w(number, above)",
                tenant: "$1",
                and: "r.version > w.above"
            ),
            me,
            .numbers(rows.map(\.number)),
            .numbers(rows.map { $0.isDeleted ? 0 : $0.sentVersion })
        )
    }

    private static func insertion(
        of contents: [(row: DocumentRow, content: BoundDocument)],
        _ me: SQLValue
    ) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO docket.versions(tenant_id, number, version, title, body, attributes)
            SELECT $1, w.* FROM unnest($2, $3, $4, $5, $6)
                AS w(number, version, title, body, attributes)
            """,
            me,
            .numbers(contents.map(\.row.number)),
            .numbers(contents.map(\.row.version)),
            .texts(contents.map(\.content.title)),
            .texts(contents.map(\.content.body)),
            .byteArrays(contents.map { AttributeBlobCodec.encode($0.content.attributes) })
        )
    }

    private func outbox(_ rows: [DocumentRow], _ me: SQLValue) -> [SQLStatement] {
        var statements: [SQLStatement] = []
        let queued = rows.filter { $0.delivery == .queued }
        if !queued.isEmpty {
            statements.append(
                OutboxRows.queueing(queued.map { (tenant, $0.number) }, queued.map(\.version))
            )
        }
        let withdrawn = rows.filter { $0.delivery == .withdrawn && !$0.isNew }
        if !withdrawn.isEmpty {
            statements.append(
                SQLStatement(
                    "DELETE FROM docket.outbox WHERE tenant_id = $1 AND number = ANY($2)",
                    me,
                    .numbers(withdrawn.map(\.number))
                )
            )
        }
        return statements
    }
}
