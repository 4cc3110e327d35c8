internal import DocketTestKit
internal import Foundation
internal import Testing

@testable internal import DocketCommands

@Suite("docket search, get, status, stream and delete", .timeLimit(.minutes(2)))
struct SearchCommandTests {
    private static let books = """
        {"id":"a","title":"Graph theory","attributes":{"year":1969,"authors":"Harary"}}
        {"id":"b","title":"Graph algorithms","attributes":{"year":1979,"authors":["Even","Knuth"]}}
        {"id":"c","title":"Sorting","body":"A graph","attributes":{"year":1973,"authors":"Knuth"}}
        {"id":"d","title":"Music of graphs"}

        """

    private let library: Library

    init() async throws {
        library = try await Library()
        try await library.makeBooks(Self.books)
    }

    private func search(_ arguments: String...) async throws -> [String: Any] {
        let streams = CapturedStreams()
        let result = await library.run(["--json", "search", "books"] + arguments, on: streams)
        guard result.status == .allWell else { throw CommandFailed(errors: result.errors) }
        return try result.json
    }

    private func ids(_ reply: [String: Any]) -> [String] {
        (reply["hits"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
    }

    @Test("filters, sorts and counts")
    func filter() async throws {
        let reply = try await search(
            "graph",
            "--filter",
            "year >= 1970",
            "--sort",
            "year:desc",
            "--facet",
            "authors:1"
        )
        #expect(ids(reply) == ["b", "c"])
        #expect((reply["total"] as? [String: Any])?["value"] as? Int == 2)
        let facets = try #require(reply["facets"] as? [String: [[String: Any]]])
        #expect(facets["authors"]?.count == 1)
        #expect(facets["authors"]?.first?["value"] as? String == "Knuth")
        #expect(facets["authors"]?.first?["count"] as? Int == 2)
        #expect(
            try await ids(search("--filter", "authors = \"Knuth\"", "--sort", "year")) == [
                "c", "b",
            ]
        )
    }

    @Test("says what was searched for a mistyped word, and searches it as it is when told to")
    func corrections() async throws {
        let reply = try await search("grpah", "--limit", "1")
        let corrections = try #require(reply["corrections"] as? [[String: Any]])
        #expect(corrections.count == 1 && corrections[0]["word"] as? String == "grpah")
        #expect(corrections[0]["alternatives"] as? [String] == ["graph"])
        #expect((reply["total"] as? [String: Any])?["value"] as? Int == 4)
        let exact = try await search("grpah", "--exact-words")
        #expect(ids(exact).isEmpty && exact["corrections"] == nil)
        let text = await library.run(["search", "books", "grpah"], on: CapturedStreams())
        #expect(text.output.contains("\nno document has grpah, searched instead: graph\n"))
        let stream = await library.run(["stream", "books", "grpah"], on: CapturedStreams())
        #expect(stream.errors == "docket: no document has grpah, searched instead: graph\n")
        #expect(stream.lines.count == 4)
        let none = await library.run(
            ["stream", "books", "grpah", "--exact-words"],
            on: CapturedStreams()
        )
        #expect(none.status == .allWell && none.output.isEmpty && none.errors.isEmpty)
    }

    @Test("sets synonyms from a file or its input, and shows them as they can be set again")
    func synonyms() async throws {
        let text = "# Words\n\nnetwork, Graph\n  Tunes, songs=>MUSIC \n"
        let file = try library.folder.write(text, to: "synonyms")
        let set = await library.run(["synonyms", "set", "books", file], on: CapturedStreams())
        #expect(set.status == .allWell && set.output == "2 rules set\n")
        let shown = await library.run(["synonyms", "show", "books"], on: CapturedStreams())
        #expect(shown.lines == ["network, graph", "tunes, songs => music"])
        #expect(try await Set(ids(search("network"))) == ["a", "b", "c", "d"])
        #expect(try await ids(search("songs")) == ["d"])
        #expect(try await ids(search("songs", "--exact-words")).isEmpty)
        let json = try await library.run(
            ["--json", "synonyms", "show", "books"],
            on: CapturedStreams()
        ).json
        let rules = try #require(json["synonyms"] as? [[String: [String]]])
        #expect(rules.last == ["words": ["tunes", "songs"], "meanings": ["music"]])
        for wrong in ["a, b => c => d", "a,", "=> b", "a => "] {
            let file = try library.folder.write("x, y\n" + wrong, to: "wrong")
            let result = await library.run(
                ["synonyms", "set", "books", file],
                on: CapturedStreams()
            )
            #expect(result.status == .wrongUsage && result.errors.contains("line 2"), "\(wrong)")
        }
        let one = try library.folder.write("alone", to: "one")
        let refused = await library.run(["synonyms", "set", "books", one], on: CapturedStreams())
        #expect(refused.status != .allWell && refused.errors.contains("rules.0"))
        let none = await library.run(
            ["synonyms", "set", "books", "/dev/null"],
            on: CapturedStreams()
        )
        #expect(none.output == "0 rules set\n")
        #expect(try await ids(search("songs")).isEmpty)
    }

    @Test("completes what was typed, and says what it completed instead")
    func completions() async throws {
        let text = await library.run(["suggest", "books", "gra"], on: CapturedStreams())
        #expect(
            text.lines == [
                "graph             word   3", "Graph algorithms  title  1",
                "Graph theory      title  1", "graphs            word   1",
            ]
        )
        let corrected = await library.run(["suggest", "books", "grpah"], on: CapturedStreams())
        let note = "nothing begins with grpah, completed instead: graph"
        #expect(corrected.lines.first == note && corrected.lines.count == 5)
        let none = await library.run(["suggest", "books", "xyz"], on: CapturedStreams())
        #expect(none.status == .allWell && none.output == "none\n")
        let streams = CapturedStreams()
        let result = await library.run(
            ["--json", "suggest", "books", "kn", "--limit", "1"],
            on: streams
        )
        let reply = try result.json
        #expect(Set(reply.keys) == ["suggestions", "approximate"])
        let first = try #require((reply["suggestions"] as? [[String: Any]])?.first)
        #expect(first["text"] as? String == "Knuth" && first["kind"] as? String == "keyword")
        #expect(first["documents"] as? Int == 2)
        let wrong = await library.run(
            ["suggest", "books", "a", "--limit", "51"],
            on: CapturedStreams()
        )
        #expect(wrong.status == .wrongUsage)
    }

    @Test("replies to programs with the names they rely on")
    func names() async throws {
        let reply = try await search("graph", "--limit", "1", "--highlight", "title")
        #expect(
            Set(reply.keys) == [
                "hits", "total", "facets", "source", "as_of_ms", "degraded", "took_us", "cursor",
            ]
        )
        let hit = try #require((reply["hits"] as? [[String: Any]])?.first)
        #expect(Set(hit.keys) == ["id", "score", "title", "attributes", "highlights"])
        #expect(reply["source"] as? String == "engine")
        #expect(reply["degraded"] as? Bool == false)
        let again = try await search("graph", "--limit", "1", "--highlight", "title")
        #expect(again["source"] as? String == "l1")
    }

    @Test("takes the cursor of a page for the next one, until there is none")
    func pages() async throws {
        var found: [String] = []
        var cursor: [String] = []
        for _ in 0..<4 {
            let streams = CapturedStreams()
            let page = ["--json", "search", "books", "--sort", "year", "--limit", "3"]
            let reply = try await library.run(page + cursor, on: streams).json
            found += ids(reply)
            guard let next = reply["cursor"] as? String else { break }
            cursor = ["--cursor", next]
        }
        #expect(found == ["a", "c", "b", "d"])
    }

    @Test("shows hits to people, with the way to the next page")
    func text() async throws {
        let result = await library.run(
            "search",
            "books",
            "title:graph",
            "--sort",
            "year",
            "--limit",
            "1"
        )
        #expect(result.status == .allWell)
        #expect(result.lines.first == "1. Graph theory")
        #expect(result.output.contains("    year: 1969 · authors: Harary\n"))
        #expect(result.output.contains("\n3 matches · "))
        #expect(result.output.contains("\nnext page: --cursor "))
        let any = await library.run("search", "books", "--any", "sorting music")
        #expect(any.output.contains("2 matches · "))
        let words = await library.run("search", "books", "sorting music")
        #expect(words.output.contains("2 matches · "))
        let all = await library.run("search", "books", "--all", "sorting music")
        #expect(all.output.contains("0 matches · "))
        let both = await library.run("search", "books", "--all", "--any", "sorting music")
        #expect(both.status == .wrongUsage)
    }

    @Test(
        "explains the languages of queries and filters",
        arguments: ["search", "stream", "delete"]
    )
    func help(_ command: String) async {
        let help = await library.run(command, "--help").output
        for word in ["EXISTS name", "name ^=", "NOT, AND, OR", "name IN (", "BETWEEN 4 AND 6"] {
            #expect(help.contains(word), "\(word)")
        }
        #expect(help.contains("field:word") == (command != "delete"))
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }

    @Test("prints documents as an upload takes them, and ends with 5 when one is missing")
    func get() async throws {
        let found = await library.run("get", "books", "c", "d")
        #expect(found.status == .allWell)
        let lines = Self.books.split(separator: "\n").map(String.init)
        #expect(found.lines == Array(lines[2...3]))
        let missing = await library.run("get", "books", "d", "no\u{1B}body")
        #expect(missing.status == .notFound)
        #expect(missing.lines == [lines[3]])
        #expect(missing.errors == "docket: no document no\u{FFFD}body\n")
        let versioned = try await library.run("--json", "get", "books", "d").json
        #expect(versioned["state"] as? String == "indexed")
        #expect(versioned["version"] as? Int ?? 0 > 0)
    }

    @Test("streams every match, and what it prints can be uploaded again")
    func stream() async throws {
        let all = await library.run("stream", "books")
        #expect(all.status == .allWell)
        #expect(all.output == Self.books)
        let some = await library.run("stream", "books", "graph", "--filter", "year < 1975")
        #expect(some.lines.count == 2)
        let titles = await library.run("stream", "books", "music", "--fields", "title,year")
        #expect(titles.output == "{\"id\":\"d\",\"title\":\"Music of graphs\"}\n")
        await #expect(library.run("stream", "films").status == .notFound)
    }

    @Test("shows where collections and documents stand")
    func status() async throws {
        let all = await library.run("status")
        #expect(all.lines.first?.hasPrefix("COLLECTION  INDEXED  INDEXING  FAILED") == true)
        #expect(all.lines.last?.hasPrefix("books             4         0       0") == true)
        let some = await library.run("status", "books", "a", "x")
        #expect(some.lines.dropFirst().map { $0.prefix(12) } == ["a   indexed ", "x   unknown "])
        let json = try await library.run("--json", "status", "books", "a", "x").json
        let documents = try #require(json["documents"] as? [[String: Any]])
        #expect(documents.first?["state"] as? String == "indexed")
        #expect(json["missing"] as? [String] == ["x"])
        let stats = try await library.run("--json", "stats").json
        #expect((stats["total"] as? [String: Any])?["indexed"] as? Int == 4)
    }

    @Test("deletes by id and by filter, and asks before it deletes by filter")
    func delete() async throws {
        let missing = await library.run("delete", "books", "a", "x")
        #expect(missing.status == .notFound)
        #expect(missing.output == "1 deleted\n")
        #expect(missing.errors == "docket: no document x\n")
        let byFilter = ["delete", "books", "--filter", "authors = \"Knuth\""]
        let refused = await library.run(
            byFilter,
            on: CapturedStreams(),
            isTerminal: true,
            answer: "y"
        )
        #expect(refused.status == .wrongUsage)
        #expect(refused.errors.contains("Type yes to go on: "))
        await #expect(library.run("get", "books", "b", "c").status == .allWell)
        let done = await library.run(byFilter + ["--yes"], on: CapturedStreams())
        #expect(done.status == .allWell)
        #expect(done.output == "2 deleted\n")
        await #expect(library.run("get", "books", "b").status == .notFound)
        await #expect(library.run("get", "books", "d").status == .allWell)
    }
}
