import DocketCore
import DocketTestKit
import Testing

@testable import DocketSQLite

@Suite("Words written as one or as two", .timeLimit(.minutes(5)))
struct CompoundTests {
    private static let documents = [
        Document(id: "joined", title: "libfoo tools"),
        Document(id: "parted", title: "lib-foo tools"),
        Document(id: "apart", title: "foo tools", body: "a lib without more"),
        Document(id: "other", title: "lib bar tools", body: "web server"),
        Document(id: "servers", title: "web servers", body: "data base"),
        Document(id: "none", title: "tools", body: "more of nothing"),
    ]

    private static func library() async throws -> TestStore {
        let test = try await TestStore.make()
        try await test.upload(documents)
        try await test.index()
        return test
    }

    @Test(
        "two words find the one that they make, as well as both",
        arguments: ["lib foo", "lib-foo"]
    )
    func joins(_ query: String) async throws {
        let test = try await Self.library()
        let ids = try await test.ids(query)
        // Documents with all come first: who has the one word has both.
        #expect(Set(ids.prefix(query == "lib foo" ? 3 : 2)).isSuperset(of: ["joined", "parted"]))
        #expect(Set(ids) == ["joined", "parted", "apart", "other"])
        let tools = try await test.search("\(query) tools") { $0.highlights = ["title"] }
        #expect(Set(tools.ids.prefix(2)) == ["joined", "parted"])
        let hit = try #require(tools.hits.first { $0.document.id == "joined" })
        #expect(hit.highlights.first?.ranges == [0..<6, 7..<12])
        let exact = try await test.ids(query) { $0.exactWords = true }
        #expect(!exact.contains("joined"))
        #expect(try await test.ids(query) { $0.match = .all }.contains("joined") == false)
        await test.store.close()
    }

    @Test("two words are one also beside a word that is asked for in two inflections")
    func joinsBesideInflections() async throws {
        let test = try await Self.library()
        for query in ["tool tools lib foo", "lib foo tools tool", "lib tools tool foo"] {
            let ids = try await test.ids(query)
            #expect(Set(ids) == Set(Self.documents.map(\.id)).subtracting(["servers"]), "\(query)")
        }
        #expect(try await Set(test.ids("tool tools lib foo").prefix(2)) == ["joined", "parted"])
        await test.store.close()
    }

    @Test(
        "what is named by a word comes before what has it in a compound",
        arguments: ["libfoo", "lib foo", "libfoo tools"]
    )
    func names(_ query: String) async throws {
        let test = try await TestStore.make()
        try await test.upload([
            Document(id: "dev", title: "libfoo-dev tools", body: "libfoo libfoo libfoo tools"),
            Document(id: "data", title: "tools/libfoo data", body: "libfoo libfoo libfoo tools"),
            Document(id: "name", title: "libfoo: tools", body: "with more words than others"),
        ])
        try await test.index()
        let hits = try await test.search(query) { $0.explains = true }.hits
        #expect(hits.first?.document.id == "name")
        let named = hits.map { hit in
            hit.explanation?.parts.contains { $0.kind == .name && $0.words != ["tools"] }
        }
        #expect(named == [true, false, false])
    }

    @Test("one word that no document has finds two next to each other, and the page says so")
    func splits() async throws {
        let test = try await Self.library()
        let page = try await test.search("webserver")
        #expect(Set(page.ids) == ["other", "servers"])
        #expect(page.corrections.map(\.alternatives) == [["web server"]])
        #expect(Set(try await test.ids("webservers tools") { $0.match = .all }) == ["other"])
        for query in ["webfoo", "\"webserver\"", "webserver*"] {
            #expect(try await test.ids(query).isEmpty, "\(query)")
        }
        #expect(try await test.ids("webserver") { $0.exactWords = true }.isEmpty)
        await test.store.close()
    }

    @Test("two words that one document has together are no match for a word that many have")
    func splitsByChance() async throws {
        let test = try await TestStore.make()
        try await test.upload(
            (0..<40).map { Document(id: "handling \($0)", title: "error handling") }
                + [Document(id: "chance", title: "a handl in the text")]
        )
        try await test.index()
        let page = try await test.search("handlin") { $0.limit = 100 }
        #expect(page.corrections.map(\.alternatives) == [["handling", "handl in"]])
        #expect(page.ids.count == 41 && page.ids.contains("chance"))
        await test.store.close()
    }

    @Test("numbers are neither joined nor parted")
    func numbers() async throws {
        let test = try await TestStore.make()
        try await test.upload([
            Document(id: "31", title: "release 31 of model x2024"),
            Document(id: "3.1", title: "release 3.1 of model x20 24"),
            Document(id: "lib2", title: "lib2"),
        ])
        try await test.index()
        #expect(try await test.ids("3.1") == ["3.1"])
        #expect(try await test.ids("3 1") == ["3.1"])
        #expect(try await test.ids("lib 2") == ["lib2"])
        try await test.delete("31")
        #expect(try await test.ids("x2024").isEmpty)
        await test.store.close()
    }

    @Test("a word that makes one with its neighbour is not corrected")
    func joinsBeforeCorrections() async throws {
        let test = try await TestStore.make()
        try await test.add(
            Document(id: "a", title: "postgres"),
            Document(id: "b", title: "posts grew")
        )
        let page = try await test.search("post gres")
        #expect(page.corrections.isEmpty && page.ids.first == "a")
        await test.store.close()
    }

    @Test("a part that stands for clauses makes documents complete, in any mode and segment")
    func standsFor() throws {
        let folder = try TestFolder()
        let index = try TestIndex(folder)
        var random = SeededGenerator(seed: 5)
        let words = ["lib", "foo", "libfoo", "x", "y"]
        var texts: [UInt32: Set<String>] = [:]
        for _ in 0..<6 {
            let numbers = (0..<700).map { _ in UInt32.random(in: 1...9_000, using: &random) }
            let new = Set(numbers).filter { texts[$0] == nil }.sorted()
            for number in new {
                texts[number] = Set(words.filter { _ in Bool.random(using: &random) })
            }
            try index.add(
                new.map { ($0, [[], [(texts[$0] ?? []).sorted().joined(separator: " ")]]) }
            )
        }
        let query = try index.query(
            ["lib", "foo", "x"].map { index.term($0) },
            weighsComplete: true
        )
        try query.add(index.term("libfoo", .inflected, .part))
        try query.add(3, standsFor: 0)
        try query.add(3, standsFor: 1)
        func found(_ mode: IndexQueryHandle.Mode) throws -> [UInt32: Double] {
            var found: [UInt32: Double] = [:]
            try query.start(mode)
            try query.eachMatch { document, score in
                found[document] = score
                return true
            }
            return found
        }
        let complete = texts.filter {
            $0.value.contains("x")
                && ($0.value.contains("libfoo") || $0.value.isSuperset(of: ["lib", "foo"]))
        }
        let scored = try found(.scored)
        let alone = try found(.complete(isScored: true))
        #expect(try Set(found(.complete(isScored: false)).keys) == Set(complete.keys))
        #expect(Set(alone.keys) == Set(complete.keys) && alone.count > 500)
        #expect(alone.allSatisfy { abs($0.value - (scored[$0.key] ?? 0)) < 1e-9 })
        let best = scored.filter { complete[$0.key] == nil }.values.max() ?? 0
        #expect(alone.values.allSatisfy { $0 > best })
    }
}
