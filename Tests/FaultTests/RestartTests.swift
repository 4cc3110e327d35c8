internal import DocketClient
internal import DocketTestKit
internal import Testing

/// Processes that stop, freeze and restart beside uploads, deletes and searches.
@Suite(
    "Restarts under load",
    .serialized,
    .needs(.postgres, .elasticsearch, .redis, .rabbitmq),
    .rehearsed,
    .timeLimit(.minutes(30))
)
struct RestartTests {
    /// No other suite's: these are killed.
    private static let engines = Engines()
    private static let fleet = ["api", "api", "indexer"]

    @Test("servers stopped and started one after another: calls that meet one are told so")
    func rolling() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines, roles: Self.fleet, isHinted: true)
        let told = try await rehearsal.run("56: each process stopped and started in turn") {
            for server in rehearsal.servers {
                try await #expect(server.stop() == 0)
                try await server.restart()
            }
        } isFelt: {
            $0.isAnswered
        } end: {
        }
        // The client tries nothing twice: a call may meet the address that is away.
        for call in FaultHistory.Call.allCases {
            #expect(told.codes(call, .during).isSubset(of: [.unavailable]))
            #expect(told.codes(call, .after) == [])
        }
    }

    @Test("an indexer that sleeps beyond its leases and goes on: nothing is older for it")
    func frozenIndexer() async throws {
        let roles = ["api", "indexer", "indexer"]
        let rehearsal = try await Rehearsal(on: Self.engines, roles: roles, isHinted: true)
        let told = try await rehearsal.run("38: an indexer frozen beyond its leases") {
            rehearsal.servers[1].freeze()
            try await Task.sleep(for: .seconds(70))
        } isFelt: {
            $0.isAnswered
        } end: {
            rehearsal.servers[1].thaw()
        }
        told.expectUnfelt()
    }

    @Test("engines and servers killed and started in random order, ten times", arguments: [1, 2])
    func swizzled(seed: UInt64) async throws {
        let rehearsal = try await Rehearsal(on: Self.engines, roles: Self.fleet, isHinted: true)
        let broker = try #require(rehearsal.rabbitmq)
        let engines = [
            rehearsal.postgres.engine, rehearsal.elasticsearch.engine, rehearsal.redis.engine,
            broker.engine,
        ]
        var random = SeededGenerator(seed: seed)
        var away: [Int] = []
        let told = try await rehearsal.run("77: everything killed in random order, \(seed)") {
            for _ in 0..<10 {
                let all = engines.count + rehearsal.servers.count
                let victim = Int.random(in: 0..<all, using: &random)
                if let place = away.firstIndex(of: victim) {
                    away.remove(at: place)
                    try await start(victim, engines, rehearsal)
                } else {
                    away.append(victim)
                    try await kill(victim, engines, rehearsal)
                }
            }
        } end: {
            for victim in away.shuffled(using: &random) {
                try await start(victim, engines, rehearsal)
            }
        }
        for call in FaultHistory.Call.allCases {
            #expect(!told.codes(call, .during).contains(.internalError))
        }
    }

    private func kill(_ victim: Int, _ engines: [Engine], _ rehearsal: Rehearsal) async throws {
        if victim < engines.count {
            try await engines[victim].crash()
        } else {
            try await rehearsal.servers[victim - engines.count].kill()
        }
    }

    private func start(_ victim: Int, _ engines: [Engine], _ rehearsal: Rehearsal) async throws {
        if victim < engines.count {
            try await engines[victim].start()
        } else {
            try await rehearsal.servers[victim - engines.count].restart()
        }
    }
}
