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
        let stranger = PostgresServer(engine: server.engine, password: "wrong")
        await #expect(throws: EngineFailed.self) { try await stranger.run("SELECT 1") }
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

/// The end of engines, on the smallest of them.
@Suite("The end of an engine", .needs(.redis), .timeLimit(.minutes(2)))
struct EngineEndTests {
    @Test("takes its processes and its directory with it")
    func stop() async throws {
        let script = try RunningProgram(Engine.script, ["redis"], takesInput: true)
        let place = try await place(of: script)
        script.closeInput()
        #expect(try await script.end().status == 0)
        expectNothing(at: place)
    }

    @Test("comes when the process that wanted it is killed")
    func killed() async throws {
        let script = "exec 3> >(exec \"$0\" redis); read -r"
        let owner = try RunningProgram(
            "/usr/bin/env",
            ["bash", "-c", script, Engine.script],
            takesInput: true
        )
        let place = try await place(of: owner)
        owner.signal(SIGKILL)
        // What the engine's script says goes to the same pipe, so this waits for that, too.
        #expect(try await owner.end().wasKilled)
        expectNothing(at: place)
    }

    @Test("comes with what its log said when it cannot start")
    func refused() async throws {
        let script = try RunningProgram(Engine.script, ["redis", "no-such-setting=1"])
        let end = try await script.end()
        #expect(end.status == 1)
        #expect(end.errors.contains { $0.contains("no-such-setting") })
    }

    private func place(of script: RunningProgram) async throws -> (port: UInt16, directory: String)
    {
        let words = try await script.output.first(containing: "ready ").split(separator: " ")
        let port = try #require(UInt16(words[1]))
        #expect(SocketExchange(port: port) != nil)
        return (port, String(words[2]))
    }

    private func expectNothing(at place: (port: UInt16, directory: String)) {
        #expect(SocketExchange(port: place.port) == nil)
        #expect(!FileManager.default.fileExists(atPath: place.directory))
    }
}

/// Elasticsearch as the tests get it.
@Suite("Elasticsearch of the tests", .needs(.elasticsearch), .timeLimit(.minutes(5)))
struct ElasticsearchServerTests {
    @Test("answers, is killed, and comes back with its indices")
    func crash() async throws {
        let server = try await Engines().elasticsearch()
        try await server.request("PUT", "/kept/_doc/1?refresh=true", #"{"number":7}"#)
        try await server.engine.crash()
        await #expect(throws: EngineFailed.self) { try await server.request("GET", "/") }
        try await server.engine.start()
        let document = try await server.request("GET", "/kept/_source/1")
        #expect(document == #"{"number":7}"#)
    }
}
