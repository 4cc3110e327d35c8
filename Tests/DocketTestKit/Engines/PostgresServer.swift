internal import Foundation

/// A PostgreSQL of the tests, or the PgBouncer in front of one.
package struct PostgresServer: Sendable {
    package let engine: Engine
    /// Of the superuser `postgres`.
    package let password: String

    /// What libpq connects by.
    ///
    /// - Parameters:
    ///   - database: Its name, without what a URL would have to escape.
    ///   - user: A role; the superuser unless given.
    ///   - password: The role's, without what a URL would have to escape.
    /// - Returns: A URL with the password in it.
    package func url(
        database: String = "postgres",
        user: String = "postgres",
        password: String? = nil
    ) -> String {
        let secret = password ?? self.password
        return "postgresql://\(user):\(secret)@\(engine.host):\(engine.port)/\(database)"
    }

    /// Makes a database with a name of its own, empty or a copy.
    ///
    /// - Parameter template: What is copied, to which nobody may be connected.
    /// - Returns: The name.
    /// - Throws: ``EngineFailed``.
    package func makeDatabase(from template: String = "template1") async throws -> String {
        let name = "test_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        try await run("CREATE DATABASE \(name) TEMPLATE \(template)")
        return name
    }

    /// Runs statements by psql.
    ///
    /// - Parameters:
    ///   - statements: SQL.
    ///   - database: Where.
    ///   - user: The role; the superuser unless given.
    ///   - password: The role's.
    /// - Returns: The rows, values parted by `|`.
    /// - Throws: ``EngineFailed`` with what psql says when a statement fails.
    @discardableResult
    package func run(
        _ statements: String,
        in database: String = "postgres",
        user: String = "postgres",
        password: String? = nil
    ) async throws -> [String] {
        let url = url(database: database, user: user, password: password)
        let end = try await RunningProgram.run(
            "/usr/bin/env",
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", statements, url]
        )
        guard end.status == 0 else { throw EngineFailed(kind: engine.kind, lines: end.errors) }
        return end.output
    }
}
