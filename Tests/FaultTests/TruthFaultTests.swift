internal import DocketClient
internal import DocketTestKit
internal import Testing

/// PostgreSQL, PgBouncer and the way to them hurt beside uploads, deletes and searches.
@Suite(
    "PostgreSQL hurt under load",
    .serialized,
    .needs(.postgres, .pgbouncer, .elasticsearch, .redis),
    .rehearsed,
    .timeLimit(.minutes(20))
)
struct TruthFaultTests {
    /// No other suite's: these are hurt.
    private static let engines = Engines()

    private func expectAway(
        _ told: FaultHistory.State,
        _ codes: Set<DocketError.Code> = [.unavailable]
    ) {
        for call in FaultHistory.Call.allCases {
            #expect(told.codes(call, .during).isSubset(of: codes))
        }
    }

    private func isFelt(_ state: FaultHistory.State) -> Bool {
        state.count(.upload, .during) { $0.isFailure } > 0
    }

    @Test("all connections ended by an administrator: each is made anew")
    func terminated() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines)
        let told = try await rehearsal.run("26: PostgreSQL's connections ended") {
            try await rehearsal.postgres.run(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE usename LIKE 'docket%'
                """
            )
        } isFelt: {
            $0.isAnswered
        } end: {
        }
        expectAway(told)
    }

    @Test("a table that somebody has locked: calls end in time, and go on after")
    func locked() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines)
        let holder = try rehearsal.transaction("LOCK TABLE docket.documents")
        let told = try await rehearsal.run("27: a table of PostgreSQL locked") {
            try await holder.begin()
        } isFelt: {
            isFelt($0)
        } end: {
            try await holder.end()
        }
        expectAway(told, [.unavailable, .deadlineExceeded, .resourceExhausted])
    }

    @Test("an old snapshot that holds rows back: nobody notices")
    func oldSnapshot() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines)
        let holder = try rehearsal.transaction(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM docket.tenants"
        )
        let told = try await rehearsal.run("30: an old snapshot in PostgreSQL") {
            try await holder.begin()
        } isFelt: {
            $0.isAnswered
        } end: {
            try await holder.end()
        }
        told.expectUnfelt()
    }

    @Test("every transaction read-only: uploads are refused, searches go on")
    func readOnly() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines)
        func set(_ value: String) async throws {
            try await rehearsal.postgres.run(
                "ALTER SYSTEM SET default_transaction_read_only = \(value)"
            )
            try await rehearsal.postgres.run("SELECT pg_reload_conf()")
        }
        let told = try await rehearsal.run("28: PostgreSQL takes no writes") {
            try await set("on")
        } isFelt: {
            isFelt($0)
        } end: {
            try await set("off")
        }
        expectAway(told)
        #expect(told.codes(.repeated, .during) == [])
    }

    @Test("no connection left: calls go on by those that are open")
    func exhausted() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines)
        let told = try await rehearsal.run("29: PostgreSQL has no connection left") {
            try await rehearsal.postgres.run("ALTER ROLE docket_test_app CONNECTION LIMIT 1")
        } isFelt: {
            $0.isAnswered
        } end: {
            try await rehearsal.postgres.run("ALTER ROLE docket_test_app CONNECTION LIMIT -1")
        }
        expectAway(told)
    }

    @Test("answers lost: what was committed unheard is there once")
    func answersLost() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines, through: [.postgres])
        let way = rehearsal.ways(.postgres)[0]
        let told = try await rehearsal.run("31: PostgreSQL's answers lost") {
            way.set(.oneWay(.fromEngine))
        } isFelt: {
            isFelt($0)
        } end: {
            way.set(.reset)
            way.set(.none)
        }
        expectAway(told, [.unavailable, .deadlineExceeded, .resourceExhausted])
    }

    @Test("connections that nothing comes through: calls end in time")
    func blackHole() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines, through: [.postgres])
        let way = rehearsal.ways(.postgres)[0]
        let told = try await rehearsal.run("27: the way to PostgreSQL a black hole") {
            way.set(.blackHole)
        } isFelt: {
            isFelt($0)
        } end: {
            way.set(.none)
        }
        expectAway(told, [.unavailable, .deadlineExceeded, .resourceExhausted])
    }

    @Test("PgBouncer killed: calls fail at once, and go on when it is back")
    func pgbouncerKilled() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines, isPooled: true)
        let pool = try #require(rehearsal.pgbouncer)
        let told = try await rehearsal.run("35: PgBouncer killed") {
            try await pool.engine.crash()
        } isFelt: {
            isFelt($0)
        } end: {
            try await pool.engine.start()
        }
        expectAway(told)
    }

    @Test("PgBouncer frozen: calls end in time")
    func pgbouncerFrozen() async throws {
        let rehearsal = try await Rehearsal(on: Self.engines, isPooled: true)
        let pool = try #require(rehearsal.pgbouncer)
        let told = try await rehearsal.run("36: PgBouncer frozen") {
            try await pool.engine.freeze()
        } isFelt: {
            isFelt($0)
        } end: {
            try await pool.engine.thaw()
        }
        expectAway(told, [.unavailable, .deadlineExceeded, .resourceExhausted])
    }
}
