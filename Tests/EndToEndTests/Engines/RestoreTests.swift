internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// PostgreSQL's own dump as the backup, by the commands of docs/OPERATIONS.md.
@Suite(
    "Restoring a server on engines",
    .needs(.postgres, .elasticsearch),
    .timeLimit(.minutes(5))
)
struct RestoreTests {
    private static let collection = Workload.collection
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func run(_ words: String...) async throws {
        let end = try await RunningProgram.run("/usr/bin/env", words)
        try #require(end.status == 0, "\(words[0]): \(end.errors)")
    }

    private func found(_ query: String, _ client: DocketClient) async throws -> [String] {
        let reply = try await client.search(
            SearchRequest(collection: Self.collection, query: query)
        )
        return reply.reply.hits.map(\.document.id).sorted()
    }

    /// A server on `database` with the index of the test, as long as `body` takes.
    private func serving(
        _ database: DocketDatabase,
        _ index: [String: String],
        key: String?,
        _ body: (TestServer, String, DocketClient) async throws -> Void
    ) async throws {
        let settings = database.settings.merging(index) { $1 }
        let server = try await TestServer(folder, environment: settings)
        var secret = key
        if secret == nil { secret = try await server.makeTenant("acme") }
        let known = try #require(secret)
        try await server.client(known) { try await body(server, known, $0) }
        try await #expect(server.stop().status == 0)
    }

    @Test("what was dumped is served again, and a rebuild mends what the index has besides")
    func dump() async throws {
        let postgres = try await Engines.shared.postgres()
        let database = try await DocketDatabase.make(on: postgres, in: folder)
        let engine = try await ServerStore.engines.searchServer()
        let index = ServerStore.settings(
            of: engine.url,
            "restore-" + UUID().uuidString.lowercased()
        )
        let file = folder.path("docket.dump")
        var key: String?
        try await serving(database, index, key: nil) { _, secret, client in
            key = secret
            try await client.createCollection(Self.collection)
            let documents = ["kept", "changed"].map { Document(id: $0, body: "old paper") }
            _ = try await client.upload(documents, to: Self.collection)
            try await client.waitUntilIndexed(Self.collection)
            try await run(
                "pg_dump",
                "--format=custom",
                "--file=\(file)",
                postgres.url(database: database.name)
            )
            let later = ["changed", "late"].map { Document(id: $0, body: "new paper") }
            _ = try await client.upload(later, to: Self.collection)
            try await client.waitUntilIndexed(Self.collection)
            #expect(try await found("paper", client) == ["changed", "kept", "late"])
        }
        let restored = try await DocketDatabase.empty(on: postgres, in: folder)
        let url = postgres.url(database: restored.name)
        try await run("pg_restore", "--exit-on-error", "--dbname=\(url)", file)
        try await run("psql", "-qc", "UPDATE docket.server SET epoch = epoch + 1", url)
        try await serving(restored, index, key: key) { server, secret, client in
            #expect(try await found("paper", client) == ["kept"])
            #expect(try await client.get(["changed"], from: Self.collection).documents.count == 1)
            // Its new version is above that of the index, which the truth has forgotten.
            let again = [Document(id: "late", body: "newest paper")]
            _ = try await client.upload(again, to: Self.collection)
            try await client.waitUntilIndexed(Self.collection)
            #expect(try await found("paper", client) == ["kept", "late"])
            try await rebuild(server)
            #expect(try await found("old", client) == ["changed", "kept"])
            #expect(try await found("new", client) == [])
            #expect(try await found("paper", client) == ["changed", "kept", "late"])
        }
    }

    /// What is archived of the log of a PostgreSQL comes to `archive`.
    private func archiving(_ engines: Engines, to archive: String) async throws -> PostgresServer {
        let files = FileManager.default
        try files.createDirectory(atPath: archive, withIntermediateDirectories: true)
        // The server may run as another user.
        try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: archive)
        return try await engines.postgres(
            settings: ["archive_mode=on", "archive_command=cp %p \(archive)/%f"]
        )
    }

    /// Ends the segment of the log, and waits until it is archived.
    private func archiveLog(of server: PostgresServer) async throws {
        let segment = try await server.run("SELECT pg_walfile_name(pg_switch_wal())")[0]
        let archived = "SELECT last_archived_wal >= '\(segment)' FROM pg_stat_archiver"
        while try await server.run(archived) != ["t"] {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test("a base backup and the log after it bring back all but what was not archived")
    func log() async throws {
        let engines = Engines()
        let (archive, backup) = (folder.path("archive"), folder.path("backup"))
        let primary = try await archiving(engines, to: archive)
        let database = try await DocketDatabase.make(on: primary, in: folder)
        let engine = try await ServerStore.engines.searchServer()
        let index = ServerStore.settings(of: engine.url, "log-" + UUID().uuidString.lowercased())
        var key: String?
        func upload(_ ids: [String], _ body: String, _ client: DocketClient) async throws {
            let documents = ids.map { Document(id: $0, body: body) }
            _ = try await client.upload(documents, to: Self.collection)
            try await client.waitUntilIndexed(Self.collection)
        }
        try await serving(database, index, key: nil) { _, secret, client in
            key = secret
            try await client.createCollection(Self.collection)
            try await upload(["kept", "changed"], "old paper", client)
            let from = primary.url(database: database.name)
            try await run("pg_basebackup", "--checkpoint=fast", "--dbname=\(from)", "-D", backup)
            try await upload(["changed", "archived"], "new paper", client)
            try await archiveLog(of: primary)
            try await upload(["lost"], "new paper", client)
            #expect(try await found("new", client) == ["archived", "changed", "lost"])
        }
        try await primary.engine.crash()
        try folder.write("", to: "backup/recovery.signal")
        let server = try await engines.postgres(
            settings: ["restore_command=cp \(archive)/%f %p"],
            on: backup
        )
        while try await server.run("SELECT pg_is_in_recovery()") != ["f"] {
            try await Task.sleep(for: .milliseconds(20))
        }
        let restored = try database.restored(on: server)
        try await restored.sql("UPDATE docket.server SET epoch = epoch + 1")
        try await serving(restored, index, key: key) { _, _, client in
            #expect(try await found("new", client) == ["archived", "changed"])
            #expect(try await found("old", client) == ["kept"])
            #expect(try await client.get(["lost"], from: Self.collection).documents.isEmpty)
            // They get numbers that the index knows of what was lost.
            try await upload(["fresh", "lost"], "newest paper", client)
            #expect(try await found("newest", client) == ["fresh", "lost"])
            #expect(try await found("new", client) == ["archived", "changed"])
        }
    }

    private func rebuild(_ server: TestServer) async throws {
        let end = try await RunningProgram.run(
            "docket",
            ["admin", "rebuild", "acme", Self.collection],
            environment: [
                "DOCKET_ADDRESS": server.address, "DOCKET_KEY": try server.administratorKey,
            ]
        )
        try #require(end.status == 0, "\(end.errors)")
    }
}
