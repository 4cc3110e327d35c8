internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// A tenant whose file is damaged, beside one whose file is not.
@Suite("A damaged tenant", .timeLimit(.minutes(2)))
struct DamagedTenantTests {
    private struct Tenant {
        var key: String
        /// Its file, from the test's folder on.
        var file: String
    }

    private static let pageBytes = 4096

    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func files() throws -> Set<String> {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("data/tenants"))
        return Set(names.filter { $0.hasSuffix(".db") })
    }

    /// A tenant with 500 documents of its own that are indexed.
    private func makeTenant(_ name: String, _ server: TestServer) async throws -> Tenant {
        let before = try files()
        let key = try await server.makeTenant(name)
        let file = try #require(files().subtracting(before).first)
        try await server.client(key) { client in
            _ = try await client.createCollection("papers")
            let documents = (0..<500).map { Document(id: "d\($0)", body: "\(name) paper w\($0)") }
            _ = try await client.upload(documents, to: "papers")
            try await client.waitUntilIndexed("papers")
        }
        return Tenant(key: key, file: "data/tenants/" + file)
    }

    /// Writes over the file's pages from `page` on.
    private func damage(_ tenant: Tenant, from page: Int) throws {
        let start = page * Self.pageBytes
        let count = try folder.bytes(tenant.file).count - start
        #expect(count >= Self.pageBytes)
        try folder.overwrite(
            tenant.file,
            at: UInt64(start),
            with: Array(repeating: 0xA5, count: count)
        )
    }

    /// The documents that a search of the tenant finds.
    private func search(_ tenant: Tenant, _ server: TestServer) async throws -> Int {
        try await server.client(tenant.key) { client in
            let request = SearchRequest(collection: "papers", query: "paper")
            return try await client.search(request).reply.total.value
        }
    }

    private func expectHealthy(_ tenant: Tenant, _ server: TestServer) async throws {
        try await #expect(search(tenant, server) == 500)
        try await server.client(tenant.key) { client in
            _ = try await client.upload([Document(id: "new", body: "novelty")], to: "papers")
            try await client.waitUntilIndexed("papers")
            let request = SearchRequest(collection: "papers", query: "novelty")
            try await #expect(client.search(request).reply.hits.map(\.document.id) == ["new"])
            _ = try await client.delete(["new"], from: "papers")
        }
    }

    private func expectRefused(
        _ tenant: Tenant,
        _ server: TestServer,
        _ code: DocketError.Code,
        _ words: String
    ) async throws {
        try await server.client(tenant.key) { client in
            let calls: [(DocketClient) async throws -> Void] = [
                { _ = try await $0.search(SearchRequest(collection: "papers", query: "paper")) },
                { _ = try await $0.upload([Document(id: "x")], to: "papers") },
                { _ = try await $0.get(["d0"], from: "papers") },
            ]
            for call in calls {
                let error = await #expect(throws: DocketError.self) { try await call(client) }
                #expect(error?.code == code)
                #expect(error?.message.contains(words) == true, "\(String(describing: error))")
            }
        }
        #expect(try server.get("/readyz").hasPrefix("HTTP/1.1 200 "))
        #expect(server.program.isRunning)
    }

    @Test(
        "gets an error that says how to restore it; the others are served, the process stays",
        arguments: [0, 1]
    )
    func isAlone(firstPage: Int) async throws {
        let first = try await TestServer(folder)
        let damaged = try await makeTenant("damaged", first)
        let healthy = try await makeTenant("healthy", first)
        try await #expect(first.stop().status == 0)
        try damage(damaged, from: firstPage)

        let server = try await TestServer(folder)
        for _ in 0..<2 {
            try await expectRefused(damaged, server, .dataLoss, "restores it from a backup")
            try await expectHealthy(healthy, server)
            #expect(try server.get("/metrics").contains("docket_damaged_tenants_count 1.0\n"))
        }
        let end = try await server.stop()
        #expect(end.status == 0)
        let lines = end.errors.filter { $0.contains("restore a backup") }
        #expect(lines.count == 1, "\(end.errors)")
        #expect(lines.first?.contains(folder.path(damaged.file)) == true)
        let causes = end.errors.filter { $0.contains("\"a call failed\"") }
        #expect(!causes.isEmpty)
        for line in causes {
            #expect(line.contains("\"status\":\"DATA_LOSS\""), "\(line)")
            #expect(line.contains("\"cause\":\"sqlite "), "\(line)")
            #expect(line.contains("\"request_id\":\""), "\(line)")
        }
    }

    @Test("has lost its data when its file is empty or missing", arguments: [true, false])
    func lost(isEmpty: Bool) async throws {
        let first = try await TestServer(folder)
        let damaged = try await makeTenant("damaged", first)
        let healthy = try await makeTenant("healthy", first)
        try await #expect(first.stop().status == 0)
        try FileManager.default.removeItem(atPath: folder.path(damaged.file))
        if isEmpty { try folder.write("", to: damaged.file) }
        let files = try folder.files("data/tenants")

        let server = try await TestServer(folder)
        let line = try await server.program.errors.first(containing: "restore a backup")
        #expect(line.contains(folder.path(damaged.file)))
        try await expectRefused(damaged, server, .dataLoss, "restores it from a backup")
        try await expectHealthy(healthy, server)
        let end = try await server.stop()
        #expect(end.status == 0)
        #expect(end.errors.filter { $0.contains("restore a backup") }.count == 1)
        let now = try folder.files("data/tenants")[String(damaged.file.dropFirst(13))]
        #expect(now == files[String(damaged.file.dropFirst(13))])
    }

    @Test("works again when the backup is restored as the log says")
    func restored() async throws {
        let first = try await TestServer(folder)
        let tenant = try await makeTenant("acme", first)
        try await first.client(first.administratorKey) { client in
            _ = try await client.backup(into: folder.path("backup"))
        }
        try await #expect(first.stop().status == 0)
        try damage(tenant, from: 0)
        let second = try await TestServer(folder)
        try await expectRefused(tenant, second, .dataLoss, "restores it from a backup")
        let line = try await second.program.errors.first(containing: "restore a backup")
        #expect(line.contains("docketd restore BACKUP --data-dir NEW"))
        try await #expect(second.stop().status == 0)

        let restore = ["restore", folder.path("backup"), "--data-dir", folder.path("new")]
        try await #expect(RunningProgram.run("docketd", restore).status == 0)
        let third = try await TestServer(folder, ["--data-dir", folder.path("new")])
        try await expectHealthy(tenant, third)
    }

    @Test("is left out of a backup, which says so and has the others", arguments: [0, 1])
    func backup(firstPage: Int) async throws {
        let first = try await TestServer(folder)
        let damaged = try await makeTenant("damaged", first)
        let healthy = try await makeTenant("healthy", first)
        try await #expect(first.stop().status == 0)
        try damage(damaged, from: firstPage)
        let second = try await TestServer(folder)
        try await second.client(second.administratorKey) { client in
            let error = await #expect(throws: DocketError.self) {
                _ = try await client.backup(into: folder.path("backup"))
            }
            #expect(error?.code == .dataLoss)
            #expect(error?.message.contains("all but the tenants whose files are damaged") == true)
        }
        try await #expect(second.stop().status == 0)

        let restore = ["restore", folder.path("backup"), "--data-dir", folder.path("new")]
        try await #expect(RunningProgram.run("docketd", restore).status == 0)
        let third = try await TestServer(folder, ["--data-dir", folder.path("new")])
        try await third.client(healthy.key) { client in
            try await client.waitUntilIndexed("papers")
        }
        try await expectHealthy(healthy, third)
        try await third.client(damaged.key) { client in
            let error = await #expect(throws: DocketError.self) {
                _ = try await client.search(SearchRequest(collection: "papers", query: "paper"))
            }
            #expect(error?.code == .dataLoss)
        }
    }

    @Test("written by a newer version is refused and stays as it is")
    func newerFormat() async throws {
        let first = try await TestServer(folder)
        let newer = try await makeTenant("newer", first)
        let healthy = try await makeTenant("healthy", first)
        try await #expect(first.stop().status == 0)
        // Where SQLite's header has the number of the format.
        try folder.rewriteHeader(newer.file, at: 60, with: [0, 0, 0, 99])
        let before = try folder.bytes(newer.file)
        let server = try await TestServer(folder)
        try await expectRefused(newer, server, .failedPrecondition, "format 99, which is newer")
        try await expectHealthy(healthy, server)
        try await #expect(server.stop().status == 0)
        let isUnchanged = try folder.bytes(newer.file) == before
        #expect(isUnchanged)
    }
}
