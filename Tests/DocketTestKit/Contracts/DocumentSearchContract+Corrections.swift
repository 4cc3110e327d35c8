internal import DocketCore
internal import Testing

/// Words that no document has.
extension DocumentSearchContract {
    static let corrections: [ContractCase<any SearchedStoreUnderTest>] = [
        .init("a word that no document has finds what was meant, and the page says so", mistyped),
        .init("words that documents have, and short or quoted ones, stay as they are", kept),
        .init("the likeliest of three alternatives counts as the word", likeliest),
        .init("where all words are demanded, one of the alternatives is enough", demanded),
        .init("words of documents that are gone correct nothing and are corrected", gone),
        .init("what one page corrected is corrected alike on the next", staysCorrected),
        .init("a word in a field is corrected by the words of that field", fieldWords),
    ]

    private static func mistyped(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(
            Document(id: "g", title: "graph algorithms", body: "Universities of Zürich"),
            Document(id: "t", title: "trees", body: "quantum")
        )
        let words = [
            ("grpah", "graph"), ("gaph", "graph"), ("graphh", "graph"), ("hraph", "graph"),
            ("algoritmhs", "algorithms"), ("alogrithsm", "algorithms"), ("zurcih", "zurich"),
            ("Grpah", "graph"), ("quxntum", "quantum"),
        ]
        for (word, meant) in words {
            let page = try await test.search(word)
            guard !test.lacks.contains(.correctsWords) else {
                #expect(page.ids.isEmpty && page.corrections.isEmpty, "\(word)")
                continue
            }
            #expect(page.ids == [meant == "quantum" ? "t" : "g"], "\(word)")
            #expect(page.corrections.map(\.alternatives) == [[meant]], "\(word)")
            #expect(page.corrections.first?.text == word.lowercased())
            let exact = try await test.search(word) { $0.exactWords = true }
            #expect(exact.ids.isEmpty && exact.corrections.isEmpty)
        }
        guard !test.lacks.contains(.correctsWords) else { return }
        let page = try await test.search("trees grpah quantum quxntum")
        #expect(page.corrections.map(\.text) == ["grpah", "quxntum"])
        #expect(page.corrections.map(\.place) == [1, 3])
        #expect(page.ids == ["t", "g"])
        let marked = try await test.search("grpah") { $0.highlights = ["title"] }
        #expect(marked.hits.first?.highlights.first?.ranges == [0..<5])
    }

    private static func kept(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(
            Document(id: "a", body: "cat graph 1984 universe ab1234 libfoo12"),
            Document(id: "b", body: "graphs running")
        )
        let untouched = [
            "cta", "1985", "\"grpah\"", "grpah*", "-grpah graph", "run", "graphs", "universities",
            "grpxh-cat", "gprxh", "日本", "++", "", "ab1235", "ab123", "ab2134", "libfoo13",
        ]
        for query in untouched {
            #expect(try await test.search(query).corrections.isEmpty, "\(query)")
        }
        guard !test.lacks.contains(.correctsWords) else { return }
        for query in ["ba1234", "libfo12"] { #expect(try await test.ids(query) == ["a"]) }
    }

    /// Documents with words near "plant": three of one edit, one of which is in two documents.
    private static func addPlants(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(
            Document(id: "1", body: "planx green"),
            Document(id: "2", body: "slant green"),
            Document(id: "3", body: "slant"),
            Document(id: "4", body: "plait green"),
            Document(id: "5", body: "plana"),
            Document(id: "6", body: "nothing green")
        )
    }

    private static func likeliest(_ test: any SearchedStoreUnderTest) async throws {
        guard !test.lacks.contains(.correctsWords) else { return }
        try await addPlants(test)
        let page = try await test.search("plant green")
        #expect(page.corrections.map(\.alternatives) == [["slant", "plait", "plana"]])
        #expect(page.ids.first == "2")
        #expect(Set(page.ids) == ["2", "3", "4", "5", "6", "1"])
        #expect(Set(try await test.ids("plant")) == ["2", "3", "4", "5"])
    }

    private static func demanded(_ test: any SearchedStoreUnderTest) async throws {
        guard !test.lacks.contains(.correctsWords) else { return }
        try await addPlants(test)
        let all = try await test.search("plant green") { $0.match = .all }
        #expect(Set(all.ids) == ["2", "4"] && all.total.value == 2)
        #expect(all.corrections.map(\.alternatives) == [["slant", "plait", "plana"]])
        let none = try await test.search("plant greenhouse") { $0.match = .all }
        #expect(none.ids.isEmpty)
    }

    private static func gone(_ test: any SearchedStoreUnderTest) async throws {
        guard !test.lacks.contains(.correctsWords) else { return }
        try await test.add(Document(id: "a", body: "graph"), Document(id: "b", body: "grape"))
        #expect(try await test.search("graph").corrections.isEmpty)
        try await test.delete("a")
        try await test.index()
        let page = try await test.search("graph")
        #expect(page.ids == ["b"] && page.corrections.map(\.alternatives) == [["grape"]])
        try await test.add(Document(id: "b", body: "something else"))
        #expect(try await test.search("graph").corrections.isEmpty)
        #expect(try await test.ids("graph").isEmpty)
    }

    private static func staysCorrected(_ test: any SearchedStoreUnderTest) async throws {
        guard !test.lacks.contains(.correctsWords) else { return }
        try await test.add(Document(id: "a", body: "graph"), Document(id: "b", body: "graph"))
        let first = try await test.search("grapj") { $0.limit = 1 }
        try await test.add(Document(id: "c", body: "grapj"))
        var plan = try test.plan(SearchRequest(collection: "papers", query: "grapj"))
        plan.corrections = first.corrections.byPlace
        let later = try await test.find(plan)
        #expect(later.corrections == first.corrections && later.total.value == 2)
        plan.corrections = [:]
        #expect(try await test.find(plan).ids == ["c"])
    }

    private static func fieldWords(_ test: any SearchedStoreUnderTest) async throws {
        guard !test.lacks.contains(.correctsWords) else { return }
        try await test.add(
            Document(id: "a", title: "graph", body: "grasp"),
            Document(id: "b", title: "other", body: "grass grapes")
        )
        let page = try await test.search("title:grapx")
        #expect(page.ids == ["a"] && page.corrections.map(\.alternatives) == [["graph"]])
        #expect(try await test.search("title:grasp").corrections.isEmpty)
    }
}
