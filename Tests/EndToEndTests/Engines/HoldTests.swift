internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// Indexing that an operator holds, on each store.
@Suite(
    "A hold on indexing",
    .needs(.postgres, .elasticsearch),
    .timeLimit(.minutes(5))
)
struct HoldTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func counts(_ client: DocketClient) async throws -> StateCounts {
        let reply = try await client.status(in: Workload.collection)
        return try #require(reply.collections.first).counts
    }

    private func health(_ server: TestServer) async throws -> PartHealth? {
        try await server.client(server.administratorKey) { admin in
            try await admin.health().parts.first { $0.part == "indexing hold" }
        }
    }

    @Test(
        "uploads and deletes go on and wait, over a restart, until it is released",
        arguments: [ServerStore.embedded, .engines]
    )
    func hold(_ store: ServerStore) async throws {
        let settings = try await store.settings(folder)
        let first = try await TestServer(folder, environment: settings)
        let key = try await first.makeTenant("acme")
        try await first.client(key) { client in
            try await client.createCollection(Workload.collection)
            _ = try await client.upload([Document(id: "before")], to: Workload.collection)
            try await client.waitUntilIndexed(Workload.collection)
        }
        #expect(try await health(first) == nil)
        let hold = try await first.client(first.administratorKey) { admin in
            try await admin.holdIndexing(reason: "more disks")
        }
        let part = try #require(try await health(first))
        #expect(part.state == .held && part.lastError == "more disks")
        #expect(part.sinceMicroseconds == hold.sinceMicroseconds)
        try await first.client(first.administratorKey) { admin in
            // Held once more it keeps its time.
            let again = try await admin.holdIndexing(reason: "and more")
            #expect(again.sinceMicroseconds == hold.sinceMicroseconds)
            let long = String(repeating: "x", count: 201)
            let refused = await #expect(throws: DocketError.self) {
                try await admin.holdIndexing(reason: long)
            }
            #expect(refused?.details.map(\.field) == ["reason"])
            #expect(refused?.details.map(\.limit) == [200])
        }
        try await first.client(key) { client in
            let documents = (0..<20).map { Document(id: "\($0)") }
            #expect(try await client.upload(documents, to: Workload.collection).accepted == 20)
            _ = try await client.delete(["before"], from: Workload.collection)
        }
        try await #expect(first.stop().status == 0)

        let server = try await TestServer(folder, environment: settings)
        try await server.client(key) { client in
            _ = try await client.upload([Document(id: "after")], to: Workload.collection)
            while try !server.get("/metrics").contains("docket_indexing_hold_state 1") {
                try await Task.sleep(for: .milliseconds(20))
            }
            // An indexer has looked into the outbox since it started.
            let held = try await counts(client)
            #expect(held.indexing == 21 && held.indexed == 0)
            #expect(try await health(server)?.lastError == "and more")
            try await server.client(server.administratorKey) { try await $0.releaseIndexing() }
            try await client.waitUntilIndexed(Workload.collection)
            #expect(try await counts(client).indexed == 21)
            #expect(try await health(server) == nil)
        }
        try await #expect(server.stop().status == 0)
    }
}
