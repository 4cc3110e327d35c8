internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// Backups of a server that goes on, and what is restored from them.
@Suite("Backup and restore", .timeLimit(.minutes(2)))
struct BackupTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func restore(into name: String) async throws -> RunningProgram.End {
        try await RunningProgram.run(
            "docketd",
            ["restore", folder.path("backup"), "--data-dir", folder.path(name)]
        )
    }

    @Test("a backup made while writes go on has all that was acknowledged before it began")
    func whileWriting() async throws {
        let server = try await TestServer(folder)
        let key = try await server.makeTenant("acme")
        let workload = Workload()
        var before = Workload.Told()
        try await server.client(key) { client in
            _ = try await client.createCollection(Workload.collection)
            try await workload.run(client) {
                try await workload.makeProgress(1_000)
                before = workload.told
                try await server.client(server.administratorKey) { administrator in
                    let done = try await administrator.backup(into: folder.path("backup"))
                    #expect(done.tenantsDone == 1)
                }
                try await workload.makeProgress(500)
            }
        }
        #expect(workload.told.unanswered == [])
        let later = workload.told
        server.program.signal(SIGKILL)
        _ = try await server.program.end()

        try await #expect(restore(into: "new").status == 0)
        let restored = try await TestServer(folder, ["--data-dir", folder.path("new")])
        try await restored.client(key) { client in
            try await client.waitUntilIndexed(Workload.collection)
            let found = try await client.searchedIDs()
            // What was deleted while the backup was made may be gone from it.
            let certain = before.standing.subtracting(later.deleted)
            #expect(certain.count > 900)
            try await #expect(client.ids(certain, notIn: .indexed) == [])
            #expect(certain.subtracting(found) == [])
            #expect(before.deleted.intersection(found) == [])
            #expect(Set(found).count == found.count)
            #expect(Set(found).isSubset(of: later.uploaded))
            let counts = try await client.status(in: Workload.collection).collections[0].counts
            #expect(counts.indexed == found.count)
            #expect(counts.failed == 0)
        }
    }

    @Test("versions go on above those that were handed out after the backup")
    func versions() async throws {
        let server = try await TestServer(folder)
        let key = try await server.makeTenant("acme")
        let paper = Document(id: "paper", body: "paper")
        let last = try await server.client(key) { client in
            _ = try await client.createCollection(Workload.collection)
            _ = try await client.upload([paper], to: Workload.collection)
            try await server.client(server.administratorKey) { administrator in
                _ = try await administrator.backup(into: folder.path("backup"))
            }
            var versions: [UInt64] = []
            for _ in 0..<5 {
                versions += try await client.upload([paper], to: Workload.collection).versions
            }
            return try #require(versions.max())
        }
        try await #expect(server.stop().status == 0)
        try await #expect(restore(into: "new").status == 0)
        let restored = try await TestServer(folder, ["--data-dir", folder.path("new")])
        try await restored.client(key) { client in
            let reply = try await client.upload([paper], to: Workload.collection)
            #expect(reply.versions.count == 1)
            #expect(reply.versions.allSatisfy { $0 > last })
        }
    }

    @Test("the files of a backup and of what is restored are readable by their owner alone")
    func modes() async throws {
        try FileManager.default.createDirectory(
            atPath: folder.path("backup"),
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        let server = try await TestServer(folder)
        _ = try await server.makeTenant("acme")
        try await server.client(server.administratorKey) { client in
            _ = try await client.backup(into: folder.path("backup"))
        }
        try await #expect(restore(into: "new").status == 0)
        for name in ["data", "backup", "new"] {
            let files = FileManager.default.subpaths(atPath: folder.path(name)) ?? []
            #expect(files.count > 3)
            for file in files {
                let path = folder.path("\(name)/\(file)")
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                let mode = (attributes[.posixPermissions] as? Int).map { $0 & 0o077 }
                #expect(mode == 0, "\(path)")
            }
        }
    }

    @Test("nothing is restored over data, nor from a backup that is not complete")
    func refusals() async throws {
        let server = try await TestServer(folder)
        try await server.client(server.administratorKey) { client in
            _ = try await client.backup(into: folder.path("backup"))
        }
        let inUse = try await restore(into: "data")
        #expect(inUse.status == 3)
        #expect(inUse.errors.first?.contains("in use by process") == true, "\(inUse.errors)")
        try await #expect(server.stop().status == 0)
        let before = try folder.bytes("data/control.db")
        let hasData = try await restore(into: "data")
        #expect(hasData.status == 3)
        #expect(hasData.errors.count == 1)
        #expect(hasData.errors.first?.contains("already has data") == true, "\(hasData.errors)")
        let isUnchanged = try folder.bytes("data/control.db") == before
        #expect(isUnchanged)

        try FileManager.default.removeItem(atPath: folder.path("backup/MANIFEST"))
        let incomplete = try await restore(into: "new")
        #expect(incomplete.status == 3)
        #expect(incomplete.errors.first?.contains("not complete") == true, "\(incomplete.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("new/control.db")))
    }

    @Test("goes to an absolute path or below the data directory, and nowhere else")
    func folders() async throws {
        let server = try await TestServer(folder)
        try await server.client(server.administratorKey) { client in
            func refusal(_ path: String) async throws -> DocketError.Code? {
                do throws(DocketError) { _ = try await client.backup(into: path) } catch {
                    return error.code
                }
                return nil
            }
            try await #expect(refusal("today") == nil)
            #expect(FileManager.default.fileExists(atPath: folder.path("data/today/MANIFEST")))
            try await #expect(refusal(folder.path("elsewhere")) == nil)
            for path in ["../today", "a/../../b", "/", ".", "tenants", "tenants/a", "a\0b"] {
                try await #expect(refusal(path) == .invalidArgument, "\(path)")
            }
            try await #expect(refusal(folder.path("data/tenants/a")) == .invalidArgument)
            for path in ["today", "none/today", "/proc/docket"] {
                try await #expect(refusal(path) == .failedPrecondition, "\(path)")
            }
        }
    }
}
