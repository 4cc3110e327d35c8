internal import DocketCore
internal import Testing

/// What makes the score of a hit.
extension DocumentSearchContract {
    static let explanations: [ContractCase<any SearchedStoreUnderTest>] = [
        .init("an explained hit says which words it has where", wordsAndPlaces),
        .init("words that stand for those of the query say why", sources),
        .init("corrected, joined and parted words say so", correctedSources),
        .init("phrases, fields and letters are explained where they stand", phrases),
        .init("the parts of a score add up to it, whatever is asked", addUp),
        .init("nothing is explained that nobody asks for, and nothing without words", unasked),
    ]

    /// The hits of an explained search; the parts of each add up.
    private static func explained(
        _ query: String,
        _ test: any SearchedStoreUnderTest,
        _ change: (inout SearchRequest) -> Void = { _ in }
    ) async throws -> [FoundDocument] {
        let page = try await test.search(query) {
            $0.explains = true
            change(&$0)
        }
        for hit in page.hits {
            let explanation = try #require(hit.explanation, "\(query)")
            let sum = explanation.parts.reduce(0) { $0 + $1.score }
            #expect(abs(sum - hit.score) <= 1e-6 * hit.score, "\(query): \(explanation)")
            for part in explanation.parts {
                #expect(part.score > 0, "\(query)")
                guard explanation.scale > 0 else {
                    #expect(part.idf == 0, "\(query)")
                    continue
                }
                let product = part.weight * part.idf * part.tf
                let isTold = part.idf > 0
                #expect(!isTold || abs(product - part.score) <= 1e-6 * part.score, "\(part)")
            }
        }
        return page.hits
    }

    /// `word: field count [found] source` of each term, in the order of the query.
    private static func terms(_ hit: FoundDocument?) -> [String] {
        let parts = hit?.explanation?.parts.filter { $0.kind == .term } ?? []
        return parts.map { part in
            let places = part.places.map { places in
                "\(places.field) \(places.count) \(places.found) \(places.source)"
            }
            return "\(part.words.joined(separator: " ")): \(places.joined(separator: ", "))"
        }
    }

    private static func addOthers(_ test: any SearchedStoreUnderTest) async throws {
        try await test.upload((0..<8).map { Document(id: "other \($0)", body: "nothing \($0)") })
        try await test.index()
    }

    private static func wordsAndPlaces(_ test: any SearchedStoreUnderTest) async throws {
        try await addOthers(test)
        try await test.add(
            Document(
                id: "a",
                title: "Graph Algorithms",
                body: "A graph is a GRAPH, and an algorithm runs.",
                attributes: [Attribute("note", ["graphs", "of graphs"])]
            ),
            Document(id: "b", title: "Trees", body: "graph of trees")
        )
        let hits = try await explained("graph algorithm", test)
        #expect(hits.map(\.document.id) == ["a", "b"])
        #expect(
            terms(hits.first) == [
                #"graph: title 1 ["Graph"] written, body 2 ["graph", "GRAPH"] written, "#
                    + #"note 2 ["graphs"] written"#,
                #"algorithm: title 1 ["Algorithms"] written, body 1 ["algorithm"] written"#,
            ]
        )
        #expect(terms(hits.last) == [#"graph: body 1 ["graph"] written"#])
        let kinds = hits.map { $0.explanation?.parts.map(\.kind) }
        let names: [ScorePart.Kind] = test.lacks.contains(.weighsNames) ? [] : [.name, .name]
        #expect(kinds == [[.term, .term, .allClauses, .title] + names + [.neighbours], [.term]])
        let neighbours = hits[0].explanation?.parts.last
        #expect(neighbours?.words == ["graph", "algorithm"])
        for part in hits.flatMap({ $0.explanation?.parts ?? [] }) where part.kind == .term {
            #expect(abs(part.weight - 1) < 1e-6 && part.tf > 0 && part.tf < 2.2)
        }
        let bodyless = try await explained("graph", test) { $0.fields = [] }
        #expect(bodyless.allSatisfy { $0.document.body.isEmpty && $0.document.title.isEmpty })
    }

    private static func sources(_ test: any SearchedStoreUnderTest) async throws {
        let changed = try await test.truth.setSynonyms(
            test.tenant,
            of: test.collection.name,
            try Synonyms([SynonymRule(["car", "automobile"])], Limits()) { $0 },
            work: WorkLimit()
        )
        let test = test.viewing(changed)
        try await test.add(
            Document(id: "s", body: "An Automobile"),
            Document(id: "w", title: "cars", body: "automobile"),
            Document(id: "p", body: "graph, gravel and graphs"),
            Document(id: "c", body: "lib bar")
        )
        let synonyms = try await explained("car", test)
        let byID = Dictionary(uniqueKeysWithValues: synonyms.map { ($0.document.id, terms($0)) })
        #expect(byID["s"] == [#"car: body 1 ["Automobile"] synonym"#])
        #expect(
            byID["w"] == [#"car: title 1 ["cars"] written, body 1 ["automobile"] synonym"#]
        )
        let exact = try await explained("car", test) { $0.exactWords = true }
        #expect(exact.map(terms) == [[#"car: title 1 ["cars"] written"#]])
        let begun = try await explained("gra*", test)
        #expect(
            begun.map(terms) == [[#"gra: body 3 ["graph", "gravel", "graphs"] beginning"#]]
        )
        let part = try await explained("lib-foo", test)
        #expect(part.map(terms) == [[#"lib: body 1 ["lib"] compound"#]])
    }

    private static func correctedSources(_ test: any SearchedStoreUnderTest) async throws {
        guard !test.lacks.contains(.correctsWords) else { return }
        try await test.add(
            Document(id: "g", title: "Graph"),
            Document(id: "w", body: "a web server"),
            Document(id: "j", body: "libfoo")
        )
        let corrected = try await explained("grpah", test)
        #expect(corrected.map(terms) == [[#"grpah: title 1 ["Graph"] correction"#]])
        let twice = try await explained("grpah graph", test)
        #expect(
            twice.map(terms) == [
                [#"grpah graph: title 1 ["Graph"] correction, title 1 ["Graph"] written"#]
            ]
        )
        let parted = try await explained("webserver", test)
        #expect(parted.map(terms) == [[#"webserver: body 1 ["web server"] compound"#]])
        let joined = try await explained("lib foo", test)
        #expect(joined.map(terms) == [[#"lib foo: body 1 ["libfoo"] compound"#]])
    }

    private static func phrases(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(
            Document(id: "p", title: "theory", body: "Graph theory; a graph, theory"),
            Document(id: "k", body: "京都は")
        )
        let phrase = try await explained("\"graph theory\"", test)
        #expect(
            phrase.map(terms) == [
                [#"graph theory: body 2 ["Graph theory", "graph, theory"] written"#]
            ]
        )
        let field = try await explained("title:theory", test)
        #expect(field.map(terms) == [[#"theory: title 1 ["theory"] written"#]])
        let letters = try await explained("京都", test)
        #expect(terms(letters.first).first == #"京都: body 1 ["京都"] written"#)
    }

    private static func addUp(_ test: any SearchedStoreUnderTest) async throws {
        let words = ["graph", "graphs", "theory", "lib-foo", "libfoo", "tree", "京都", "red"]
        try await test.upload(
            (0..<40).map { number in
                func text(_ step: Int) -> String {
                    (0..<6).map { words[(number * step + $0 * $0) % words.count] }
                        .joined(separator: " ")
                }
                return Document(
                    id: "\(number)",
                    title: text(3),
                    body: text(5),
                    attributes: [Attribute("year", .number(Double(number % 7)))]
                )
            }
        )
        try await test.index()
        try await test.add(Document(id: "3", title: "graph tree"), Document(id: "4", body: "red"))
        let queries = [
            "graph", "graph theory", "graph theory tree", "lib foo red", "theory -tree",
            "tre* graph", "\"graph theory\" red", "red tree graph theory lib foo graph",
            "title:graph red", "京都 tree",
        ]
        for query in queries {
            let hits = try await explained(query, test) { $0.limit = 50 }
            #expect(!hits.isEmpty, "\(query)")
            _ = try await explained(query, test) { $0.match = .all }
            let sorted = try await explained(query, test) { $0.sort = [SortKey("year")] }
            #expect(!sorted.isEmpty, "\(query)")
        }
    }

    private static func unasked(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(Document(id: "a", title: "graph"))
        #expect(try await test.search("graph").hits.map(\.explanation) == [nil])
        for query in ["", "-tree"] {
            let page = try await test.search(query) { $0.explains = true }
            #expect(page.hits.map(\.explanation) == [nil], "\(query)")
        }
    }
}
