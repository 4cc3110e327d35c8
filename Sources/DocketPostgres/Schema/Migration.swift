package import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// Brings a database to this version's schema, as the role that owns it.
package struct Migration: Sendable {
    /// The newest schema; rises with each step.
    package static let version: Int64 = 11

    /// What leads to each version from the one before.
    private static let steps: [[String]] = [
        DirectoryTables.statements + TenantTables.statements + AccessRules.statements,
        DocumentColumns.statements,
        RebuildTables.statements,
        LagColumns.statements,
        // Schemas have languages, which servers of before cannot read.
        [],
        HoldColumns.statements,
        SeriesColumns.statements,
        PoolColumns.statements,
        ClusterTables.statements,
        RestoreTables.statements,
        RetentionColumns.statements,
    ]

    /// A step may rewrite tables.
    private static let limits = SessionLimits(statement: .seconds(3600), commit: .seconds(60))

    /// The version that was found, 0 for a new database.
    package let found: Int64
    package let now: Int64

    /// Migrates by the owner's login, if there is something to do.
    ///
    /// Servers may run meanwhile.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` for a newer schema, which is left as it is;
    ///   `unavailable` when the server cannot be reached.
    package static func run(_ login: Login) async throws(DocketError) -> Migration {
        try await run(login, to: version)
    }

    static func run(_ login: Login, to version: Int64) async throws(DocketError) -> Migration {
        let connection: PostgresConnection
        do {
            connection = try PostgresConnection(name: "migration", login, limits)
        } catch {
            throw DocketError(.unavailable, "no thread can be started")
        }
        defer { connection.shutdown() }
        do throws(PostgresError) {
            try await connection.open()
        } catch {
            throw error.docketError
        }
        let outcome = await connection.perform(WorkLimit()) { session in
            try session.transaction { try migrate(session, to: version) }
        }
        await connection.close()
        guard let result = outcome.result else {
            throw DocketError(.unavailable, "the connection was lost")
        }
        return try result.get()
    }

    private static func migrate(
        _ session: PostgresSession,
        to version: Int64
    ) throws -> Migration {
        // One at a time, also through a pool that gives each transaction another server.
        let lock = "SELECT pg_advisory_xact_lock(hashtextextended('docket.migration', 0))"
        _ = try session.run(
            SQLStatement(lock),
            SQLStatement("CREATE SCHEMA IF NOT EXISTS docket"),
            SQLStatement(
                """
                CREATE TABLE IF NOT EXISTS docket.schema_versions(
                    version bigint PRIMARY KEY,
                    made_at timestamptz NOT NULL DEFAULT now()
                )
                """
            )
        )
        let found = try SchemaCheck.version(session)
        guard found <= version else { throw SchemaCheck.newer(found) }
        for step in found..<version {
            _ = try session.run(
                steps[Int(step)].map { SQLStatement($0) } + [
                    SQLStatement(
                        "INSERT INTO docket.schema_versions(version) VALUES ($1)",
                        .integer(step + 1)
                    )
                ]
            )
        }
        if found == 0 {
            _ = try session.run(
                SQLStatement(
                    "INSERT INTO docket.server(secret) VALUES ($1)",
                    .bytes(RandomBytes.make(32))
                )
            )
        }
        return Migration(found: found, now: version)
    }
}
