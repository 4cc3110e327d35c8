internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// What scripts rely on when they start docketd.
@Suite("The start of docketd", .timeLimit(.minutes(2)))
struct StartTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test("says its version, and nothing else happens")
    func version() async throws {
        let end = try await RunningProgram.run(
            "docketd",
            ["--version"],
            environment: TestServer.defaults(folder)
        )
        #expect(end.status == 0)
        #expect(end.output.count == 1)
        #expect(end.output.first?.wholeMatch(of: /docketd \d+\.\d+\.\d+/) != nil)
        #expect(end.errors.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.path("data")))
    }

    @Test("takes a flag before the environment, and the environment before the file")
    func precedence() async throws {
        let file = try folder.write("data-dir = \(folder.path("file"))\n", to: "settings")
        var arguments = ["reset-admin-key", "--config", file]
        var environment: [String: String] = [:]
        func chosen() async throws -> [String] {
            try await RunningProgram.run("docketd", arguments, environment: environment).output
        }
        try await #expect(chosen() == [folder.path("file/admin.key")])
        environment["DOCKET_DATA_DIR"] = folder.path("environment")
        try await #expect(chosen() == [folder.path("environment/admin.key")])
        arguments += ["--data-dir", folder.path("flag")]
        try await #expect(chosen() == [folder.path("flag/admin.key")])
    }

    @Test("writes one JSON object once calls are served, and removes it at the end")
    func readyFile() async throws {
        let server = try await TestServer(folder)
        let text = try folder.text("ready")
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let fields = try #require(object)
        #expect(Set(fields.keys) == ["rpc", "http", "pid"])
        #expect(fields["rpc"] as? String == server.address)
        #expect(fields["http"] as? String == server.http)
        #expect(fields["pid"] as? Int == Int(server.program.processID))
        #expect(text.split(separator: "\n").count == 1 && text.hasSuffix("\n"))
        #expect(try server.get("/readyz").hasPrefix("HTTP/1.1 200 "))
        try await server.client(server.administratorKey) { _ = try await $0.tenants() }
        try await #expect(server.stop().status == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.path("ready")))
    }

    @Test("the first start writes the administrator's key for its owner alone; later ones keep it")
    func administratorKey() async throws {
        let first = try await TestServer(folder)
        let key = try first.administratorKey
        #expect(try mode("data/admin.key") == 0o600)
        #expect(try mode("data") == 0o700)
        try await #expect(first.stop().status == 0)
        let second = try await TestServer(folder)
        #expect(try second.administratorKey == key)
        try await second.client(key) { _ = try await $0.tenants() }
    }

    @Test("a new administrator's key ends the old one, and needs the server stopped")
    func resetKey() async throws {
        let first = try await TestServer(folder)
        let old = try first.administratorKey
        let reset = ["reset-admin-key", "--data-dir", folder.path("data")]
        let refused = try await RunningProgram.run("docketd", reset)
        #expect(refused.status == 3)
        #expect(refused.errors.first?.contains("in use by process") == true)
        #expect(try first.administratorKey == old)
        try await #expect(first.stop().status == 0)

        let end = try await RunningProgram.run("docketd", reset)
        #expect(end.status == 0)
        #expect(end.output == [folder.path("data/admin.key")])
        #expect(try mode("data/admin.key") == 0o600)
        let second = try await TestServer(folder)
        let new = try second.administratorKey
        #expect(new != old)
        try await second.client(new) { _ = try await $0.tenants() }
        let error = await #expect(throws: DocketError.self) {
            try await second.client(old) { _ = try await $0.tenants() }
        }
        #expect(error?.code == .unauthenticated)
    }

    private func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: folder.path(name))[.posixPermissions]
            as? Int
    }
}
