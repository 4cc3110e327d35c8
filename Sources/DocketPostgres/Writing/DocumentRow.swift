internal import DocketCore

/// What the truth says of one document, without its contents, and what a transaction makes of it.
struct DocumentRow {
    /// What becomes of the document's row of the outbox.
    enum Delivery {
        /// The newest version goes to the index, or the document out of it.
        case queued
        /// There is nothing to do for the index.
        case withdrawn
    }

    let number: Int64
    let collection: UInt32
    let id: String
    /// Not in the table yet.
    let isNew: Bool
    var version: Int64
    var state: DocumentState
    var bytes: Int
    /// The first and the last version that the index may hold; 0 when it holds none.
    var sentFrom: Int64 = 0
    var sentVersion: Int64 = 0
    var indexedVersion: Int64 = 0
    /// Searches find the newest version and the status does not say so yet.
    var isApplied = false
    /// nil when the transaction leaves the document as it is.
    var delivery: Delivery?
    /// The contents of a new version.
    var content: BoundDocument?

    static let columns = """
        d.number, d.collection, d.id, d.version, d.state, d.bytes, d.sent_from, d.sent_version,
            d.indexed_version, d.applied
        """
    /// How many those are.
    static let width = 10

    init(number: Int64, collection: UInt32, id: String) {
        self.number = number
        self.collection = collection
        self.id = id
        isNew = true
        version = 0
        state = .deleted
        bytes = 0
    }

    init(_ row: SQLRow, at column: Int = 0) throws(DocketError) {
        number = row.integer(column)
        collection = UInt32(truncatingIfNeeded: row.integer(column + 1))
        id = try row.text(column + 2)
        isNew = false
        version = row.integer(column + 3)
        state = try DocumentState(row, at: column + 4)
        bytes = row.number(column + 5)
        sentFrom = row.integer(column + 6)
        sentVersion = row.integer(column + 7)
        indexedVersion = row.integer(column + 8)
        isApplied = row.boolean(column + 9)
    }

    var isDeleted: Bool { state == .deleting || state == .deleted }

    /// What it is counted as once it is deleted.
    var keptBytes: Int64 { Int64(KeptBytes.row + id.utf8.count) }

    /// Whether searches may show it.
    var isShown: Bool { sentFrom > 0 && (state == .indexing || state == .indexed) }
}

/// What is counted of rows that tell of the past.
enum KeptBytes {
    /// About what a row takes beside what callers chose.
    static let row = 100
}

extension DocumentState {
    /// - Throws: ``DocketError`` `dataLoss` for a number that is no state.
    init(_ row: SQLRow, at column: Int) throws(DocketError) {
        guard let state = DocumentState(rawValue: UInt8(clamping: row.integer(column))) else {
            throw DocketError(.dataLoss, "the state of a document is damaged")
        }
        self = state
    }
}
