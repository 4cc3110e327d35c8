internal import Foundation

/// A database of its own with Docket's schema, for a server or a store of the test's own.
package struct DocketDatabase: Sendable {
    /// Who connects; each is a user with one of the rights that Docket gives out.
    package enum User: String, CaseIterable, Sendable {
        case app
        case worker

        fileprivate var name: String { "docket_test_\(rawValue)" }
    }

    /// The PostgreSQL, whatever is in front of it.
    package let server: PostgresServer
    package let name: String
    private let front: PostgresServer
    private let folder: TestFolder

    /// Copies a database that `docketd migrate` has made once.
    ///
    /// - Parameters:
    ///   - server: The PostgreSQL that keeps it.
    ///   - front: Where Docket connects, when that is a PgBouncer.
    ///   - folder: Where the files with passwords are, for as long as it is there; by default one
    ///     of this database.
    /// - Returns: The copy.
    /// - Throws: ``EngineFailed``.
    package static func make(
        on server: PostgresServer,
        behind front: PostgresServer? = nil,
        in folder: TestFolder? = nil
    ) async throws -> DocketDatabase {
        let template = try await MigratedTemplates.shared.template(of: server)
        let name = try await server.makeDatabase(from: template)
        return try DocketDatabase(server, name, front ?? server, folder)
    }

    /// A database without anything in it, on a server that has the users.
    package static func empty(
        on server: PostgresServer,
        in folder: TestFolder
    ) async throws -> DocketDatabase {
        _ = try await MigratedTemplates.shared.template(of: server)
        return try DocketDatabase(server, try await server.makeDatabase(), server, folder)
    }

    /// The database on a server that was made of a backup of its server.
    package func restored(on server: PostgresServer) throws -> DocketDatabase {
        try DocketDatabase(server, name, server, folder)
    }

    fileprivate init(
        _ server: PostgresServer,
        _ name: String,
        _ front: PostgresServer,
        _ folder: TestFolder? = nil
    ) throws {
        self.server = server
        self.name = name
        self.front = front
        let folder = try folder ?? TestFolder()
        self.folder = folder
        for user in User.allCases { try folder.write(user.rawValue + "\n", to: user.rawValue) }
        try folder.write(server.password + "\n", to: "owner")
    }

    /// Without a password.
    package func url(of user: User) -> String { url(of: user.name) }

    private func url(of name: String) -> String {
        "postgresql://\(name)@\(front.engine.host):\(front.engine.port)/\(self.name)"
    }

    package func passwordFile(of user: User) -> String { folder.path(user.rawValue) }

    /// What docketd is told to serve from it.
    package var settings: [String: String] {
        [
            "DOCKET_POSTGRES": url(of: .app),
            "DOCKET_POSTGRES_PASSWORD_FILE": passwordFile(of: .app),
            "DOCKET_POSTGRES_WORKER": url(of: .worker),
            "DOCKET_POSTGRES_WORKER_PASSWORD_FILE": passwordFile(of: .worker),
        ]
    }

    /// What `docketd migrate` is told.
    fileprivate var ownerSettings: [String: String] {
        [
            "DOCKET_POSTGRES": url(of: "postgres"),
            "DOCKET_POSTGRES_PASSWORD_FILE": folder.path("owner"),
        ]
    }

    /// Runs `docketd migrate` as the schema's owner.
    package func migrate() async throws -> RunningProgram.End {
        defer { withExtendedLifetime(folder) {} }
        return try await RunningProgram.run("docketd", ["migrate"], environment: ownerSettings)
    }

    /// Runs statements as the superuser; returns the rows, values parted by `|`.
    @discardableResult
    package func sql(_ statements: String) async throws -> [String] {
        try await server.run(statements, in: name)
    }

    /// Takes the database away, whoever is still connected.
    package func drop() async throws {
        try await server.run("DROP DATABASE \(name) WITH (FORCE)")
    }
}

/// One migrated database for each PostgreSQL, which others are copied from.
private actor MigratedTemplates {
    static let shared = MigratedTemplates()

    private var made: [UInt16: Task<String, any Error>] = [:]

    func template(of server: PostgresServer) async throws -> String {
        if let task = made[server.engine.port] { return try await task.value }
        let task = Task {
            let database = try DocketDatabase(server, await server.makeDatabase(), server)
            let end = try await database.migrate()
            guard end.status == 0 else {
                throw EngineFailed(kind: server.engine.kind, lines: end.errors)
            }
            for user in DocketDatabase.User.allCases {
                try await server.run(
                    "CREATE ROLE \(user.name) LOGIN PASSWORD '\(user)' IN ROLE docket_\(user)"
                )
            }
            return database.name
        }
        made[server.engine.port] = task
        return try await task.value
    }
}
