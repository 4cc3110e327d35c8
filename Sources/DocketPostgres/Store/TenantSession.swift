internal import DocketCore

/// The rows of one tenant, as its calls read and write them.
///
/// Row level security hides the rows of others; every statement names the tenant as well.
struct TenantSession {
    let tenant: TenantID
    let session: PostgresSession

    /// `$1` of every statement.
    var me: SQLValue { .number(tenant.number) }

    /// Writers of a tenant go one after the other, whichever servers they are on: what they read
    /// stays as it is until they end, but for what the worker does.
    var writeLock: SQLStatement {
        SQLStatement("SELECT pg_advisory_xact_lock(hashtextextended('docket.writes', $1))", me)
    }

    /// Answers one row if the collection lives.
    func presence(_ collection: Collection) -> SQLStatement {
        SQLStatement(
            """
            SELECT 1 FROM docket.collections
            WHERE tenant_id = $1 AND number = $2 AND deleted_us IS NULL
            """,
            me,
            .number(collection.number)
        )
    }

    /// Runs a statement about a living collection.
    ///
    /// - Throws: ``DocketError`` `notFound` when it is gone.
    func read(_ collection: Collection, _ statement: SQLStatement) throws -> ResultHandle {
        let results = try session.run(presence(collection), statement)
        guard results[0].count > 0 else { throw DocketError.noCollection(collection.name) }
        return results[1]
    }
}

/// A collection as its row says; `columns` are what `init(_:at:)` reads.
extension Collection {
    static let columns =
        "c.number, c.name, c.schema, c.schema_epoch, c.created_us, c.place, c.series"
    /// How many those are.
    static let width = 7

    init(_ row: SQLRow, at column: Int = 0) throws(DocketError) {
        self.init(
            number: UInt32(truncatingIfNeeded: row.integer(column)),
            name: try row.text(column + 1),
            schema: try SchemaCodec.decode(row.bytes(column + 2)),
            schemaEpoch: row.unsigned(column + 3),
            createdMicroseconds: row.integer(column + 4)
        )
        if !row.isNull(column + 5) { place = IndexPlace(name: try row.text(column + 5)) }
        if !row.isNull(column + 6) { series = IndexSeries(try row.text(column + 6)) }
    }
}
