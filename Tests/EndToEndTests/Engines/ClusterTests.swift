internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// An index that is led over from Elasticsearch to OpenSearch, by the commands of
/// docs/OPERATIONS.md.
@Suite(
    "Another search engine",
    .needs(.postgres, .elasticsearch, .opensearch),
    .timeLimit(.minutes(5))
)
struct ClusterTests {
    private static let collection = Workload.collection
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func found(_ client: DocketClient) async throws -> Int {
        let request = SearchRequest(collection: Self.collection, query: "paper")
        return try await client.search(request).reply.total.value
    }

    private func step(_ name: String, _ server: TestServer) async throws -> RunningProgram.End {
        try await RunningProgram.run(
            "docket",
            ["--json", "admin", "cluster", name],
            environment: [
                "DOCKET_ADDRESS": server.address, "DOCKET_KEY": try server.administratorKey,
            ]
        )
    }

    private func state(_ server: TestServer) async throws -> (searched: String, state: String) {
        let end = try await step("show", server)
        try #require(end.status == 0, "\(end.errors)")
        let text = Data(end.output.joined(separator: "\n").utf8)
        let json = try JSONSerialization.jsonObject(with: text) as? [String: Any]
        return (json?["searched"] as? String ?? "", json?["state"] as? String ?? "")
    }

    private func until(_ state: String, _ server: TestServer) async throws {
        while try await self.state(server).state != state {
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    @Test("gets everything, is searched, gives way again, and is all that is left")
    func ledOver() async throws {
        let database = try await DocketDatabase.make(on: Engines.shared.postgres(), in: folder)
        let old = try await ServerStore.engines.searchServer()
        let new = try await ServerStore.opensearch.searchServer()
        let prefix = "cluster-" + UUID().uuidString.lowercased()
        var settings = database.settings.merging(ServerStore.settings(of: old.url, prefix)) { $1 }
        settings["DOCKET_ELASTICSEARCH_NEXT"] = new.url
        let server = try await TestServer(folder, environment: settings)
        let key = try await server.makeTenant("acme")
        try await server.client(key) { client in
            try await client.createCollection(Self.collection)
            let documents = (0..<900).map { Document(id: "\($0)", body: "paper") }
            _ = try await client.upload(documents, to: Self.collection)
            try await client.waitUntilIndexed(Self.collection)
            let first = try await state(server)
            #expect(first.state == "none" && !first.searched.isEmpty)
            try await #expect(step("switch", server).status != 0)
            try await #expect(step("begin", server).status == 0)
            try await #expect(step("begin", server).status != 0)
            try await until("ready", server)
            _ = try await client.upload([Document(id: "new", body: "paper")], to: Self.collection)
            _ = try await client.delete(["0", "1"], from: Self.collection)
            try await client.waitUntilIndexed(Self.collection)

            let there = try await step("switch", server)
            try #require(there.status == 0, "\(there.errors)")
            let second = try await state(server)
            #expect(second.state == "ready" && second.searched != first.searched)
            // What the old one has besides is not found: the new one is asked.
            let count = try await new.request("GET", "/\(prefix)-*/_count")
            #expect(count.contains("\"count\":899"))
            #expect(try await found(client) == 899)
            _ = try await client.upload([Document(id: "later", body: "paper")], to: Self.collection)
            try await client.waitUntilIndexed(Self.collection)
            #expect(try await found(client) == 900)

            try await #expect(step("switch", server).status == 0)
            #expect(try await state(server).searched == first.searched)
            #expect(try await found(client) == 900)
            try await #expect(step("switch", server).status == 0)
            try await #expect(step("release", server).status == 0)
            #expect(try await state(server).state == "none")
        }
        try await #expect(server.stop().status == 0)

        // The old one is no longer what documents are in.
        settings["DOCKET_ELASTICSEARCH_NEXT"] = nil
        let refused = try await RunningProgram.run(
            "docketd",
            [],
            environment: TestServer.defaults(folder).merging(settings) { $1 }
        )
        #expect(refused.status == 8)
        settings["DOCKET_ELASTICSEARCH"] = new.url
        let after = try await TestServer(folder, environment: settings)
        try await after.client(key) { client in
            let count = try await found(client)
            #expect(count == 900)
        }
        try await #expect(after.stop().status == 0)
    }
}
