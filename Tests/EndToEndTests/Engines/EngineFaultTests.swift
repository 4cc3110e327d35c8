internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// Engines that are killed beside uploads, and come back.
@Suite(
    "Engines killed under load",
    .needs(.postgres, .elasticsearch),
    .timeLimit(.minutes(10))
)
struct EngineFaultTests {
    @Test("what was acknowledged is found in the end, once, and what was deleted stays away")
    func killed() async throws {
        let folder = try TestFolder()
        // Others share neither: these are killed.
        let engines = Engines()
        async let starting = engines.elasticsearch(settings: ["action.auto_create_index=false"])
        let postgres = try await engines.postgres(settings: ["fsync=on"])
        let elasticsearch = try await starting
        let database = try await DocketDatabase.make(on: postgres, in: folder)
        let settings = database.settings.merging(
            ServerStore.settings(of: elasticsearch.url, "killed")
        ) { $1 }
        let server = try await TestServer(folder, environment: settings)
        let key = try await server.makeTenant("acme")
        let workload = Workload(goesOn: true)
        try await server.client(key) { client in
            try await client.createCollection(Workload.collection)
            try await workload.run(client) {
                try await workload.makeProgress(500)
                try await elasticsearch.engine.crash()
                try await workload.makeProgress(500)
                try await elasticsearch.engine.start()
                try await workload.makeProgress(200)
                try await postgres.engine.crash()
                try await Task.sleep(for: .seconds(1))
                try await postgres.engine.start()
                try await workload.makeProgress(500)
            }
            try await client.waitUntilIndexed(Workload.collection)
            let told = workload.told
            let found = try await client.searchedIDs()
            #expect(Set(found).count == found.count)
            #expect(told.standing.count > 1500)
            #expect(told.standing.subtracting(found) == [])
            #expect(told.deleted.intersection(found) == [])
            try await #expect(client.ids(told.standing, notIn: .indexed) == [])
            let request = SearchRequest(collection: Workload.collection, query: "paper")
            let total = try await client.search(request).reply.total
            #expect(total == .init(value: found.count))
        }
        try await #expect(server.stop().status == 0)
    }
}
