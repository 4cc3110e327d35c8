internal import DocketCore

/// What the truth says of one document, without its contents.
struct DocumentRow {
    var number: Int64
    var version: UInt64
    var state: DocumentState
    var bytes: Int
    /// Whether the search index has a row for it, visible or not.
    var isInIndex: Bool

    /// Of the id.
    var idBytes: Int
    /// When the version was uploaded, unless it is indexed.
    var updatedMicroseconds: Int64

    static let columns =
        "number, version, state, bytes, in_index, length(CAST(id AS BLOB)), updated_us"

    /// What it is counted as once it is deleted.
    var keptBytes: Int { KeptBytes.rowBytes + idBytes }
    var isDeleted: Bool { state == .deleting || state == .deleted }

    init(_ row: StatementHandle) throws {
        number = row.integer(0)
        version = row.unsigned(1)
        guard let state = DocumentState(rawValue: UInt8(truncatingIfNeeded: row.integer(2))) else {
            throw DocketError(.dataLoss, "the state of a document is damaged")
        }
        self.state = state
        bytes = Int(row.integer(3))
        isInIndex = row.integer(4) != 0
        idBytes = Int(row.integer(5))
        updatedMicroseconds = row.integer(6)
    }
}

extension TenantWriter {
    func document(_ id: String, in collection: UInt32) throws -> DocumentRow? {
        try connection.first(
            "SELECT \(DocumentRow.columns) FROM documents WHERE collection = ?1 AND id = ?2",
            .number(collection),
            .text(id),
            row: DocumentRow.init
        )
    }

    func document(_ number: Int64) throws -> DocumentRow? {
        try connection.first(
            "SELECT \(DocumentRow.columns) FROM documents WHERE number = ?1",
            .integer(number),
            row: DocumentRow.init
        )
    }

    /// Takes the document out of what searches see, now; false when they did not see it.
    func hide(_ number: Int64, in collection: UInt32) throws -> Bool {
        let place = try connection.first(
            "SELECT segment, words FROM documents WHERE number = ?1 AND indexed_version <> 0",
            .integer(number),
            row: { (segment: UInt32(truncatingIfNeeded: $0.integer(0)), words: Int($0.integer(1))) }
        )
        guard let place else { return false }
        try retire(number, place, in: collection)
        var living = LivingDocuments(connection, CollectionTables(collection: collection))
        try living.remove(UInt32(truncatingIfNeeded: number))
        return true
    }

    /// Marks the indexed version dead, with so many words in the segment that it came into.
    func retire(
        _ number: Int64,
        _ place: (segment: UInt32, words: Int),
        in collection: UInt32
    ) throws {
        try SegmentTable(connection, CollectionTables(collection: collection)).markDead(
            UInt32(truncatingIfNeeded: number),
            from: place.segment,
            words: place.words
        )
        unsettled.insert(collection)
        try connection.run("DELETE FROM indexed_contents WHERE number = ?1", .integer(number))
    }

    /// Takes back what is still to be done for the version before this one.
    func withdraw(_ row: DocumentRow, in collection: UInt32) throws {
        guard row.state == .indexing || row.state == .deleting else { return }
        try connection.run("DELETE FROM outbox WHERE version = ?1", .number(row.version))
        if row.state == .indexing {
            try connection.run("DELETE FROM applied WHERE number = ?1", .integer(row.number))
            if connection.changes > 0 { state.collections[collection]?.applied -= 1 }
        }
    }
}
