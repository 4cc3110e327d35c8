internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// What becomes of a server whose engines are not as it needs them.
@Suite(
    "Start on engines",
    .needs(.postgres, .elasticsearch),
    .timeLimit(.minutes(5))
)
struct EngineStartTests {
    private let folder: TestFolder
    /// Of all servers of a test: a database belongs to the indices of one.
    private let prefix = "start-" + UUID().uuidString.lowercased()

    init() throws { folder = try TestFolder() }

    /// The one line of a docketd that ends by itself with status 8.
    private func refusal(_ settings: [String: String]) async throws -> String {
        let end = try await RunningProgram.run(
            "docketd",
            ["--log-level", "error"],
            environment: TestServer.defaults(folder).merging(settings) { $1 }
        )
        #expect(end.status == 8)
        #expect(end.errors.count == 1, "\(end.errors)")
        #expect(throws: (any Error).self) { try folder.text("data/admin.key") }
        return end.errors.last ?? ""
    }

    private func settings(
        _ database: DocketDatabase,
        _ changes: [String: String] = [:]
    ) async throws -> [String: String] {
        let server = try await ServerStore.engines.searchServer()
        return database.settings.merging(ServerStore.settings(of: server.url, prefix)) { $1 }
            .merging(changes) { $1 }
    }

    @Test("names what is wrong with PostgreSQL, and ends with status 8")
    func postgres() async throws {
        let server = try await Engines.shared.postgres()
        let database = try await DocketDatabase.make(on: server, in: folder)
        let address = "\(server.engine.host):\(server.engine.port)"
        let wrong = try folder.write("wrong", to: "wrong")
        for (changes, words) in [
            (["DOCKET_POSTGRES": "postgresql://nobody@127.0.0.1:1/none"], "127.0.0.1"),
            (["DOCKET_POSTGRES": "postgresql://docket_test_app@\(address)/none"], "\"none\""),
            (["DOCKET_POSTGRES_PASSWORD_FILE": wrong], "password authentication failed"),
            (["DOCKET_POSTGRES_PASSWORD_FILE": folder.path("missing")], "password file"),
            (
                [
                    "DOCKET_POSTGRES_WORKER": database.url(of: .app),
                    "DOCKET_POSTGRES_WORKER_PASSWORD_FILE": database.passwordFile(of: .app),
                ], "has not the rights of docket_worker: grant it that role"
            ),
        ] {
            let line = try await refusal(settings(database, changes))
            #expect(line.hasPrefix("docketd: --postgres: "), "\(line)")
            #expect(line.contains(words), "\(line)")
        }
    }

    @Test("names a schema that is missing or newer, and says what to do")
    func schema() async throws {
        let server = try await Engines.shared.postgres()
        let database = try await DocketDatabase.empty(on: server, in: folder)
        let missing = try await refusal(settings(database))
        #expect(missing.hasSuffix("the database has no schema of Docket: run docketd migrate"))
        let made = try #require(try await database.migrate().output.first)
        let words = made.split(separator: " ")
        try #require(words.count == 4 && made.hasSuffix(", was 0"), "\(made)")
        let version = words[1].dropLast()
        try await #expect(database.migrate().output == ["schema \(version), was \(version)"])
        try await database.sql("INSERT INTO docket.schema_versions(version) VALUES (99)")
        let newer = try await refusal(settings(database))
        let reason = "the database has schema 99, which is newer than \(version)"
        #expect(newer.hasSuffix(reason), "\(newer)")
        let kept = try await database.migrate()
        #expect(kept.status == 8 && kept.errors.count == 1, "\(kept.errors)")
    }

    @Test("names what is wrong with the search engine, and ends with status 8")
    func searchEngine() async throws {
        let database = try await DocketDatabase.make(on: Engines.shared.postgres(), in: folder)
        let secured = try await ServerStore.secured.searchServer()
        let access = try #require(secured.access)
        let old = try FakeEngine { _ in
            .answer(status: 200, body: #"{"version":{"number":"6.8.23"}}"#)
        }
        let wrong = try folder.write("wrong", to: "wrong")
        let engine = "DOCKET_ELASTICSEARCH"
        for (changes, words) in [
            ([engine: old.url], "6.8.23"),
            ([engine: secured.url], "certificate is not trusted"),
            (
                [engine: secured.url, engine + "_CA": access.authority],
                "refuses the server's credentials"
            ),
            (
                [
                    engine: secured.url, engine + "_CA": access.authority,
                    engine + "_USER": access.user, engine + "_PASSWORD_FILE": wrong,
                ], "refuses the server's credentials"
            ),
            ([engine: secured.url, engine + "_CA": folder.path("missing")], "authority"),
            ([engine + "_KEY_FILE": folder.path("missing")], "missing"),
        ] {
            let line = try await refusal(settings(database, changes))
            #expect(line.hasPrefix("docketd: "), "\(line)")
            #expect(line.contains(words), "\(line)")
        }
    }

    @Test("without its search engine it takes uploads, and indexes them once it comes")
    func away() async throws {
        let database = try await DocketDatabase.make(on: Engines.shared.postgres(), in: folder)
        let proxy = try EngineProxy(of: try await ServerStore.engines.searchServer(), isAway: true)
        let server = try await TestServer(
            folder,
            environment: settings(database, ["DOCKET_ELASTICSEARCH": proxy.url])
        )
        let key = try await server.makeTenant("acme")
        var configuration = ClientConfiguration()
        configuration.attempts = 1
        try await server.client(key, configuration) { client in
            try await client.createCollection(Workload.collection)
            let documents = (0..<50).map { Document(id: "\($0)", body: "paper") }
            #expect(try await client.upload(documents, to: Workload.collection).accepted == 50)
            let request = SearchRequest(collection: Workload.collection, query: "paper")
            let error = await #expect(throws: DocketError.self) {
                _ = try await client.search(request)
            }
            #expect(error?.code == .unavailable && error?.retryAfter != nil)
            #expect(try server.get("/readyz").hasPrefix("HTTP/1.1 200 "))
            #expect(try server.get("/metrics").contains("docket_search_nodes_serving_count 0.0\n"))
            #expect(try await client.get(["7"], from: Workload.collection).documents.count == 1)
            proxy.setAway(false)
            try await client.waitUntilIndexed(Workload.collection)
            while true {
                // The breaker tries the engine again in its own time.
                let found = try? await client.search(request)
                guard let found else {
                    try await Task.sleep(for: .milliseconds(20))
                    continue
                }
                #expect(found.reply.total.value == 50)
                break
            }
            let metrics = try server.get("/metrics")
            #expect(metrics.contains("docket_search_nodes_count 1.0\n"))
            #expect(metrics.contains("docket_search_nodes_serving_count 1.0\n"))
        }
        try await #expect(server.stop().status == 0)
    }

    @Test("without its Redis it starts and serves, and says so once")
    func redisAway() async throws {
        let database = try await DocketDatabase.make(on: Engines.shared.postgres(), in: folder)
        // Nothing listens at this port.
        let server = try await TestServer(
            folder,
            environment: settings(database, ["DOCKET_REDIS": "redis://127.0.0.1:1"])
        )
        let key = try await server.makeTenant("acme")
        try await server.client(key) { client in
            try await client.createCollection(Workload.collection)
            _ = try await client.upload(
                [Document(id: "a", body: "paper")],
                to: Workload.collection
            )
            try await client.waitUntilIndexed(Workload.collection)
            let request = SearchRequest(collection: Workload.collection, query: "paper")
            let first = try await client.search(request)
            #expect(first.source == .engine && first.reply.total.value == 1)
            #expect(!first.isDegraded)
            #expect(try await client.search(request).source == .l1)
        }
        #expect(try server.get("/readyz").hasPrefix("HTTP/1.1 200 "))
        #expect(try server.get("/metrics").contains("docket_shared_cache_state 0"))
        let end = try await server.stop()
        #expect(end.status == 0)
        #expect(end.errors.filter { $0.contains("the shared cache is away") }.count == 1)
    }
}
