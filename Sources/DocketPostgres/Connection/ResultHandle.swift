internal import CDocketPostgres
internal import DocketCore
internal import DocketSystem

/// Owns one `PGresult` with rows in binary form.
// Because: a result does not change once the library has handed it over.
@safe final class ResultHandle: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// Takes the result over.
    init(takingOwnershipOf pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    deinit { unsafe PQclear(pointer) }

    var count: Int { Int(unsafe PQntuples(pointer)) }

    /// What the statement did, such as `COMMIT` or `UPDATE 2`.
    var tag: String { unsafe PQcmdStatus(pointer).map { unsafe String(cString: $0) } ?? "" }

    /// Rows that the statement changed.
    var changes: Int {
        unsafe PQcmdTuples(pointer).flatMap { unsafe Int(String(cString: $0)) } ?? 0
    }

    /// nil for a result that is no error.
    var error: PostgresError? {
        switch unsafe PQresultStatus(pointer) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_PIPELINE_SYNC: nil
        default:
            PostgresError(
                state: unsafe Self.string(docket_postgres_sqlstate(pointer)),
                text: unsafe Self.string(PQresultErrorMessage(pointer)),
                constraint: unsafe Self.string(docket_postgres_constraint(pointer))
            )
        }
    }

    /// Not run, since a statement before it failed.
    var isSkipped: Bool { unsafe PQresultStatus(pointer) == PGRES_PIPELINE_ABORTED }

    var endsSegment: Bool { unsafe PQresultStatus(pointer) == PGRES_PIPELINE_SYNC }

    private static func string(_ text: UnsafePointer<CChar>?) -> String {
        guard let text = unsafe text else { return "" }
        return unsafe String(cString: text)
    }

    func isNull(_ row: Int, _ column: Int) -> Bool {
        unsafe PQgetisnull(pointer, Int32(row), Int32(column)) != 0
    }

    /// Calls `body` with the bytes of a value; NULL has none.
    func withBytes<Value, Failure: Error>(
        _ row: Int,
        _ column: Int,
        _ body: (RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let length = unsafe PQgetlength(pointer, Int32(row), Int32(column))
        let start = unsafe PQgetvalue(pointer, Int32(row), Int32(column))
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(length))
        return try body(unsafe bytes.bytes)
    }
}

/// A row of a result.
struct SQLRow {
    let result: ResultHandle
    let row: Int

    func isNull(_ column: Int) -> Bool { result.isNull(row, column) }

    /// 0 for NULL.
    func integer(_ column: Int) -> Int64 {
        result.withBytes(row, column) { ArrayCodec.integer($0) } ?? 0
    }

    func optional(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }

    func integers(_ column: Int) -> [Int64] {
        result.withBytes(row, column) { ArrayCodec.integers($0) }
    }

    func number(_ column: Int) -> Int { Int(integer(column)) }

    func unsigned(_ column: Int) -> UInt64 { UInt64(bitPattern: integer(column)) }

    func boolean(_ column: Int) -> Bool { integer(column) != 0 }

    func bytes(_ column: Int) -> [UInt8] { result.withBytes(row, column) { $0.copied() } }

    /// Empty for NULL.
    func text(_ column: Int) throws(DocketError) -> String {
        guard let text = result.withBytes(row, column, { $0.text() }) else {
            throw DocketError(.dataLoss, "stored text is damaged")
        }
        return text
    }

    func tenant(_ column: Int) -> TenantID { TenantID(unsigned(column)) }
}

extension ResultHandle {
    /// What `read` makes of each row.
    func all<Value, Failure: Error>(
        _ read: (SQLRow) throws(Failure) -> Value
    ) throws(Failure) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        for row in 0..<count { values.append(try read(SQLRow(result: self, row: row))) }
        return values
    }

    var rows: [SQLRow] { (0..<count).map { SQLRow(result: self, row: $0) } }

    var first: SQLRow? { count > 0 ? SQLRow(result: self, row: 0) : nil }
}
