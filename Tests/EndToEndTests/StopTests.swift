internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// The end of a server under load.
@Suite("Stopping under load", .timeLimit(.minutes(2)))
struct StopTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// A client that does not try again what failed.
    private var onceOnly: ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.attempts = 1
        return configuration
    }

    @Test("after SIGTERM every call under way has an answer, and what was acknowledged stays")
    func graceful() async throws {
        let server = try await TestServer(folder)
        let key = try await server.makeTenant("acme")
        let workload = Workload()
        let end = try await server.client(key, onceOnly) { client in
            _ = try await client.createCollection(Workload.collection)
            var end: RunningProgram.End?
            try await workload.run(client) {
                try await workload.makeProgress(500)
                end = try await server.stop()
            }
            return end
        }
        #expect(end?.status == 0)
        #expect(end?.wasKilled == false)
        let told = workload.told
        #expect(told.unanswered == [])
        #expect(told.uploaded.count >= 500)
        try await expectKept(told, key)
    }

    @Test("after SIGKILL what was acknowledged is there, and is indexed by itself")
    func killed() async throws {
        let server = try await TestServer(folder)
        let key = try await server.makeTenant("acme")
        let workload = Workload()
        try await server.client(key, onceOnly) { client in
            _ = try await client.createCollection(Workload.collection)
            try await workload.run(client) {
                try await workload.makeProgress(500)
                server.program.signal(SIGKILL)
                _ = try await server.program.end()
            }
        }
        try await expectKept(workload.told, key)
    }

    private func expectKept(_ told: Workload.Told, _ key: String) async throws {
        let server = try await TestServer(folder)
        try await server.client(key) { client in
            try await client.waitUntilIndexed(Workload.collection)
            let found = try await client.searchedIDs()
            #expect(Set(found).count == found.count)
            #expect(told.standing.subtracting(found) == [])
            #expect(told.deleted.intersection(found) == [])
        }
        try await #expect(server.stop().status == 0)
    }
}
