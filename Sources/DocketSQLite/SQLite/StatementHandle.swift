internal import CDocketSQLite

/// A parameter of a statement.
enum SQLValue {
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
    case null
}

extension SQLValue {
    /// A number as SQLite keeps it; versions and numbers of documents stay below 2^63.
    static func number(_ value: some BinaryInteger) -> SQLValue {
        .integer(Int64(truncatingIfNeeded: value))
    }

    static func optional(_ value: Int64?) -> SQLValue { value.map { .integer($0) } ?? .null }
}

/// Owns one prepared statement.
@safe final class StatementHandle {
    private let statement: OpaquePointer
    private unowned let owner: ConnectionHandle
    private(set) var isIdle = true

    init(
        preparing sql: String,
        on owner: ConnectionHandle,
        _ connection: OpaquePointer
    ) throws(SQLiteError) {
        var made: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = unsafe sqlite3_prepare_v3(connection, sql, -1, flags, &made, nil)
        guard code == SQLITE_OK, let made = unsafe made else { throw owner.error(code) }
        unsafe statement = made
        self.owner = owner
    }

    deinit { unsafe sqlite3_finalize(statement) }

    /// The statement itself, for C that runs and resets it while nobody else does.
    var lent: OpaquePointer { unsafe statement }

    func bind(_ values: [SQLValue]) throws(SQLiteError) {
        for (place, value) in values.enumerated() { try bind(Int32(place + 1), value) }
    }

    /// Parameters count from 1.
    func bind(_ index: Int32, _ value: SQLValue) throws(SQLiteError) {
        // Possible return codes: NOMEM, TOOBIG, RANGE; MISUSE only for a statement under way.
        let code =
            switch value {
            case .integer(let number): unsafe sqlite3_bind_int64(statement, index, number)
            case .real(let number): unsafe sqlite3_bind_double(statement, index, number)
            case .text(let text): bind(index, text)
            case .blob(let bytes): bind(index, bytes)
            case .null: unsafe sqlite3_bind_null(statement, index)
            }
        guard code == SQLITE_OK else { throw owner.error(code) }
    }

    private func bind(_ index: Int32, _ text: String) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                // An empty string may have no address, which would bind NULL.
                guard let start = characters.baseAddress else {
                    return unsafe docket_sqlite_bind_text(statement, index, "", 0)
                }
                let count = UInt64(characters.count)
                return unsafe docket_sqlite_bind_text(statement, index, start, count)
            }
        }
    }

    private func bind(_ index: Int32, _ bytes: [UInt8]) -> Int32 {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress, unsafe !buffer.isEmpty else {
                return unsafe sqlite3_bind_zeroblob(statement, index, 0)
            }
            return unsafe docket_sqlite_bind_blob(statement, index, start, UInt64(buffer.count))
        }
    }

    /// The next row; false when there is none.
    func step() throws(SQLiteError) -> Bool {
        isIdle = false
        // Possible return codes: ROW, DONE, and whatever the statement fails with.
        switch unsafe sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw owner.error(code)
        }
    }

    /// Makes the statement ready for another run; its failure was thrown by `step`.
    func reset() {
        unsafe sqlite3_reset(statement)
        unsafe sqlite3_clear_bindings(statement)
        isIdle = true
    }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(statement, column) }

    func unsigned(_ column: Int32) -> UInt64 { UInt64(bitPattern: integer(column)) }

    func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(statement, column) }

    func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(statement, column) == SQLITE_NULL
    }

    func text(_ column: Int32) -> String {
        guard let start = unsafe sqlite3_column_text(statement, column) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(statement, column))
        return unsafe String(
            decoding: UnsafeBufferPointer(start: start, count: count),
            as: UTF8.self
        )
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(statement, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(statement, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Lends the bytes of a column of the current row.
    func withBytes<Value>(
        _ column: Int32,
        _ body: (RawSpan) throws -> Value
    ) rethrows -> Value {
        guard let start = unsafe sqlite3_column_blob(statement, column) else {
            return try body(RawSpan())
        }
        let count = Int(unsafe sqlite3_column_bytes(statement, column))
        let buffer = unsafe UnsafeRawBufferPointer(start: start, count: count)
        return try body(unsafe buffer.bytes)
    }
}
