internal import DocketTestKit
internal import Foundation
internal import Testing

@testable internal import DocketCommands

@Suite("Commands with more ids than a call takes, and with none", .timeLimit(.minutes(2)))
struct ManyDocumentsTests {
    private static let ids = (1...2001).map { "id-\($0)" }

    private static func line(_ id: String) -> String { "{\"id\":\"\(id)\",\"title\":\"\"}" }

    private let library: Library

    init() async throws {
        library = try await Library()
        try await library.makeBooks(Self.ids.map { Self.line($0) + "\n" }.joined())
    }

    private func run(_ arguments: [String]) async -> CommandResult {
        await library.run(arguments, on: CapturedStreams())
    }

    @Test("gets every document in the order asked for, and names all that are missing")
    func get() async {
        let asked = Self.ids.reversed() + ["none"]
        let result = await run(["get", "books", "x"] + asked)
        #expect(result.status == .notFound)
        // Not compared in #expect, which would print thousands of lines.
        let isWhole = result.lines == Self.ids.reversed().map(Self.line)
        #expect(isWhole)
        #expect(result.errors == "docket: no document x\ndocket: no document none\n")
    }

    @Test("shows where every document stands")
    func status() async throws {
        let json = try await run(["--json", "status", "books", "x"] + Self.ids + ["none"]).json
        let documents = try #require(json["documents"] as? [[String: Any]])
        let isWhole = documents.compactMap { $0["id"] as? String } == Self.ids
        #expect(isWhole)
        #expect(json["missing"] as? [String] == ["x", "none"])
    }

    @Test("deletes every document once, and shows thousands in groups")
    func delete() async throws {
        let result = await run(["delete", "books"] + Self.ids + ["none"])
        #expect(result.status == .notFound)
        #expect(result.output == "2,001 deleted\n")
        #expect(result.errors == "docket: no document none\n")
        let again = try await run(["--json", "delete", "books"] + Self.ids).json
        #expect(again["deleted"] as? Int == 0)
        let isAllMissing = again["missing"] as? [String] == Self.ids
        #expect(isAllMissing)
    }

    @Test("sums the collections up for people")
    func stats() async {
        let made = await run(["collection", "create", "films"])
        #expect(made.status == .allWell)
        let result = await run(["stats"])
        #expect(result.status == .allWell)
        let rows = result.lines.map { $0.split(separator: " ").map(String.init) }
        #expect(rows.map(\.first) == ["COLLECTION", "books", "films", "all"])
        #expect(rows.dropFirst().map { $0[1] } == ["2,001", "0", "2,001"])
    }

    @Test("an upload of nothing ends well, with no rate")
    func nothing() async throws {
        for text in ["", "\n\r\n\n"] {
            let file = try library.folder.write(text, to: "nothing")
            let result = await run(["upload", "books", file, "--wait"])
            #expect(result.status == .allWell)
            #expect(result.output.hasPrefix("0 accepted, 0 indexed in "))
            #expect(!result.output.contains("/s"))
            #expect(result.errors.isEmpty)
        }
    }

    @Test(
        "says that this version's servers do not serve a command",
        arguments: [["watch", "books"]]
    )
    func unserved(arguments: [String]) async {
        let result = await run(arguments)
        #expect(result.status == .serverError)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("docket: "))
    }
}
