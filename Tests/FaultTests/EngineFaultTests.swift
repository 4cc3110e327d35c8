internal import DocketClient
internal import DocketTestKit
internal import Testing

/// Engines that are hurt beside uploads, deletes and searches, and come back.
@Suite(
    "Engines hurt under load",
    .serialized,
    .needs(.postgres, .elasticsearch, .redis),
    .timeLimit(.minutes(10))
)
struct EngineFaultTests {
    /// No other suite's: these are killed.
    private static let engines = Engines()

    @Test("Elasticsearch killed: uploads go on, cached searches are answered and flagged")
    func elasticsearchKilled() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines)
        let engine = rehearsal.elasticsearch.engine
        let told = try await rehearsal.run("Elasticsearch killed") {
            try await engine.crash()
        } isFelt: { state in
            state.isDegraded
        } end: {
            try await engine.start()
        }
        #expect(told.codes(.upload, .during) == [])
        #expect(told.codes(.repeated, .during) == [])
        #expect(told.codes(.new, .during) == [.unavailable])
    }

    @Test("Elasticsearch's disk over its flood stage: uploads and searches go on")
    func elasticsearchBlocked() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines)
        let disk = DiskWatermarks(server: rehearsal.elasticsearch)
        let told = try await rehearsal.run("Elasticsearch's disk full") {
            try await disk.flood()
        } isFelt: { state in
            state.count(.new, .during) { $0 == .answered } > 0
        } end: {
            try await disk.relieve()
        }
        for phase in FaultHistory.Phase.allCases { #expect(told.codes(.upload, phase) == []) }
        // Before, the caches do not know all of them yet.
        for phase in [FaultHistory.Phase.during, .after] {
            #expect(told.codes(.repeated, phase) == [])
        }
    }

    @Test("PostgreSQL restarted: calls fail at once, and go on when it is back")
    func postgresRestarted() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines)
        let told = try await rehearsal.run("PostgreSQL restarted") {
            try await rehearsal.postgres.engine.crash()
        } isFelt: { state in
            state.count(.upload, .during) { $0.isFailure } > 0
        } end: {
            try await rehearsal.postgres.engine.start()
        }
        #expect(told.codes(.upload, .during) == [.unavailable])
        #expect(told.codes(.new, .during).isSubset(of: [.unavailable]))
    }

    @Test("Redis frozen: everything goes on")
    func redisFrozen() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines)
        let told = try await rehearsal.run("Redis frozen") {
            try await rehearsal.redis.engine.freeze()
        } isFelt: { state in
            state.count(.new, .during) { $0 == .answered } > 0
        } end: {
            try await rehearsal.redis.engine.thaw()
        }
        #expect(told.codes(.upload, .during) == [])
        #expect(told.codes(.repeated, .during) == [])
    }
}
