import DocketClient
import DocketCommands
import DocketSettings
import Foundation
import Synchronization
import Testing

@testable import DocketLoad

/// What a program wrote.
final class Output: Sendable {
    private let texts = Mutex((out: "", error: ""))

    var out: String { texts.withLock { $0.out } }
    var error: String { texts.withLock { $0.error } }

    var console: Console {
        Console(
            write: { [self] text in texts.withLock { $0.out += text } },
            writeError: { [self] text in texts.withLock { $0.error += text } }
        )
    }
}

@Suite("Program docket-load", .timeLimit(.minutes(5)))
struct LoadProgramTests {
    private let output = Output()
    private let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("docket-load-\(UUID())")

    private func run(_ arguments: String...) async -> DocketCommands.ExitStatus {
        await LoadProgram(console: output.console, environment: ["DOCKET_LISTEN": "x"])
            .run(arguments)
    }

    private func withFile(
        _ name: String,
        _ text: String,
        _ body: (String) async throws -> Void
    ) async throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let file = directory.appendingPathComponent(name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        try await body(file.path)
        try FileManager.default.removeItem(at: directory)
    }

    @Test(
        "refuses a run that says too little or contradicts itself",
        arguments: [
            (["--rate", "5", "--queries", "q"], "--collection"),
            (["--collection", "c", "--queries", "q"], "--rate"),
            (["--collection", "c", "--rate", "5"], "--queries"),
            (["--collection", "c", "--rate", "0", "--queries", "q"], "--rate 0"),
            (["--collection", "c", "--rate", "nan", "--queries", "q"], "--rate nan"),
            (["--collection", "c", "--rate", "2000000", "--queries", "q"], "--rate 2000000"),
            (["--collection", "c", "--rate", "5", "--queries", "q", "--documents", "d"], "--mix"),
            (["--collection", "c", "--rate", "5", "--queries", "q", "--mix", "1:1"], "no file"),
            (["--collection", "c", "--rate", "5", "--queries", "q", "--mix", "x"], "--mix x"),
        ]
    )
    func usage(arguments: [String], named: String) async {
        let status = await LoadProgram(console: output.console, environment: [:])
            .run(["run"] + arguments)
        #expect(status == .wrongUsage)
        #expect(output.error.hasPrefix("docket-load: "))
        #expect(output.error.contains(named))
    }

    @Test("plans an open loop, or a closed one for the rate max")
    func plan() throws {
        func plan(_ arguments: String...) throws -> LoadPlan {
            let request = try LoadCommand.program.parse(
                ["run", "--collection", "c", "--queries", "q"] + arguments
            )
            guard case .run(let invocation) = request else { throw UsageError("no run") }
            return try LoadPlan(invocation.values)
        }
        let open = try plan("--rate", "250/s", "--in-flight", "9", "--connections", "3")
        #expect(open.pace == .open(rate: 250, inFlightMaximum: 9))
        #expect(open.mix == CallMix(searches: 1, uploads: 0))
        #expect(open.clientConfiguration.attempts == 1)
        #expect(open.clientConfiguration.waitingCalls == 9)
        #expect(open.clientConfiguration.connectionsPerAddress == 3)
        #expect(open.freshness == Freshness())
        let stale = try plan("--rate", "1", "--max-stale", "10s")
        #expect(stale.freshness == Freshness(maximumStaleness: .seconds(10)))
        #expect(try plan("--rate", "0.5").pace == .open(rate: 0.5, inFlightMaximum: 10_000))
        #expect(try plan("--rate", "max", "--callers", "5").pace == .closed(callers: 5))
        let both = try plan("--rate", "1", "--documents", "d", "--mix", "3:0")
        #expect(both.documentsFile == nil)
    }

    @Test("says that a server is not reached, with the status for it")
    func unreached() async {
        let status = await run(
            "run",
            "--collection",
            "c",
            "--queries",
            "q",
            "--rate",
            "1",
            "--key",
            "dk_x",
            "--address",
            "127.0.0.1:1"
        )
        #expect(status == .notReached)
    }

    @Test("draws queries for a file, the same each time")
    func queries() async throws {
        let schema = #"{"year": {"type": "number", "uses": ["filter"]}}"#
        try await withFile("schema.json", schema) { schema in
            let documents = (0..<20).map {
                #"{"id":"\#($0)","title":"Number \#($0)","attributes":{"year":\#($0)}}"#
            }
            let file = directory.appendingPathComponent("documents.jsonl")
            try documents.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
            let arguments = ["queries", file.path, "--schema", schema, "--count", "50"]
            let second = Output()
            for output in [output, second] {
                let program = LoadProgram(console: output.console, environment: [:])
                #expect(await program.run(arguments) == .allWell)
            }
            #expect(output.out.split(separator: "\n").count == 50)
            #expect(output.out.contains("year >= "))
            #expect(output.out == second.out)
            let requests = try await { () in
                let queries = directory.appendingPathComponent("queries.jsonl")
                try output.out.write(to: queries, atomically: true, encoding: .utf8)
                return try await LoadInput.requests(queries.path, in: "c", limit: 3)
            }()
            #expect(requests.count == 50)
            #expect(requests.allSatisfy { $0.collection == "c" && $0.limit == 3 })
        }
    }

    @Test("names the line of a query that is wrong")
    func wrongQuery() async throws {
        try await withFile("queries", "good\n\n{\"filter\":\"year >\"}\n") { file in
            let error = await #expect(throws: UsageError.self) {
                try await LoadInput.requests(file, in: "c", limit: 3)
            }
            #expect(error?.message.contains("queries:3: ") == true)
        }
    }

    @Test("cuts documents into batches of the size that is asked for")
    func batches() async throws {
        let lines = (0..<7).map { #"{"id":"\#($0)"}"# }.joined(separator: "\n")
        try await withFile("documents", lines) { file in
            let batches = try await LoadInput.batches(file, of: 3)
            #expect(batches.map { $0.map(\.id) } == [["0", "1", "2"], ["3", "4", "5"], ["6"]])
        }
        try await withFile("documents", "{\"id\":1}") { file in
            let error = await #expect(throws: UsageError.self) {
                try await LoadInput.batches(file, of: 3)
            }
            #expect(error?.message.contains("documents:1: ") == true)
        }
        try await withFile("documents.json", "[\n") { file in
            let error = await #expect(throws: UsageError.self) {
                try await LoadInput.batches(file, of: 3)
            }
            #expect(error?.message.contains("is a JSON array") == true)
        }
    }

    @Test("uploads of an id that comes again the last line, whichever call comes first")
    func lastLine() async throws {
        let lines = (0..<6).map { #"{"id":"\#($0 % 4)","title":"\#($0)"}"# }.joined(separator: "\n")
        try await withFile("documents", lines) { file in
            let batches = try await LoadInput.batches(file, of: 2)
            #expect(batches.map { $0.map(\.title) } == [["4", "5"], ["2", "3"]])
        }
    }
}
