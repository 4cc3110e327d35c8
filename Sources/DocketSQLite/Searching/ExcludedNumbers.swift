/// The documents that match what a search excludes, read beside candidates in ascending order.
final class ExcludedNumbers {
    private let statement: StatementHandle
    private var next: Int64?

    init(_ expression: String, _ connection: ConnectionHandle, _ tables: CollectionTables) throws {
        statement = try connection.prepared(
            "SELECT rowid FROM \(tables.search) WHERE \(tables.search) MATCH ?1 ORDER BY rowid"
        )
        try statement.bind(1, .text(expression))
        try advance()
    }

    /// Whether the document is excluded; numbers asked for must ascend.
    func contains(_ number: Int64) throws -> Bool {
        while let next, next < number { try advance() }
        return next == number
    }

    private func advance() throws {
        next = try statement.step() ? statement.integer(0) : nil
    }

    deinit { statement.reset() }
}
