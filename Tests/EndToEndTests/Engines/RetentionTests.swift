internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// Documents that a collection keeps for some days, on each store.
@Suite(
    "A collection that keeps its documents for some days",
    .needs(.postgres, .elasticsearch),
    .timeLimit(.minutes(5))
)
struct RetentionTests {
    private static let collection = Workload.collection
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func docket(
        _ server: TestServer,
        _ key: String,
        _ words: String...
    ) async throws -> RunningProgram.End {
        try await RunningProgram.run(
            "docket",
            ["collection", "retention"] + words,
            environment: ["DOCKET_ADDRESS": server.address, "DOCKET_KEY": key]
        )
    }

    private func found(_ client: DocketClient) async throws -> [String] {
        let request = SearchRequest(collection: Self.collection, query: "tea")
        return try await client.search(request).reply.hits.map(\.document.id).sorted()
    }

    @Test(
        "loses what is older by itself, over a restart, until it keeps all for ever",
        arguments: [ServerStore.embedded, .engines]
    )
    func retention(_ store: ServerStore) async throws {
        var settings = try await store.settings(folder)
        settings["DOCKET_RETENTION_INTERVAL"] = "1s"
        let server = try await TestServer(folder, environment: settings)
        let key = try await server.makeTenant("acme")
        let now = Int64(Date().timeIntervalSince1970 * 1e6)
        func documents(_ ids: Range<Int>, daysAgo: Int64) -> [Document] {
            ids.map { number in
                let time = AttributeValue.time(microseconds: now - daysAgo * 86_400_000_000)
                return Document(
                    id: "\(number)",
                    title: "tea",
                    attributes: [Attribute("made", time)]
                )
            }
        }
        try await server.client(key) { client in
            try await client.createCollection(
                Self.collection,
                attributes: [AttributeDefinition("made", .time, [.filter])]
            )
            let old = documents(0..<1200, daysAgo: 90)
            for start in stride(from: 0, to: old.count, by: 400) {
                _ = try await client.upload(Array(old[start..<start + 400]), to: Self.collection)
            }
            _ = try await client.upload(documents(1200..<1205, daysAgo: 9), to: Self.collection)
            try await client.waitUntilIndexed(Self.collection)
            let set = try await docket(server, key, Self.collection, "made", "30")
            #expect(set.status == 0, "\(set.errors)")
            #expect(set.output.first == "kept 30 days after made")
            while true {
                let counts = try await client.status(in: Self.collection).collections[0].counts
                if counts.indexed == 5, counts.deleting == 0 { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try await found(client) == (1200..<1205).map { "\($0)" })
            #expect(try await client.get(["7"], from: Self.collection).documents.isEmpty)
        }
        let counter = "docket_retention_deleted_documents_total"
        #expect(try server.metrics().first { $0.name == counter }?.value == 1200)
        try await #expect(server.stop().status == 0)

        let again = try await TestServer(folder, environment: settings)
        try await again.client(key) { client in
            #expect(try await client.collection(Self.collection).retention?.days == 30)
            _ = try await client.upload(documents(0..<1, daysAgo: 31), to: Self.collection)
            while try await !client.get(["0"], from: Self.collection).documents.isEmpty {
                try await Task.sleep(for: .milliseconds(50))
            }
            let forever = try await docket(again, key, Self.collection, "--forever")
            #expect(forever.status == 0, "\(forever.errors)")
            #expect(try await client.collection(Self.collection).retention == nil)
            let wrong = try await docket(again, key, Self.collection, "made", "0")
            #expect(wrong.status == 2 && wrong.errors.joined().contains("1 to 36525"))
        }
        try await #expect(again.stop().status == 0)
    }
}
