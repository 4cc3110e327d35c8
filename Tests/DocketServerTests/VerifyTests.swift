internal import DocketTestKit
internal import Foundation
internal import Testing

/// `docketd verify`, as scripts use it.
@Suite("docketd verify", .timeLimit(.minutes(2)))
struct VerifyTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func verify() async throws -> RunningProgram.End {
        try await RunningProgram.run("docketd", ["verify", "--data-dir", folder.path("data")])
    }

    @Test("says of each file whether it is whole, and ends with 7 when one is not")
    func damage() async throws {
        let server = try await TestServer(folder)
        _ = try await server.makeTenant("acme")
        _ = try await server.makeTenant("other")
        let inUse = try await verify()
        #expect(inUse.status == 3)
        #expect(inUse.errors.first?.contains("in use by process") == true, "\(inUse.errors)")
        try await #expect(server.stop().status == 0)

        let whole = try await verify()
        #expect(whole.status == 0)
        #expect(
            whole.output == [
                "control.db: whole", "tenants/1.db (acme): whole", "tenants/2.db (other): whole",
            ]
        )
        #expect(whole.errors.isEmpty)
        let byte = try folder.bytes("data/tenants/1.db")[4096 + 7]
        try folder.overwrite("data/tenants/1.db", at: 4096 + 7, with: [byte ^ 1])
        try FileManager.default.removeItem(atPath: folder.path("data/tenants/2.db"))
        let damaged = try await verify()
        #expect(damaged.status == 7)
        #expect(
            damaged.output == [
                "control.db: whole", "tenants/1.db (acme): damaged pages: 2",
                "tenants/2.db (other): it is missing",
            ]
        )
        #expect(damaged.errors.count == 1)
        #expect(damaged.errors.first?.contains("docketd restore BACKUP") == true)
    }

    @Test("ends with 3 for what is no data directory, and makes none")
    func noDirectory() async throws {
        let end = try await verify()
        #expect(end.status == 3)
        #expect(!FileManager.default.fileExists(atPath: folder.path("data")))
    }
}
