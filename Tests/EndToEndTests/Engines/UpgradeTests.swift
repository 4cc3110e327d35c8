internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// What a version before left on the engines: an index of another layout.
@Suite(
    "A server on the index of an earlier version",
    .needs(.postgres, .elasticsearch),
    .timeLimit(.minutes(5))
)
struct UpgradeTests {
    private static let collection = Workload.collection
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// How many are found; nil while the collection cannot be searched.
    private func found(_ client: DocketClient) async throws -> Int? {
        do throws(DocketError) {
            let request = SearchRequest(collection: Self.collection, query: "paper")
            return try await client.search(request).reply.total.value
        } catch {
            guard error.code == .unavailable else { throw error }
            #expect(error.retryAfter != nil && error.isNotProcessed)
            return nil
        }
    }

    private func makeFormer(
        _ engine: SearchServer,
        _ prefix: String,
        _ postgres: PostgresServer,
        _ database: String
    ) async throws {
        let reply = try await engine.request("GET", "/\(prefix)-*/_alias")
        let json = try JSONSerialization.jsonObject(with: Data(reply.utf8)) as? [String: Any]
        for index in try #require(json).keys { try await engine.request("DELETE", "/\(index)") }
        try await engine.request(
            "PUT",
            "/\(prefix)-pool-000001",
            """
            {"settings":{"number_of_replicas":0},"aliases":{"\(prefix)-pool":{}},"mappings":{
                "dynamic":"strict","_meta":{"docket_layout":3},
                "properties":{"tenant":{"type":"keyword"}}}}
            """
        )
        try await postgres.run(
            """
            UPDATE docket.server SET series = NULL;
            UPDATE docket.collections SET series = NULL;
            UPDATE docket.documents SET place = '\(prefix)-pool-000001'
            """,
            in: database
        )
    }

    @Test("starts, moves all documents by itself, and searches them")
    func upgrade() async throws {
        let postgres = try await Engines.shared.postgres()
        let database = try await DocketDatabase.make(on: postgres, in: folder)
        let engine = try await ServerStore.engines.searchServer()
        let prefix = "upgrade-" + UUID().uuidString.lowercased()
        let settings = database.settings.merging(ServerStore.settings(of: engine.url, prefix)) {
            $1
        }
        let before = try await TestServer(folder, environment: settings)
        let key = try await before.makeTenant("acme")
        try await before.client(key) { client in
            try await client.createCollection(Self.collection)
            let documents = (0..<900).map { Document(id: "\($0)", body: "old paper") }
            _ = try await client.upload(documents, to: Self.collection)
            try await client.waitUntilIndexed(Self.collection)
            #expect(try await found(client) == 900)
        }
        try await #expect(before.stop().status == 0)
        try await makeFormer(engine, prefix, postgres, database.name)

        let after = try await TestServer(folder, environment: settings)
        try await after.client(key) { client in
            // Written and deleted whether or not it can be searched.
            _ = try await client.upload([Document(id: "new", body: "paper")], to: Self.collection)
            _ = try await client.delete(["0", "1"], from: Self.collection)
            while try await found(client) == nil { try await Task.sleep(for: .milliseconds(20)) }
            try await client.waitUntilIndexed(Self.collection)
            #expect(try await found(client) == 899)
            let streamed = client.stream(
                StreamRequest(collection: Self.collection, query: "paper")
            )
            var ids: [String] = []
            for try await stored in streamed.documents { ids.append(stored.document.id) }
            #expect(ids.count == 899 && Set(ids).count == 899)
        }
        try await #expect(after.stop().status == 0)
    }
}
