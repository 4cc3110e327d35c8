internal import DocketTestKit
internal import Foundation
internal import Testing

/// PostgreSQL as the tests get it.
@Suite("PostgreSQL of the tests", .needs(.postgres), .timeLimit(.minutes(5)))
struct PostgresServerTests {
    @Test("is one for all who ask alike")
    func shared() async throws {
        async let first = Engines.shared.postgres()
        async let second = Engines.shared.postgres()
        #expect(try await first.engine === second.engine)
    }

    @Test("makes databases that are empty and apart")
    func databases() async throws {
        let server = try await Engines.shared.postgres()
        let databases = [try await server.makeDatabase(), try await server.makeDatabase()]
        try await server.run("CREATE TABLE there (number int)", in: databases[0])
        let count = "SELECT count(*) FROM pg_tables WHERE tablename = 'there'"
        #expect(try await server.run(count, in: databases[0]) == ["1"])
        #expect(try await server.run(count, in: databases[1]) == ["0"])
    }

    @Test("asks for the password")
    func password() async throws {
        let server = try await Engines.shared.postgres()
        await #expect(throws: EngineFailed.self) {
            try await server.run("SELECT 1", password: "wrong")
        }
    }

    @Test("keeps what was committed over a crash, on the same port")
    func crash() async throws {
        let server = try await Engines().postgres(settings: ["fsync=on"])
        try await server.run("CREATE TABLE kept AS SELECT 7 AS number")
        try await server.engine.crash()
        await #expect(throws: EngineFailed.self) { try await server.run("SELECT 1") }
        try await server.engine.start()
        #expect(try await server.run("SELECT number FROM kept") == ["7"])
    }

    @Test("frozen, answers nobody before it is thawed")
    func freeze() async throws {
        let server = try await Engines().postgres()
        try await server.engine.freeze()
        let states = try processStates(of: server.engine)
        #expect(states.count > 1)
        #expect(states.allSatisfy { $0 == "T" })
        async let answer = server.run("SELECT 1")
        try await server.engine.thaw()
        #expect(try await answer == ["1"])
    }

    /// The state of each process that runs in the engine's directory.
    private func processStates(of engine: Engine) throws -> [Character] {
        let files = FileManager.default
        return try files.contentsOfDirectory(atPath: "/proc").compactMap { name in
            let link = try? files.destinationOfSymbolicLink(atPath: "/proc/\(name)/cwd")
            guard link?.hasPrefix(engine.directory) == true else { return nil }
            let line = try String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8)
            return line.split(separator: ") ").last?.first
        }
    }
}

/// PgBouncer as the tests get it.
@Suite("PgBouncer of the tests", .needs(.postgres, .pgbouncer), .timeLimit(.minutes(5)))
struct PgBouncerTests {
    @Test("lets a role of the server in by its own password, and shares few connections")
    func roles() async throws {
        let postgres = try await Engines.shared.postgres()
        let pool = try await Engines.shared.pgbouncer(poolSize: 1)
        let database = try await postgres.makeDatabase()
        try await postgres.run("CREATE ROLE guest_of_\(database) LOGIN PASSWORD 'known'")
        let guest = "guest_of_\(database)"
        let question = "SELECT current_user, pg_backend_pid()"
        let first = try await pool.run(question, in: database, user: guest, password: "known")
        let second = try await pool.run(question, in: database, user: guest, password: "known")
        #expect(first == second)
        #expect(first.first?.hasPrefix(guest + "|") == true)
        await #expect(throws: EngineFailed.self) {
            try await pool.run(question, in: database, user: guest, password: "guessed")
        }
    }
}

/// Redis as the tests get it.
@Suite("Redis of the tests", .needs(.redis), .timeLimit(.minutes(2)))
struct RedisServerTests {
    @Test("asks for the password, and comes back empty from a crash")
    func crash() async throws {
        let server = try await Engines().redis(settings: ["maxmemory=64mb"])
        #expect(try await server.run("SET", "here", "1") == ["OK"])
        let stranger = RedisServer(engine: server.engine, password: "wrong")
        let refusal = try await stranger.run("GET", "here")
        #expect(refusal.contains { $0.contains("NOAUTH") })
        try await server.engine.crash()
        await #expect(throws: EngineFailed.self) { try await server.run("PING") }
        try await server.engine.start()
        #expect(try await server.run("EXISTS", "here") == ["0"])
    }
}
