internal import CDocketPages
internal import CDocketPostings
internal import CDocketSQLite
internal import Glibc

/// Owns one connection of SQLite with its prepared statements; one thread at a time uses it.
@safe final class ConnectionHandle {
    /// Statements kept prepared; with a hundred collections there are more kinds than that.
    private static let statementsMaximum = 256
    /// Instructions of SQLite between two looks at whether the work is still wanted.
    ///
    /// About 3 µs, or some sixty pages of the search index, each of which takes a few.
    private static let stepsBetweenLooks: Int32 = 250

    /// Statistics of memory are switched off before the first connection of the process.
    private static let isConfigured = docket_sqlite_configure() == SQLITE_OK

    private let connection: OpaquePointer
    /// Whether what is being done is still wanted.
    let watch = WorkWatch()
    /// Pages that are kept, in KiB.
    private var cacheKibibytes = 0
    private var statements: [String: StatementHandle] = [:]

    /// Opens a database whose pages have checksums; `vfs` is nil for the system's own.
    ///
    /// - Throws: ``SQLiteError`` with SQLITE_CANTOPEN for a missing file, unless `creates`; one
    ///   that `mayBeUnchecked` for pages without checksums.
    convenience init(path: String, creates: Bool, vfs: String?) throws(SQLiteError) {
        try self.init(path, creates: creates, takesUnchecked: false, vfs)
        switch unsafe docket_pages_examine(connection) {
        case DOCKET_FILE_CHECKED: break
        case DOCKET_FILE_EMPTY where creates: try reserveChecksums()
        case DOCKET_FILE_EMPTY: throw .damagedPages
        default: throw .uncheckedPages
        }
    }

    /// Opens a database of before there were checksums, to read it; nothing that happens at the
    /// end of the connection changes it.
    convenience init(unchecked path: String, vfs: String?) throws(SQLiteError) {
        try self.init(path, creates: false, takesUnchecked: true, vfs)
        unsafe docket_sqlite_keep_log(connection)
        guard unsafe docket_pages_examine(connection) == DOCKET_FILE_UNCHECKED else {
            throw .damagedPages
        }
    }

    private init(
        _ path: String,
        creates: Bool,
        takesUnchecked: Bool,
        _ vfs: String?
    ) throws(SQLiteError) {
        _ = Self.isConfigured
        guard let system = unsafe docket_pages_vfs(vfs, takesUnchecked ? 1 : 0) else {
            throw SQLiteError(code: SQLITE_ERROR, text: "there is no such file system")
        }
        var opened: OpaquePointer?
        let flags =
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
            | (creates ? SQLITE_OPEN_CREATE : 0)
        let code = unsafe sqlite3_open_v2(path, &opened, flags, system)
        guard code == SQLITE_OK, let made = unsafe opened else {
            let isFull = unsafe Self.isDiskFull(code, opened)
            // Even a failed opening leaves a connection to close; closing nil is harmless.
            unsafe sqlite3_close_v2(opened)
            throw SQLiteError(code: isFull ? SQLITE_FULL : code, text: "cannot open the file")
        }
        unsafe connection = made
        watchProgress()
    }

    deinit {
        statements = [:]
        // A statement still in use keeps the connection alive until it is finalized.
        unsafe sqlite3_close_v2(connection)
    }

    /// Makes room for checksums in a new file, or in what VACUUM makes of this one.
    func reserveChecksums() throws(SQLiteError) {
        let code = unsafe docket_pages_reserve(connection)
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// The numbers of the pages whose checksums are wrong, in use or not; the log must be empty.
    func damagedPages() throws(SQLiteError) -> [UInt32] {
        final class Found { var pages: [UInt32] = [] }
        let found = Found()
        let code = unsafe docket_pages_scan(
            connection,
            { context, page in
                guard let context = unsafe context else { return }
                unsafe Unmanaged<Found>.fromOpaque(context).takeUnretainedValue().pages.append(page)
            },
            Unmanaged.passUnretained(found).toOpaque()
        )
        guard code == SQLITE_OK else { throw error(code) }
        return found.pages
    }

    private func watchProgress() {
        let watch = unsafe indexWatch
        unsafe sqlite3_progress_handler(
            connection,
            Self.stepsBetweenLooks,
            watch.is_stopped,
            watch.context
        )
    }

    /// Asks this connection's ``watch``, which must live as long as what is given it.
    var indexWatch: docket_watch {
        unsafe docket_watch(
            is_stopped: { context in
                guard let context = unsafe context else { return 0 }
                let watch = unsafe Unmanaged<WorkWatch>.fromOpaque(context).takeUnretainedValue()
                return watch.hasEnded() ? 1 : 0
            },
            context: Unmanaged.passUnretained(watch).toOpaque()
        )
    }

    /// What the last call failed with.
    func error(_ code: Int32) -> SQLiteError {
        let text = unsafe sqlite3_errmsg(connection).map { unsafe String(cString: $0) } ?? ""
        let isFull = unsafe Self.isDiskFull(code, connection)
        return SQLiteError(code: isFull ? SQLITE_FULL : code, text: text)
    }

    /// Whether a file could not grow: SQLite says so only of some of them.
    private static func isDiskFull(_ code: Int32, _ connection: OpaquePointer?) -> Bool {
        guard [SQLITE_IOERR, SQLITE_CANTOPEN].contains(code & 0xFF) else { return false }
        return unsafe [ENOSPC, EDQUOT].contains(sqlite3_system_errno(connection))
    }

    /// Pages in memory that the connection may keep.
    func limitCache(toKibibytes kibibytes: Int) throws(SQLiteError) {
        guard kibibytes != cacheKibibytes else { return }
        cacheKibibytes = kibibytes
        try execute("PRAGMA cache_size = -\(kibibytes)")
    }

    /// The prepared statement of this text, reset and without bindings.
    func prepared(_ sql: String) throws(SQLiteError) -> StatementHandle {
        if let statement = statements[sql], statement.isIdle { return statement }
        let statement = try unsafe StatementHandle(preparing: sql, on: self, connection)
        if statements.count >= Self.statementsMaximum { statements.removeAll() }
        statements[sql] = statement
        return statement
    }

    /// Runs statements that have no parameters and whose rows nobody needs.
    func execute(_ sql: String) throws(SQLiteError) {
        // Possible return codes: whatever the statements fail with.
        let code = unsafe sqlite3_exec(connection, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// Runs one statement with these parameters.
    func run(_ sql: String, _ values: SQLValue...) throws(SQLiteError) {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values)
        while try statement.step() {}
    }

    /// The first row of one statement, or nil.
    func first<Value>(
        _ sql: String,
        _ values: SQLValue...,
        row: (StatementHandle) throws -> Value
    ) throws -> Value? {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values)
        guard try statement.step() else { return nil }
        return try row(statement)
    }

    /// All rows of one statement.
    func all<Value>(
        _ sql: String,
        _ values: SQLValue...,
        row: (StatementHandle) throws -> Value
    ) throws -> [Value] {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values)
        var rows: [Value] = []
        while try statement.step() { rows.append(try row(statement)) }
        return rows
    }

    /// The rows of one statement, until `body` returns false.
    func forEachRow(
        _ sql: String,
        _ values: SQLValue...,
        body: (StatementHandle) throws -> Bool
    ) throws {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values)
        while try statement.step() { guard try body(statement) else { return } }
    }

    var lastInsertedRow: Int64 { unsafe sqlite3_last_insert_rowid(connection) }

    /// Rows that the last statement changed.
    var changes: Int { Int(unsafe sqlite3_changes64(connection)) }

    /// False inside a transaction.
    var isOutsideTransaction: Bool { unsafe sqlite3_get_autocommit(connection) != 0 }

    /// Runs `body` on one moment of the data.
    func reading<Value>(_ body: () throws -> Value) throws -> Value {
        try run("BEGIN")
        // Nothing was written, so the end cannot lose anything.
        defer { rollBack() }
        return try body()
    }

    /// Ends a transaction without what it wrote, where one is open.
    ///
    /// A ROLLBACK that a stopped work interrupts would leave it open for the next work.
    func rollBack() {
        guard !isOutsideTransaction else { return }
        watch.unheeded { try? run("ROLLBACK") }
    }
}
