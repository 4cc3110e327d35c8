internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// What a server says of its engines.
@Suite("Health of a server on engines", .needs(.postgres, .elasticsearch), .timeLimit(.minutes(5)))
struct HealthTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func part(_ name: String, of reply: HealthReply) throws -> PartHealth {
        try #require(reply.parts.first { $0.part == name }, "\(reply.parts)")
    }

    @Test("names each engine, its state and why it is away, and when it is there again")
    func engines() async throws {
        let proxy = try EngineProxy(of: try await ServerStore.engines.searchServer())
        var settings = try await ServerStore.engines.settings(folder)
        settings["DOCKET_ELASTICSEARCH"] = proxy.url
        // Nothing listens at this port.
        settings["DOCKET_REDIS"] = "redis://127.0.0.1:1"
        let server = try await TestServer(folder, environment: settings)
        let key = try await server.makeTenant("acme")
        let address = String(proxy.url.split(separator: "/").last ?? "")
        try await server.client(server.administratorKey) { admin in
            let first = try await admin.health()
            #expect(first.roles == ["api", "indexer"])
            for name in ["postgres calls", "postgres indexing", "search engine", "searches"] {
                #expect(try part(name, of: first).state == .up, "\(name)")
            }
            #expect(try part("search engine", of: first).address == address)
            #expect(try part("rabbitmq", of: first).state == .off)
            #expect(first.backlog == Backlog())
            while try await part("redis", of: admin.health()).state != .away {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await !admin.health().isWell)

            proxy.setAway(true)
            try await server.client(key) { client in
                try await client.createCollection(Workload.collection)
                _ = try await client.upload([Document(id: "1")], to: Workload.collection)
            }
            while true {
                let reply = try await admin.health()
                let engine = try part("search engine", of: reply)
                guard engine.state == .ejected, reply.backlog?.documents == 1 else {
                    try await Task.sleep(for: .milliseconds(20))
                    continue
                }
                #expect(engine.lastError.hasPrefix("the search engine is not reached"))
                #expect(engine.lastErrorMicroseconds >= engine.sinceMicroseconds)
                break
            }
            proxy.setAway(false)
            while true {
                let reply = try await admin.health()
                let isUp = try part("search engine", of: reply).state == .up
                if isUp, reply.backlog?.documents == 0 { break }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        let refused = await #expect(throws: DocketError.self) {
            try await server.client(key) { try await $0.health() }
        }
        #expect(refused?.code == .permissionDenied)
        try await #expect(server.stop().status == 0)
    }
}
