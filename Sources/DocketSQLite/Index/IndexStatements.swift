internal import CDocketPostings

/// The statements by which C reads and writes a collection's index.
///
/// They belong to the connection, whose work at the time has them alone.
@safe struct IndexStatements {
    let connection: ConnectionHandle
    let tables: CollectionTables
    private let page: StatementHandle
    private let nextPage: StatementHandle
    private let block: StatementHandle
    private let chunk: StatementHandle

    init(_ connection: ConnectionHandle, _ tables: CollectionTables) throws(SQLiteError) {
        self.connection = connection
        self.tables = tables
        let columns = "SELECT first, place FROM \(tables.pages) WHERE segment = ?1"
        page = try connection.prepared(
            columns + " AND first <= ?2 ORDER BY first DESC LIMIT 1"
        )
        nextPage = try connection.prepared(columns + " AND first > ?2 ORDER BY first LIMIT 1")
        block = try connection.prepared("SELECT data FROM \(tables.blocks) WHERE id = ?1")
        chunk = try connection.prepared("SELECT data FROM \(tables.chunks) WHERE id = ?1")
    }

    var reading: docket_reading {
        unsafe docket_reading(
            page: page.lent,
            next_page: nextPage.lent,
            block: block.lent,
            chunk: chunk.lent
        )
    }

    /// Marks a document dead in a segment; false where it was.
    func markDead(_ document: UInt32, in segment: UInt32, _ writing: IndexWriting) throws -> Bool {
        var (reading, lent, wasDead) = unsafe (self.reading, writing.lent, false)
        try connection.checkIndex(
            unsafe docket_mark_dead(&reading, &lent, segment, document, &wasDead)
        )
        return !wasDead
    }
}

/// The statements by which C writes.
@safe struct IndexWriting {
    private let page: StatementHandle
    private let block: StatementHandle
    private let chunk: StatementHandle

    init(_ connection: ConnectionHandle, _ tables: CollectionTables) throws(SQLiteError) {
        page = try connection.prepared(
            "INSERT INTO \(tables.pages)(segment, first, place) VALUES (?1, ?2, ?3)"
        )
        block = try connection.prepared(
            "INSERT INTO \(tables.blocks)(id, data) VALUES (?1, ?2)"
        )
        chunk = try connection.prepared(
            "INSERT OR REPLACE INTO \(tables.chunks)(id, data) VALUES (?1, ?2)"
        )
    }

    var lent: docket_writing {
        unsafe docket_writing(page: page.lent, block: block.lent, chunk: chunk.lent)
    }
}

extension SQLiteError {
    /// What a function of the index returned: SQLite's own failure, or one that it found itself.
    static func index(_ code: Int32, _ connection: ConnectionHandle) -> SQLiteError {
        let error = connection.error(code)
        return SQLiteError(code: error.code, text: "search index: \(error.text)")
    }
}

extension ConnectionHandle {
    /// - Throws: ``SQLiteError`` where `code`, which a function of the index returned, is none of
    ///   success.
    func checkIndex(_ code: Int32) throws(SQLiteError) {
        guard code != 0 else { return }
        throw SQLiteError.index(code, self)
    }
}
