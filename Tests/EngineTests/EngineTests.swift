internal import DocketTestKit
internal import Foundation
internal import Testing

/// The end of engines, on the smallest of them.
@Suite("The end of an engine", .needs(.redis), .timeLimit(.minutes(2)))
struct EngineEndTests {
    @Test("takes its processes and its directory with it")
    func stop() async throws {
        let engine = try await Engines().redis().engine
        #expect(SocketExchange(port: engine.port) != nil)
        try await engine.stop()
        expectNothing(at: (engine.port, engine.directory))
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
        let error = await #expect(throws: EngineFailed.self) {
            try await Engines().redis(settings: ["no-such-setting=1"])
        }
        #expect(error?.lines.contains { $0.contains("no-such-setting") } == true)
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
