internal import DocketCore
internal import Testing

/// What somebody has begun to type.
extension DocumentSearchContract {
    static let completions: [ContractCase<any SearchedStoreUnderTest>] = [
        .init("a store that completes nothing says so", completesOrSays),
        .init("titles, keywords and words complete, the frequent first", completed),
        .init("completions are shown as people wrote them, each once", written),
        .init("of several words the last goes on, by what stands with the others", severalWords),
        .init(
            "a beginning that nothing has is corrected, and the reply says so",
            mistypedBeginning
        ),
        .init("documents that are gone or wait complete nothing", completesLiving),
        .init("titles and keywords longer than the index keeps are completed", longWholes),
        .init("no beginning is too strange", strangeBeginnings),
    ]

    private static func completesOrSays(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(Document(id: "a", title: "one"))
        guard test.lacks.contains(.completes) else {
            #expect(try await test.suggest("o").suggestions.count == 1)
            return
        }
        let error = await #expect(throws: DocketError.self) { try await test.suggest("o") }
        #expect(error?.code == .unimplemented && error?.isNotProcessed == true)
    }

    /// The completions as `text kind documents`.
    private static func lines(
        _ test: any SearchedStoreUnderTest,
        _ prefix: String,
        limit: Int = 10
    ) async throws -> [String] {
        try await test.suggest(prefix, limit: limit).suggestions
            .map { "\($0.text) \($0.kind) \($0.documents)" }
    }

    private static func completed(_ test: any SearchedStoreUnderTest) async throws {
        guard !test.lacks.contains(.completes) else { return }
        try await test.add(
            Document(id: "1", title: "Graph Theory", attributes: [Attribute("author", "Grace")]),
            Document(id: "2", title: "Graph Theory", body: "grand graphs"),
            Document(
                id: "3",
                title: "Trees",
                body: "grand",
                attributes: [Attribute("note", "grit")]
            ),
            Document(
                id: "4",
                title: "Grids",
                body: "grand",
                attributes: [
                    Attribute("author", ["Grace", "Groves"]), Attribute("hidden", "grey"),
                ]
            )
        )
        #expect(
            try await lines(test, "gr") == [
                "grand word 3", "Grace keyword 2", "Graph Theory title 2", "graph word 2",
                "Grids title 1", "Groves keyword 1", "graphs word 1", "grit word 1",
            ]
        )
        #expect(
            try await lines(test, "gr", limit: 4) == [
                "grand word 3", "Grace keyword 2", "Graph Theory title 2", "graph word 2",
            ]
        )
        #expect(try await lines(test, "gr", limit: 1) == ["Grace keyword 2"])
        #expect(try await lines(test, "grids") == ["Grids title 1"])
        #expect(try await lines(test, "graph ") == ["Graph Theory title 2"])
        #expect(try await lines(test, "grand ") == ["grand word 3"])
        #expect(try await test.suggest("x").suggestions.isEmpty)
        #expect(try await test.suggest("gr").correctedPrefix == nil)
    }

    private static func written(_ test: any SearchedStoreUnderTest) async throws {
        guard !test.lacks.contains(.completes) else { return }
        try await test.add(
            Document(id: "1", title: "Ünïted KINGDOM's, Östlich", body: "don't: Œuvre of Zürich"),
            Document(id: "2", title: "united kingdom ostlich"),
            Document(id: "3", title: "京都の大学", attributes: [Attribute("author", "Knuth, Donald")])
        )
        for prefix in ["ünited ki", "UNITED KI", "united, ki"] {
            #expect(try await lines(test, prefix).first == "Ünïted KINGDOM's, Östlich title 2")
        }
        #expect(try await lines(test, "don") == ["donald word 1", "don't word 1"])
        #expect(try await lines(test, "zu") == ["zürich word 1"])
        #expect(try await lines(test, "京都") == ["京都の大学 title 1", "京都 word 1"])
        #expect(try await lines(test, "knuth don") == ["Knuth, Donald keyword 1"])
    }

    private static func severalWords(_ test: any SearchedStoreUnderTest) async throws {
        guard !test.lacks.contains(.completes) else { return }
        try await test.add(
            Document(id: "1", body: "the PostgreSQL server"),
            Document(id: "2", body: "postgresql services and a server"),
            Document(id: "3", body: "serial"),
            Document(id: "4", body: "serial"),
            Document(id: "5", body: "serial")
        )
        #expect(try await lines(test, "ser").first == "serial word 3")
        let together = ["server word 2", "services word 1"]
        #expect(try await lines(test, "PostgreSQL ser") == together.map { "PostgreSQL " + $0 })
        #expect(try await lines(test, "  postg  ser") == together.map { "postg  " + $0 })
        #expect(try await lines(test, "the postgresql serv") == ["the postgresql server word 1"])
        // Nothing has these together.
        #expect(try await lines(test, "serial postg") == ["serial postgresql word 2"])
        #expect(try await lines(test, "xyz serv").first == "xyz server word 2")
    }

    private static func mistypedBeginning(_ test: any SearchedStoreUnderTest) async throws {
        guard !test.lacks.contains(.completes) else { return }
        try await test.add(
            Document(id: "1", title: "Graph algorithms", body: "libfoo12"),
            Document(id: "2", body: "algorithms alcove"),
            Document(id: "3", title: "Other", attributes: [Attribute("author", "Donald Knuth")])
        )
        for typed in ["algro", "allgor", "alogr", "algotithm"] {
            let reply = try await test.suggest(typed)
            #expect(reply.suggestions.map(\.text) == ["algorithms"], "\(typed)")
        }
        let reply = try await test.suggest("graph algro")
        #expect(reply.correctedPrefix == "graph algo")
        #expect(reply.suggestions.first == Suggestion("Graph algorithms", .title, documents: 1))
        #expect(try await test.suggest("donald knut").correctedPrefix == nil)
        let none = ["agl", "xlgorithm", "libfoo13", "99999"]
        for typed in none {
            let reply = try await test.suggest(typed)
            #expect(reply == SuggestReply(), "\(typed)")
        }
    }

    private static func completesLiving(_ test: any SearchedStoreUnderTest) async throws {
        guard !test.lacks.contains(.completes) else { return }
        try await test.add(
            Document(id: "1", title: "Old graph"),
            Document(id: "2", title: "Old graph"),
            Document(id: "3", title: "Oil")
        )
        try await test.upload([Document(id: "1", title: "Oracle")])
        #expect(try await lines(test, "o").prefix(2) == ["Old graph title 2", "old word 2"])
        #expect(try await lines(test, "or").isEmpty)
        try await test.delete("2")
        let old = try await test.suggest("ol").suggestions.map(\.text)
        #expect(old == ["Old graph", "old"])
        try await test.index()
        #expect(try await test.suggest("ol").suggestions.isEmpty)
        #expect(try await test.suggest("o").suggestions.map(\.text) == ["Oil", "Oracle"])
        #expect(try await test.suggest("oldd") == SuggestReply())
    }

    private static func longWholes(_ test: any SearchedStoreUnderTest) async throws {
        guard !test.lacks.contains(.completes) else { return }
        let words = (0..<40).map { "word\($0)" }.joined(separator: " ")
        let letters = String(repeating: "é", count: 100)
        try await test.add(
            Document(id: "1", title: words),
            Document(id: "2", title: "x", attributes: [Attribute("author", .string(letters))])
        )
        #expect(try await test.suggest("word0 word1 w").suggestions.first?.text == words)
        let typed = String(words.prefix(120))
        #expect(try await test.suggest(typed).suggestions.first?.text == words)
        let other = String(words.prefix(100)) + " other"
        #expect(try await test.suggest(other).suggestions.isEmpty)
        #expect(try await test.suggest("éé").suggestions.first?.text == letters)
    }

    private static func strangeBeginnings(_ test: any SearchedStoreUnderTest) async throws {
        guard !test.lacks.contains(.completes) else { return }
        try await test.add(Document(id: "1", title: "a b c d e f g h", body: "😀 c++ 0"))
        let strange = [
            " ", "++", "\u{0}", "\u{301}", "😀", String(repeating: "a ", count: 128),
            String(repeating: "x", count: 256), "a\u{0}b", "\"a b", "title:a", "a*", "-a",
        ]
        for prefix in strange { _ = try await test.suggest(prefix) }
        #expect(try await lines(test, "c++") == ["c word 1"])
        #expect(try await lines(test, "\"a b").first == "a b c d e f g h title 1")
        for prefix in ["", String(repeating: "x", count: 257)] {
            await #expect(throws: DocketError.self) { try await test.suggest(prefix) }
        }
        for limit in [0, 51, -1] {
            await #expect(throws: DocketError.self) { try await test.suggest("a", limit: limit) }
        }
    }
}
