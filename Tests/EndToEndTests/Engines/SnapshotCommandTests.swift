internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// Copies of the index, as an operator asks for them.
@Suite("Snapshots", .needs(.postgres, .elasticsearch, .opensearch), .timeLimit(.minutes(5)))
struct SnapshotCommandTests {
    private struct Listing: Decodable {
        struct Snapshot: Decodable {
            var name: String
            var state: String
            var indices: [String]
        }

        var snapshots: [Snapshot]
    }

    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func start(
        _ store: ServerStore,
        _ more: [String: String] = [:]
    ) async throws -> TestServer {
        var settings = try await store.settings(folder).merging(more) { $1 }
        if store != .embedded {
            let place = try await store.searchServer().engine.directory + "/snapshots"
            settings["DOCKET_SNAPSHOT_REPOSITORY"] = "file://\(place)/\(UUID().uuidString)"
        }
        return try await TestServer(folder, environment: settings)
    }

    private func run(
        _ server: TestServer,
        _ words: String...
    ) async throws -> RunningProgram.End {
        try await run(server, words)
    }

    private func run(
        _ server: TestServer,
        _ words: [String]
    ) async throws -> RunningProgram.End {
        try await RunningProgram.run(
            "docket",
            ["--json", "admin", "snapshot"] + words,
            environment: [
                "DOCKET_ADDRESS": server.address, "DOCKET_KEY": try server.administratorKey,
            ]
        )
    }

    private func list(_ server: TestServer) async throws -> [Listing.Snapshot] {
        let end = try await run(server, "list")
        try #require(end.status == 0, "\(end.errors)")
        let data = Data(end.output.joined().utf8)
        return try JSONDecoder().decode(Listing.self, from: data).snapshots
    }

    @Test("are made by hand and listed", arguments: [ServerStore.engines, .opensearch])
    func byHand(_ store: ServerStore) async throws {
        let server = try await start(store)
        #expect(try await list(server).isEmpty)
        let made = try await run(server, "create", "before-upgrade")
        #expect(made.status == 0, "\(made.errors)")
        let again = try await run(server, "create", "before-upgrade")
        #expect(again.status == 2 && again.errors.joined().contains("there is a snapshot of"))
        let wrong = try await run(server, "create", "_all")
        #expect(wrong.status == 2 && wrong.errors.joined().contains("name"), "\(wrong.errors)")
        let unnamed = try await run(server, "create")
        #expect(unnamed.status == 0, "\(unnamed.errors)")
        let all = try await list(server)
        #expect(all.count == 2 && all.first?.name == "before-upgrade")
        #expect(all.last?.name.hasPrefix("snapshot-2") == true)
        #expect(all.allSatisfy { $0.state == "complete" && $0.indices.count == 1 })
        try await #expect(server.stop().status == 0)
    }

    @Test("are made by a schedule")
    func schedule() async throws {
        let server = try await start(.engines, ["DOCKET_SNAPSHOT_INTERVAL": "1d"])
        while try await list(server).first?.state != "complete" {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try await list(server).map { $0.name.hasPrefix("scheduled-") } == [true])
        let interval = try server.metrics().first { $0.name == "docket_snapshot_interval_seconds" }
        #expect(interval?.value == 86_400)
        try await #expect(server.stop().status == 0)
    }

    @Test("are refused where documents and index are one file")
    func embedded() async throws {
        let server = try await start(.embedded)
        for words in [["create"], ["list"], ["restore", "one"]] {
            let end = try await run(server, words)
            #expect(end.status == 2 && end.errors.joined().contains("docket admin backup"))
        }
        try await #expect(server.stop().status == 0)
    }

    @Test("are made before another index is searched, unless there is a young one")
    func beforeSwitch() async throws {
        let server = try await start(.engines, ["DOCKET_SNAPSHOT_BEFORE_SWITCH": "1h"])
        let key = try await server.makeTenant("acme")
        try await server.client(key) { client in
            try await client.createCollection(Workload.collection)
            let documents = (0..<20).map { Document(id: "\($0)", body: "paper") }
            _ = try await client.upload(documents, to: Workload.collection)
            try await client.waitUntilIndexed(Workload.collection)
            for words in [["acme", Workload.collection], ["--all"]] {
                let rebuilt = try await RunningProgram.run(
                    "docket",
                    ["admin", "rebuild"] + words,
                    environment: [
                        "DOCKET_ADDRESS": server.address, "DOCKET_KEY": try server.administratorKey,
                    ]
                )
                try #require(rebuilt.status == 0, "\(rebuilt.errors)")
                let made = try await list(server)
                #expect(made.map { $0.name.hasPrefix("before-switch-") } == [true])
                #expect(made.map(\.state) == ["complete"])
                let request = SearchRequest(collection: Workload.collection, query: "paper")
                let reply = try await client.search(request).reply
                #expect(reply.total.value == 20)
            }
        }
        try await #expect(server.stop().status == 0)
    }

    @Test(
        "bring the index of an engine back that has lost its data",
        arguments: [Engine.Kind.elasticsearch, .opensearch]
    )
    func lostData(_ kind: Engine.Kind) async throws {
        let engines = Engines()
        let settings = ["action.auto_create_index=false"]
        let engine =
            kind == .opensearch
            ? try await engines.opensearch(settings: settings)
            : try await engines.elasticsearch(settings: settings)
        let database = try await DocketDatabase.make(on: Engines.shared.postgres(), in: folder)
        var environment = database.settings
        environment.merge(ServerStore.settings(of: engine.url, "lost")) { $1 }
        environment["DOCKET_SNAPSHOT_REPOSITORY"] = "file://\(engine.engine.directory)/snapshots/a"
        let before = try await TestServer(folder, environment: environment)
        let key = try await before.makeTenant("acme")
        func upload(_ ids: Range<Int>, _ client: DocketClient) async throws {
            let documents = ids.map { Document(id: "\($0)", body: "paper") }
            _ = try await client.upload(documents, to: Workload.collection)
            try await client.waitUntilIndexed(Workload.collection)
        }
        try await before.client(key) { client in
            try await client.createCollection(Workload.collection)
            try await upload(0..<300, client)
            let made = try await run(before, "create", "before")
            #expect(made.status == 0, "\(made.errors)")
            try await upload(250..<400, client)
            _ = try await client.delete((0..<50).map { "\($0)" }, from: Workload.collection)
            try await client.waitUntilIndexed(Workload.collection)
        }
        try await #expect(before.stop().status == 0)
        try await engine.engine.crash()
        let home = URL(fileURLWithPath: engine.engine.directory).appendingPathComponent("home")
        try FileManager.default.removeItem(at: home.appendingPathComponent("data"))
        try await engine.engine.start()

        let after = try await TestServer(folder, environment: environment)
        try await after.client(key) { client in
            let request = SearchRequest(collection: Workload.collection, query: "paper")
            let refused = await #expect(throws: DocketError.self) {
                _ = try await client.search(request)
            }
            #expect(refused?.code == .unavailable)
            let late = [Document(id: "late", body: "paper")]
            _ = try await client.upload(late, to: Workload.collection)
            let restored = try await run(after, "restore", "before")
            try #require(restored.status == 0, "\(restored.errors)")
            try await client.waitUntilIndexed(Workload.collection)
            let streamed = client.stream(
                StreamRequest(collection: Workload.collection, query: "paper")
            )
            var ids: [String] = []
            for try await stored in streamed.documents { ids.append(stored.document.id) }
            #expect(ids.sorted() == ((50..<400).map { "\($0)" } + ["late"]).sorted())
            let reply = try await client.search(request).reply
            #expect(reply.total.value == 351)
        }
        try await #expect(after.stop().status == 0)
    }
}
