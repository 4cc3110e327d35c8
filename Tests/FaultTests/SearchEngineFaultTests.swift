internal import DocketClient
internal import DocketTestKit
internal import Testing

/// Elasticsearch, and the way to it, hurt beside uploads, deletes and searches.
@Suite(
    "Elasticsearch hurt under load",
    .serialized,
    .needs(.postgres, .elasticsearch, .redis),
    .rehearsed,
    .timeLimit(.minutes(20))
)
struct SearchEngineFaultTests {
    /// No other suite's: these are hurt.
    private static let engines = Engines()

    /// Rehearses a fault of the way to Elasticsearch.
    private func run(
        _ name: String,
        _ fault: FaultProxy.Fault,
        isFelt: @escaping @Sendable (FaultHistory.State) -> Bool
    ) async throws -> FaultHistory.State {
        let rehearsal = try await Rehearsal(on: Self.engines, through: [.elasticsearch])
        let way = rehearsal.ways(.elasticsearch)[0]
        return try await rehearsal.run(name) {
            way.set(fault)
        } isFelt: {
            isFelt($0)
        } end: {
            way.set(.none)
        }
    }

    @Test("a write block that somebody has set: uploads and searches go on")
    func held() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines)
        func block(_ value: String) async throws {
            try await rehearsal.elasticsearch.request(
                "PUT",
                "/faults-*/_settings",
                "{\"index.blocks.write\":\(value)}"
            )
        }
        let told = try await rehearsal.run("3: Elasticsearch's indices blocked for writes") {
            try await block("true")
        } isFelt: {
            $0.isAnswered
        } end: {
            try await block("null")
        }
        told.expectUnfelt()
    }

    @Test("one of two endpoints away: nobody notices for long")
    func oneOfTwo() async throws {
        let kinds = [Engine.Kind.elasticsearch, .elasticsearch]
        let rehearsal = try await Rehearsal(on: Self.engines, through: kinds)
        let way = rehearsal.ways(.elasticsearch)[0]
        let told = try await rehearsal.run("5: one of two endpoints away") {
            way.set(.reset)
        } isFelt: {
            $0.isAnswered
        } end: {
            way.set(.none)
        }
        told.expectUnfelt()
    }

    @Test("a frozen Elasticsearch: uploads go on, cached searches are flagged")
    func frozen() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines)
        let engine = rehearsal.elasticsearch.engine
        let told = try await rehearsal.run("7: Elasticsearch frozen") {
            try await engine.freeze()
        } isFelt: {
            $0.isDegraded
        } end: {
            try await engine.thaw()
        }
        told.expectDegraded([.unavailable, .deadlineExceeded])
    }

    @Test("answers two seconds late: uploads go on, nothing piles up")
    func slow() async throws {
        let told = try await run("8: Elasticsearch's answers 2 s late", .delay(.seconds(2))) {
            $0.count(.upload, .during) { $0 == .answered } > 0
        }
        told.expectDegraded([.unavailable, .deadlineExceeded, .resourceExhausted])
    }

    @Test("connections reset: uploads go on, cached searches are flagged")
    func reset() async throws {
        let told = try await run("10: Elasticsearch's connections reset", .reset) { $0.isDegraded }
        told.expectDegraded()
    }

    @Test("connections that nothing comes through: uploads go on, cached searches are flagged")
    func blackHole() async throws {
        let told = try await run("11: the way to Elasticsearch a black hole", .blackHole) {
            $0.isDegraded
        }
        told.expectDegraded([.unavailable, .deadlineExceeded])
    }

    @Test("answers lost: what was written unheard is written once")
    func oneWay() async throws {
        let told = try await run("12: Elasticsearch's answers lost", .oneWay(.fromEngine)) {
            $0.isDegraded
        }
        told.expectDegraded([.unavailable, .deadlineExceeded])
    }

    @Test("answers cut within their bytes: nothing is lost or found twice")
    func cut() async throws {
        let told = try await run("15: Elasticsearch's answers cut", .cut(after: 3000)) {
            $0.count(.upload, .during) { $0 == .answered } > 0
        }
        told.expectDegraded()
    }

    @Test("answers byte by byte: nobody notices")
    func slices() async throws {
        let told = try await run("69: Elasticsearch's answers in slices", .slices(7)) {
            $0.isAnswered
        }
        told.expectUnfelt()
    }

    @Test("five seconds up, five seconds down: nothing is lost, no flood when it is back")
    func flapping() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines, through: [.elasticsearch])
        let way = rehearsal.ways(.elasticsearch)[0]
        let told = try await rehearsal.run("24: Elasticsearch up and down") {
            for _ in 0..<4 {
                way.set(.reset)
                try await Task.sleep(for: .seconds(5))
                way.set(.none)
                try await Task.sleep(for: .seconds(5))
            }
            way.set(.reset)
        } end: {
            way.set(.none)
        }
        told.expectDegraded()
    }
}
