internal import DocketClient
internal import DocketCore
internal import DocketTestKit
internal import Foundation
internal import Testing

@testable internal import DocketCommands

@Suite("docket upload", .timeLimit(.minutes(2)))
struct UploadCommandTests {
    private let library: Library

    init() async throws {
        library = try await Library()
        try await library.makeBooks()
    }

    @Test("uploads lines, prints each rejected one with field and reason, and ends with 1")
    func rejected() async throws {
        let file = try library.folder.write(
            """
            {"id": "1", "title": "One", "attributes": {"year": 1974}}

            {"id": "3", "title": "Three"
            {"id": "4", "attributes": {"year": "1974"}}
            {"id": "", "title": "No id"}
            {"id": "6", "titel": "Six"}
            {"id": "7", "title": "The last line, without an end"}
            """,
            to: "input"
        )
        let result = await library.run("upload", "books", file, "--wait")
        #expect(result.status == .someRejected)
        let errors = result.errors.split(separator: "\n").map(String.init)
        try #require(errors.count == 4)
        #expect(errors[0] == "line 3: is not JSON")
        #expect(errors[1].hasPrefix("line 6: id \"6\": titel: is not a part of a document"))
        #expect(errors[2] == "line 4: id \"4\": attributes.year: is a number, not a string")
        #expect(errors[3].hasPrefix("line 5: id: "))
        #expect(result.output.hasPrefix("2 accepted, 2 indexed, 4 rejected in "))
        let found = await library.run("get", "books", "1", "7")
        #expect(found.status == .allWell)
    }

    @Test("prints totals and rejected lines for programs, in the order of the lines")
    func json() async throws {
        let lines = [#"{"id": ""}"#, "nonsense", #"{"id": "3"}"#, #"{"id": "4", "title": 4}"#]
        let file = try library.folder.write(lines.joined(separator: "\n"), to: "input")
        let result = await library.run("--json", "upload", "books", file, "--wait")
        #expect(result.status == .someRejected)
        let totals = try result.json
        #expect(Set(totals.keys) == ["accepted", "indexed", "failed", "rejected"])
        let counts = ["accepted", "indexed", "failed"].map { totals[$0] as? Int }
        #expect(counts == [1, 1, 0])
        let rejected = try #require(totals["rejected"] as? [[String: Any]])
        #expect(rejected.map { $0["line"] as? Int } == [1, 2, 4])
        #expect(rejected.map { $0["field"] as? String } == ["id", "", "title"])
        #expect(rejected.map { $0["id"] as? String } == ["", "", "4"])
        #expect(rejected.last?["reason"] as? String == "is not a string")
    }

    @Test("counts the lines of several files as one input, whatever their ends")
    func files() async throws {
        let first = try library.folder.write(#"{"id": "1"}"#, to: "first")
        let second = try library.folder.write("nonsense\r\n{\"id\": \"3\"}\r\n", to: "second")
        let result = await library.run("upload", "books", first, second)
        #expect(result.errors == "line 2: is not JSON\n")
        #expect(result.output.hasPrefix("2 accepted, 1 rejected in "))
    }

    @Test("rejects a line over the limit, and takes the next one")
    func longLine() async throws {
        let body = String(repeating: "x", count: DocumentReader.lineBytesMaximum)
        let lines = #"{"id": "1", "body": ""# + body + "\"}\n{\"id\": \"2\"}\n"
        let file = try library.folder.write(lines, to: "input")
        let result = await library.run("upload", "books", file)
        #expect(result.status == .someRejected)
        #expect(result.errors == "line 1: is longer than 8.0 MiB\n")
        #expect(result.output.hasPrefix("1 accepted, 1 rejected in "))
    }

    @Test("sends 2,500 documents in batches, all of them once")
    func batches() async throws {
        let lines = (1...2500).map { "{\"id\": \"\($0)\", \"title\": \"t\"}\n" }.joined()
        let file = try library.folder.write(lines, to: "input")
        let result = await library.run("upload", "books", file, "--wait")
        #expect(result.status == .allWell)
        #expect(result.output.hasPrefix("2,500 accepted, 2,500 indexed in "))
        let search = try await library.run("--json", "search", "books", "--limit", "0").json
        #expect((search["total"] as? [String: Any])?["value"] as? Int == 2500)
    }

    @Test("goes on with a line, and says nothing of those before it")
    func fromLine() async throws {
        let lines = ["nonsense", #"{"id": "2"}"#, #"{"id": "3"}"#]
        let file = try library.folder.write(lines.joined(separator: "\n"), to: "input")
        let result = await library.run("upload", "books", file, "--from-line", "3")
        #expect(result.status == .allWell)
        #expect(result.errors.isEmpty)
        #expect(result.output.hasPrefix("1 accepted in "))
        await #expect(library.run("get", "books", "2").status == .notFound)
    }

    @Test("says which file cannot be read")
    func noFile() async {
        let result = await library.run("upload", "books", library.folder.path("none"))
        #expect(result.status == .wrongUsage)
        #expect(result.errors.contains("none: No such file or directory\n"))
        #expect(result.errors.contains("docket: no line was acknowledged\n"))
    }

    @Test("rejects a document larger than a call, and takes the lines beside it")
    func largeDocument() async throws {
        let body = String(repeating: "x", count: DocumentReader.lineBytesMaximum - 30)
        let lines = #"{"id": "1"}"# + "\n" + #"{"id": "2", "body": ""# + body + "\"}\n"
        let file = try library.folder.write(lines, to: "input")
        let result = await library.run("upload", "books", file)
        #expect(result.errors == "line 2: id \"2\": is larger than 7.9 MiB\n")
        #expect(result.output.hasPrefix("1 accepted, 1 rejected in "))
    }

    // MARK: Keys

    @Test("needs no more than a key that may write, and asks with it what became of it")
    func writeOnlyKey() async throws {
        let made = await library.run(
            "collection",
            "create",
            "visits",
            "--attribute",
            "at:time:filter",
            "--attribute",
            "rooms:number:filter"
        )
        #expect(made.status == .allWell)
        let key = try await library.server.client(library.server.administratorKey) { client in
            try await client.createKey(forTenant: "library", scopes: [.write]).secret
        }
        let file = try library.folder.write(
            """
            {"id": "1", "attributes": {"at": "2026-01-31T10:00:00+01:00", "rooms": [1, 2.5]}}
            {"id": "2", "attributes": {"at": "yesterday"}}
            {"id": "3", "attributes": {"at": ["2026-01-31", "2026-02-01T00:00:00Z"]}}
            """,
            to: "input"
        )
        let result = await library.run("upload", "visits", file, "--wait", key: key)
        #expect(result.output.hasPrefix("2 accepted, 2 indexed, 1 rejected in "))
        #expect(
            result.errors
                == "line 2: id \"2\": attributes.at: is not a time such as 2026-01-31T10:00:00Z\n"
        )
        let stored = await library.run("get", "visits", "1", "3")
        #expect(stored.output.contains(#""at":"2026-01-31T09:00:00Z""#))
        #expect(stored.output.contains(#""at":["2026-01-31T00:00:00Z","2026-02-01T00:00:00Z"]"#))
        let asked = await library.run("status", "visits", "1", key: key)
        #expect(asked.status == .allWell)
        for arguments in [["status"], ["stats"], ["search", "visits"], ["collection", "list"]] {
            let refused = await library.run(arguments, on: CapturedStreams(), key: key)
            #expect(refused.status == .notPermitted, "\(arguments)")
        }
    }

    // MARK: Other formats

    @Test(
        "stops before anything is uploaded at a file of another format, and says how to convert it",
        arguments: [
            ("books.json", " \n[{\"id\": \"1\"}]", "is a JSON array", "jq -c '.[]' <"),
            ("books.csv", "id;title\n1;One\n", "is CSV", "delimiter=\";\")]' <"),
            ("BOOKS.TSV", "name\n", "is CSV", "csv.DictReader"),
            ("books", "\u{FEFF}title, \"ID\"\r\nOne,1\r\n", "is CSV", "delimiter=\",\""),
            ("books.jsonl", "{\n  \"id\": \"1\"\n}\n", "is JSON over several lines", "jq -c . <"),
        ]
    )
    func otherFormat(name: String, text: String, format: String, command: String) async throws {
        let good = try library.folder.write(#"{"id": "1"}"#, to: "good.jsonl")
        let bad = try library.folder.write(text, to: name)
        let result = await library.run("upload", "books", good, bad)
        #expect(result.status == .wrongUsage)
        #expect(result.output.isEmpty)
        #expect(
            result.errors.hasPrefix("docket: \(bad): \(format), but documents are JSON objects")
        )
        #expect(result.errors.contains(command))
        #expect(result.errors.split(separator: "\n").count == 1)
        await #expect(library.run("get", "books", "1").status == .notFound)
    }

    @Test("stops at a pipe of another format too")
    func otherFormatInPipe() async throws {
        let pipe = InputPipe()
        try pipe.write("[\n")
        try pipe.end()
        let result = await library.run("upload", "books", pipe.path)
        #expect(result.status == .wrongUsage)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("is a JSON array"))
        #expect(result.errors.split(separator: "\n").count == 1)
    }

    // MARK: Slow input

    @Test("sends what it has when the input pauses, and shows what became of it")
    func slowInput() async throws {
        let pipe = InputPipe()
        let streams = CapturedStreams()
        async let result = library.run(
            ["upload", "books", pipe.path, "--wait"],
            on: streams,
            isTerminal: true
        )
        try pipe.write("{\"id\": \"1\"}\n{\"id\": ")
        await streams.errors(holding: "  1 settled")
        // A rejection by the server is shown while the input still pauses.
        try pipe.write("\"2\"}\n{\"id\": \"\"}\n")
        await streams.errors(holding: "2 documents")
        await streams.errors(holding: "line 3: id: ")
        try pipe.write(#"{"id": "4"}"#)
        try pipe.end()
        let end = await result
        #expect(end.status == .someRejected)
        #expect(end.output.hasPrefix("3 accepted, 3 indexed, 1 rejected in "))
    }

    @Test("says, when interrupted, up to which line all is acknowledged")
    func interrupted() async throws {
        let pipe = InputPipe()
        let streams = CapturedStreams()
        try pipe.write("{\"id\": \"1\"}\n\n{\"id\": \"3\"}\n{\"id\": ")
        let end = try await interrupt(["upload", "books", pipe.path], pipe, streams)
        #expect(end.status == .interrupted)
        #expect(end.output.hasPrefix("2 accepted in "))
        let line = "docket: all lines up to 3 are acknowledged, go on with --from-line 4\n"
        #expect(end.errors.hasSuffix(line))
    }

    @Test("counts lines that are left out as no batch of their own, however many")
    func interruptedAfterMany() async throws {
        let pipe = InputPipe()
        let streams = CapturedStreams()
        let first = 100_002
        let before = try library.folder.write(String(repeating: "\n", count: first - 1), to: "old")
        try pipe.write("{\"id\": \"1\"}\n{\"id\": \"2\"}\n")
        let arguments = ["upload", "books", before, pipe.path, "--from-line", "\(first)"]
        let end = try await interrupt(arguments, pipe, streams)
        #expect(
            end.errors.hasSuffix(
                "up to \(first + 1) are acknowledged, "
                    + "go on with --from-line \(first + 2)\n"
            )
        )
    }

    /// Runs a command until it has uploaded two documents, and interrupts it.
    private func interrupt(
        _ arguments: [String],
        _ pipe: InputPipe,
        _ streams: CapturedStreams
    ) async throws -> CommandResult {
        let end = await withTaskGroup(of: CommandResult?.self) { group in
            group.addTask { await library.run(arguments, on: streams, isTerminal: true) }
            group.addTask {
                await streams.errors(holding: "2 documents")
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return await group.next() ?? first
        }
        try pipe.end()
        return try #require(end)
    }
}
