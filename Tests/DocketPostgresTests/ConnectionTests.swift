internal import DocketCore
internal import DocketSystem
internal import DocketTestKit
internal import Testing

@testable internal import DocketPostgres

@Suite("Connections to PostgreSQL", .needs(.postgres), .timeLimit(.minutes(5)))
struct ConnectionTests {
    private static let long = SQLStatement("SELECT pg_sleep(3600)::text")

    /// Returns once so many statements of the calls' user run that are like this.
    private func running(_ count: Int, _ like: String, _ test: TestDatabase) async throws {
        let question = """
            SELECT count(*) FROM pg_stat_activity WHERE state = 'active'
                AND usename = 'app_\(test.database)' AND query LIKE '\(like)'
            """
        while try await test.sql(question) != ["\(count)"] {}
    }

    private func end(_ test: TestDatabase) async throws {
        try await test.sql(
            """
            SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
            WHERE usename = 'app_\(test.database)'
            """
        )
    }

    @Test("a stop ends the statement at the server, and the connection goes on")
    func stop() async throws {
        let test = try await TestDatabase.make { $0.connections = 1 }
        let work = WorkLimit.test
        async let error = failure {
            try await test.store.calls.run(work) { _ = try $0.run(Self.long) }
        }
        try await running(1, "%pg_sleep%", test)
        work.stop()
        #expect(await error == DocketError(.cancelled, "the work was stopped"))
        try await running(0, "%pg_sleep%", test)
        let pid = SQLStatement("SELECT pg_backend_pid()::bigint")
        let pids = try await test.store.calls.run(.test) { session in
            try session.run(pid, pid).compactMap { $0.first?.integer(0) }
        }
        #expect(Set(pids).count == 1)
        await test.close()
    }

    @Test("a deadline ends the statement")
    func deadline() async throws {
        let test = try await TestDatabase.make { $0.connections = 1 }
        let error = await failure {
            try await test.store.calls.run(WorkLimit(within: .milliseconds(50))) {
                _ = try $0.run(Self.long)
            }
        }
        #expect(error?.code == .deadlineExceeded)
        try await running(0, "%pg_sleep%", test)
        #expect(try await test.counts() == StateCounts())
        await test.close()
    }

    @Test("connections that were ended while nobody used them are replaced unnoticed")
    func endedIdle() async throws {
        let test = try await TestDatabase.make()
        for _ in 0..<3 {
            try await end(test)
            #expect(try await test.counts() == StateCounts())
        }
        await test.close()
    }

    @Test("a call whose server is ended is unavailable, the next one is not")
    func endedBusy() async throws {
        let test = try await TestDatabase.make { $0.connections = 1 }
        async let error = failure {
            try await test.store.calls.run(.test) { _ = try $0.run(Self.long) }
        }
        try await running(1, "%pg_sleep%", test)
        try await end(test)
        #expect(await error?.code == .unavailable)
        #expect(try await test.counts() == StateCounts())
        await test.close()
    }

    @Test("a write that was not committed says so, one that may have been does not")
    func lostWrites() async throws {
        let test = try await TestDatabase.make { $0.connections = 1 }
        // Once for a statement of the transaction, once for its COMMIT.
        for (timing, isNotProcessed) in [("IMMEDIATE", true), ("DEFERRED", false)] {
            try await test.sql(
                """
                CREATE OR REPLACE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_sleep(3600); RETURN NEW; END $$;
                CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON docket.outbox
                DEFERRABLE INITIALLY \(timing) FOR EACH ROW EXECUTE FUNCTION wait()
                """
            )
            async let failed = failure { try await test.upload([Document(id: timing)]) }
            try await running(1, isNotProcessed ? "%docket.outbox%" : "COMMIT", test)
            try await end(test)
            let error = await failed
            #expect(error?.code == .unavailable)
            #expect(error?.isNotProcessed == isNotProcessed)
            try await test.sql("DROP TRIGGER waits ON docket.outbox")
        }
        #expect(try await test.upload([Document(id: "c")])[0].version != nil)
        await test.close()
    }

    @Test("so many calls wait and no more, each until its deadline or its stop")
    func bounds() async throws {
        let test = try await TestDatabase.make {
            $0.connections = 1
            $0.waitingMaximum = 2
        }
        let pool = test.store.calls
        let entered = OneShot<Void>()
        let release = Semaphore()
        async let holder: Void = pool.run(.test) { _ in
            entered.succeed(())
            release.wait()
        }
        try await entered.value()
        let stopped = WorkLimit.test
        let late = WorkLimit(within: .milliseconds(20))
        async let first = failure { try await pool.run(stopped) { _ in } }
        let second = await failure { try await pool.run(late) { _ in } }
        #expect(second?.code == .deadlineExceeded && second?.isNotProcessed == true)
        stopped.stop()
        #expect(await first?.code == .cancelled)
        // Those that gave up make room.
        async let third: Void = pool.run(.test) { _ in }
        async let fourth: Void = pool.run(.test) { _ in }
        while pool.waiting < 2 { await Task.yield() }
        let fifth = await failure { try await pool.run(.test) { _ in } }
        #expect(fifth?.code == .resourceExhausted && fifth?.isNotProcessed == true)
        release.signal()
        _ = try await (holder, third, fourth)
        await test.close()
    }

    @Test("a server that is away is refused at once, and found again")
    func away() async throws {
        let server = try await Engines().postgres(settings: ["fsync=on"])
        let test = try await TestDatabase.make(on: server)
        try await test.upload([Document(id: "a")])
        try await server.engine.crash()
        for _ in 0..<10 {
            #expect(await failure { try await test.counts() }?.code == .unavailable)
        }
        try await server.engine.start()
        var found: StateCounts?
        while found == nil { found = try? await test.counts() }
        #expect(found?.indexing == 1)
        await test.close()
    }
}
