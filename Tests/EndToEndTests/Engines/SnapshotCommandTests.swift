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
        for words in ["create", "list"] {
            let end = try await run(server, words)
            #expect(end.status == 2 && end.errors.joined().contains("docket admin backup"))
        }
        try await #expect(server.stop().status == 0)
    }
}
