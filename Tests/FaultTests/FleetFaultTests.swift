internal import DocketClient
internal import DocketTestKit
internal import Testing

/// Processes of a fleet that are killed, and what tells them of documents that is hurt, beside
/// uploads, deletes and searches.
@Suite(
    "A fleet hurt under load",
    .serialized,
    .needs(.postgres, .elasticsearch, .redis, .rabbitmq),
    .timeLimit(.minutes(10))
)
struct FleetFaultTests {
    /// No other suite's: these are killed.
    private static let engines = Engines()

    @Test("a server killed: its calls break, those that come later are answered by another")
    func apiKilled() async throws {
        let roles = ["api", "api", "indexer"]
        let rehearsal = try await Rehearsal(on: Self.engines, roles: roles, isHinted: true)
        let told = try await rehearsal.run("One of two servers killed") {
            try await rehearsal.servers[0].kill()
        } isFelt: {
            $0.isAnswered
        } end: {
            try await rehearsal.servers[0].restart()
        }
        for call in FaultHistory.Call.allCases {
            #expect(told.codes(call, .during).isSubset(of: [.unavailable]))
            #expect(told.codes(call, .after) == [])
        }
    }

    @Test("an indexer killed: the other goes on with what it had leased")
    func indexerKilled() async throws {
        let roles = ["api", "indexer", "indexer"]
        let rehearsal = try await Rehearsal(on: Self.engines, roles: roles, isHinted: true)
        let told = try await rehearsal.run("One of two indexers killed") {
            try await rehearsal.servers[1].kill()
        } isFelt: {
            $0.isAnswered
        } end: {
            try await rehearsal.servers[1].restart()
        }
        told.expectUnfelt()
    }

    @Test("RabbitMQ killed: nobody notices")
    func rabbitmqKilled() async throws {
        let roles = ["api", "indexer"]
        let rehearsal = try await Rehearsal(on: Self.engines, roles: roles, isHinted: true)
        let broker = try #require(rehearsal.rabbitmq)
        let told = try await rehearsal.run("RabbitMQ killed") {
            try await broker.engine.crash()
        } isFelt: {
            $0.isAnswered
        } end: {
            try await broker.engine.start()
        }
        told.expectUnfelt()
    }

    @Test("RabbitMQ short of memory: nobody notices")
    func rabbitmqBlocked() async throws {
        let roles = ["api", "indexer"]
        let rehearsal = try await Rehearsal(on: Self.engines, roles: roles, isHinted: true)
        let broker = try #require(rehearsal.rabbitmq)
        let told = try await rehearsal.run("RabbitMQ short of memory") {
            try await broker.run("set_vm_memory_high_watermark", "0")
        } isFelt: {
            $0.isAnswered
        } end: {
            try await broker.run("set_vm_memory_high_watermark", "0.6")
        }
        told.expectUnfelt()
    }

    @Test("what one server deletes is gone on the other, without Redis")
    func deletes() async throws {
        let rehearsal = try await Rehearsal(
            on: Self.engines,
            roles: ["api", "api", "indexer"],
            isHinted: true,
            isCached: false
        )
        let spread = DeleteSpread(count: FaultLoad.seconds == nil ? 20 : 1000)
        let (first, second) = (rehearsal.servers[0].server, rehearsal.servers[1].server)
        let key = try await first.makeTenant("acme")
        try await first.client(key) { deleting in
            try await second.client(key) { searching in
                try await spread.run(deleting, searching)
            }
        }
        if FaultLoad.seconds != nil { print(spread.report) }
        for one in rehearsal.servers { try await #expect(one.server.stop().status == 0) }
    }
}
