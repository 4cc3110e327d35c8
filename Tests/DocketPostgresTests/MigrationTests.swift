internal import DocketCore
internal import DocketTestKit
internal import Testing

@testable internal import DocketPostgres

@Suite("Migration of PostgreSQL", .needs(.postgres), .timeLimit(.minutes(5)))
struct MigrationTests {
    @Test("makes the schema once, however many run at once")
    func once() async throws {
        let server = try await TestDatabase.shared()
        let database = try await server.makeDatabase()
        let folder = try TestFolder()
        let login = try TestDatabase.login(server, database, folder)
        let found = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<4 { group.addTask { try await Migration.run(login).found } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let now = Migration.version
        #expect(found.sorted() == [0, now, now, now])
        #expect(try await server.run("SELECT count(*) FROM docket.server", in: database) == ["1"])
    }

    @Test("refuses a newer schema and leaves it as it is")
    func newer() async throws {
        let (server, database) = try await TestDatabase.migrated()
        let insertion = "INSERT INTO docket.schema_versions(version) VALUES (99)"
        try await server.run(insertion, in: database)
        let folder = try TestFolder()
        let newer = DocketError(
            .failedPrecondition,
            "the database has schema 99, which is newer than \(Migration.version)"
        )
        let login = try TestDatabase.login(server, database, folder)
        await #expect(throws: newer) { try await Migration.run(login) }
        let store = try PostgresStore(PostgresConfiguration(login: login))
        await #expect(throws: newer) { try await store.checkSchema(work: .test) }
        await store.close()
    }

    @Test("keeps what the first schema holds, and knows what is removed and deleted")
    func fromFirst() async throws {
        let server = try await TestDatabase.shared()
        let database = try await server.makeDatabase()
        let folder = try TestFolder()
        let login = try TestDatabase.login(server, database, folder)
        _ = try await Migration.run(login, to: 1)
        let insertion = """
            INSERT INTO docket.documents(tenant_id, number, collection, id, version, state, bytes,
                created_us, updated_us)
            SELECT 1, n, 1, 'd' || n, 7, n, 0, 0, 100 + n FROM generate_series(1, 5) n
            """
        try await server.run(insertion, in: database)
        #expect(try await Migration.run(login).found == 1)
        let query = "SELECT state, removed, deleted_us FROM docket.documents ORDER BY number"
        let rows = try await server.run(query, in: database)
        #expect(rows == ["1|f|", "2|f|", "3|t|", "4|t|", "5|f|105"])
    }

    @Test("is asked for where there is no schema")
    func missing() async throws {
        let server = try await TestDatabase.shared()
        let database = try await server.makeDatabase()
        let folder = try TestFolder()
        let login = try TestDatabase.login(server, database, folder)
        let store = try PostgresStore(PostgresConfiguration(login: login))
        let missing = DocketError(
            .failedPrecondition,
            "the database has no schema of Docket: run docketd migrate"
        )
        await #expect(throws: missing) { try await store.checkSchema(work: .test) }
        await store.close()
    }

    @Test("takes no URL with a password or with options")
    func urls() throws {
        #expect(throws: DocketError.self) { try Login(url: "postgresql://a:b@localhost/c") }
        #expect(throws: DocketError.self) {
            try Login(url: "postgresql://a@localhost/c?options=-c%20search_path%3Dx")
        }
        #expect(throws: DocketError.self) { try Login(url: "postgresql://a@[::1/c") }
        let hosts = "postgresql://a@one,two:6000/c?sslmode=verify-full&target_session_attrs=any"
        let parameters = try Login(url: hosts).parameters()
        // What the URL says holds over what stands before it.
        let place = parameters.firstIndex { $0.name == "dbname" }
        let own = parameters.firstIndex { $0.name == "target_session_attrs" }
        #expect(try #require(own) < #require(place))
    }
}
