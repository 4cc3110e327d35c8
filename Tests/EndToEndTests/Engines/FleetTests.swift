internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// Processes with roles of their own on the same engines.
@Suite(
    "A fleet",
    .needs(.postgres, .elasticsearch, .rabbitmq),
    .timeLimit(.minutes(5))
)
struct FleetTests {
    private static let collection = "notes"
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// A process of the fleet, in a folder of its own.
    private func start(
        _ role: String,
        _ settings: [String: String],
        in folder: TestFolder
    ) async throws -> TestServer {
        try await TestServer(folder, ["--role", role], environment: settings)
    }

    private func fleet() async throws -> [String: String] {
        let rabbitmq = try await Engines.shared.rabbitmq().settings(folder)
        return try await ServerStore.engines.settings(folder).merging(rabbitmq) { $1 }
    }

    private func notes(_ numbers: Range<Int>) -> [Document] {
        numbers.map { Document(id: "note-\($0)", title: "Note \($0)", body: "tea and biscuits") }
    }

    private func metric(_ name: String, of server: TestServer) throws -> Int {
        let line = try server.get("/metrics").split(separator: "\n").first {
            $0.hasPrefix(name + " ")
        }
        return line?.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) } ?? 0
    }

    @Test("what one takes another indexes, is told of it, and a third finds and deletes")
    func roles() async throws {
        let settings = try await fleet()
        let (other, third) = (try TestFolder(), try TestFolder())
        let first = try await start("api", settings, in: folder)
        let second = try await start("api", settings, in: other)
        let indexer = try await start("indexer", settings, in: third)
        #expect(indexer.address == "")
        #expect(throws: (any Error).self) { try third.text("data/admin.key") }
        let key = try await first.makeTenant("acme")
        try await first.client(key) { client in
            try await client.createCollection(Self.collection, attributes: [])
            _ = try await client.upload(notes(0..<50), to: Self.collection)
            // Until the broker is there for both, hints are dropped.
            var next = 50
            while try metric("docket_hints_total{outcome=\"received\"}", of: indexer) == 0 {
                _ = try await client.upload(notes(next..<next + 1), to: Self.collection)
                next += 1
            }
            try await client.waitUntilIndexed(Self.collection)
            try await second.client(key) { client in
                let request = SearchRequest(collection: Self.collection, query: "tea", limit: 1)
                #expect(try await client.search(request).reply.total.value == UInt64(next))
                let deleted = try await client.delete(["note-7"], from: Self.collection)
                #expect(deleted.deleted == 1)
                let left = try await client.search(request).reply.total.value
                #expect(left == UInt64(next - 1))
                try await client.waitUntilIndexed(Self.collection)
            }
            try await expectGone("note-7", client)
        }
        #expect(try metric("docket_indexed_documents_total", of: first) == 0)
        for server in [first, second, indexer] { try await #expect(server.stop().status == 0) }
    }

    /// Returns once the other server has heard of the delete.
    private func expectGone(_ id: String, _ client: DocketClient) async throws {
        let request = SearchRequest(collection: Self.collection, query: "tea", limit: 1000)
        while try await client.search(request).reply.hits.contains(where: { $0.document.id == id })
        {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test("an indexer that ends hands over to another, and nothing is lost")
    func handover() async throws {
        let settings = try await fleet()
        let (other, third) = (try TestFolder(), try TestFolder())
        let api = try await start("api", settings, in: folder)
        let killed = try await start("indexer", settings, in: other)
        let key = try await api.makeTenant("acme")
        try await api.client(key) { client in
            try await client.createCollection(Self.collection, attributes: [])
            _ = try await client.upload(notes(0..<200), to: Self.collection)
            while try metric("docket_bulks_total", of: killed) == 0 {
                try await Task.sleep(for: .milliseconds(5))
            }
            killed.program.signal(SIGKILL)
            _ = try await killed.program.end()
            let next = try await start("indexer", settings, in: third)
            _ = try await client.upload(notes(200..<300), to: Self.collection)
            try await client.waitUntilIndexed(Self.collection)
            let request = SearchRequest(collection: Self.collection, query: "biscuits", limit: 1)
            #expect(try await client.search(request).reply.total.value == 300)
            try await #expect(next.stop().status == 0)
        }
        try await #expect(api.stop().status == 0)
    }

    @Test("the least rights of docs/OPERATIONS.md suffice")
    func rights() async throws {
        let broker = try await Engines.shared.rabbitmq()
        let queue = "^docket\\.hints$"
        try await broker.run("add_user", "modest", "secret")
        try await broker.run(
            "set_permissions",
            "modest",
            queue,
            "^(docket\\.hints|amq\\.default)$",
            queue
        )
        var settings = try await fleet()
        let place = "\(broker.engine.host):\(broker.engine.port)"
        settings["DOCKET_RABBITMQ"] = "amqp://modest@\(place)"
        settings["DOCKET_RABBITMQ_PASSWORD_FILE"] = try folder.write("secret", to: "modest")
        let server = try await TestServer(folder, environment: settings)
        let key = try await server.makeTenant("acme")
        try await server.client(key) { client in
            try await client.createCollection(Self.collection, attributes: [])
            var next = 0
            while try metric("docket_hints_total{outcome=\"received\"}", of: server) == 0 {
                _ = try await client.upload(notes(next..<next + 1), to: Self.collection)
                next += 1
            }
        }
        try await #expect(server.stop().status == 0)
    }
}
