internal import DocketCore
internal import Testing

/// What queries of words mean.
extension DocumentSearchContract {
    static let words: [ContractCase<any SearchedStoreUnderTest>] = [
        .init("finds words by their stems, phrases and prefixes as written", finds),
        .init("finds a phrase in one value, never over the border of two", borders),
        .init("takes the syntax of engines for text", syntaxIsText),
        .init("some of the words are enough unless all are demanded", match),
        .init("documents with all clauses come first, however often others have some", allFirst),
        .init("of more than four clauses no document need have all to come first", questions),
        .init("better matches come first, and a title counts more than a body", ranks),
        .init("marks the words found in the fields asked for", highlights),
        .init("shows the fields asked for", fields),
        .init("the beginning of a word has two bytes, less is a word", shortPrefix),
    ]

    private static func addLibrary(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(
            Document(id: "run", title: "Running shoes", body: "A runner runs in lib-foo."),
            Document(id: "ran", title: "Old shoe", body: "It ran. Don't panic!"),
            Document(id: "uni", title: "Universities of Zürich", body: "teaching C++ and rust"),
            Document(
                id: "note",
                title: "x",
                body: "",
                attributes: [
                    Attribute("note", "quantum leap"), Attribute("author", "Jane Running"),
                ]
            )
        )
    }

    private static let queries: [(query: String, ids: Set<String>)] = [
        ("run", ["run", "note"]), ("runs", ["run", "note"]), ("RUNNING", ["run", "note"]),
        ("shoes", ["run", "ran"]), ("\"running shoes\"", ["run"]), ("\"run shoes\"", []),
        ("\"shoe running\"", []), ("univers*", ["uni"]), ("universi*", ["uni"]),
        ("universe", ["uni"]), ("lib-foo", ["run"]), ("foo-lib", ["run"]), ("zurich", ["uni"]),
        ("ZÜRICH", ["uni"]), ("c++", ["uni"]), ("dont", ["ran"]), ("don't panic", ["ran"]),
        ("quantum", ["note"]), ("note:quantum", ["note"]), ("title:quantum", []),
        ("author:running", ["note"]), ("title:running", ["run"]),
        ("run -title:running", ["note"]),
        ("shoes -old", ["run"]), ("-shoes", ["uni", "note"]), ("++", []),
        ("-++", []),
        ("absent", []), ("running absent", ["run", "note"]), ("a", ["run"]), ("*", []),
        ("- * \"", []), ("panic:quantum", ["ran", "note"]), ("year:1974", []),
        ("hidden:rust", ["uni"]), ("rust: teaching", ["uni"]), ("\"running shoes", ["run"]),
        ("foo::bar", ["run"]), ("http://lib.example/foo?x=ran", ["run", "ran", "note"]),
        ("\"lib-foo\"", ["run"]), ("\"foo-lib\"", []), ("-lib-foo shoes", ["ran"]),
        ("rust -", ["uni"]), ("shoes ->old", ["run", "ran"]), ("--rust", ["uni"]),
    ]

    private static let syntax = [
        "run AND shoes", "run OR absent", "NEAR(run shoes)", "title : run", "^run", "run*shoes",
        "{title} : run", "a\"b\"c", "'", "\\", "\u{2}run", "\"\u{2}runs\"", "(", "run)", "*",
        "+", "\u{1}run", "NOT run",
    ]

    private static func finds(_ test: any SearchedStoreUnderTest) async throws {
        try await addLibrary(test)
        for (query, expected) in queries {
            let ids = try await test.ids(query)
            #expect(Set(ids) == expected, "\(query): \(ids)")
        }
    }

    private static func borders(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(
            Document(
                id: "names",
                title: "ends with red",
                body: "green begins",
                attributes: [
                    Attribute("author", [.string("John Abraham"), .string("Lincoln Smith")])
                ]
            )
        )
        for query in ["\"john abraham\"", "author:\"lincoln smith\"", "abraham lincoln"] {
            #expect(try await test.ids(query) == ["names"], "\(query)")
        }
        for query in ["\"abraham lincoln\"", "author:\"abraham lincoln\"", "\"red green\""] {
            #expect(try await test.ids(query).isEmpty, "\(query)")
        }
    }

    private static func syntaxIsText(_ test: any SearchedStoreUnderTest) async throws {
        try await addLibrary(test)
        for query in syntax {
            _ = try await test.ids(query)
            #expect(try await test.ids("\"\u{2}runs\"") == ["run"], "\(query)")
        }
    }

    private static func match(_ test: any SearchedStoreUnderTest) async throws {
        try await addLibrary(test)
        #expect(Set(try await test.ids("quantum zurich")) == ["note", "uni"])
        #expect(try await test.ids("quantum zurich -x") == ["uni"])
        for query in ["quantum zurich", "foo-lib", "zurich \"shoe running\"", "note:zurich rust"] {
            #expect(try await test.ids(query) { $0.match = .all } == [], "\(query)")
        }
        #expect(try await test.ids("lib-foo runs") { $0.match = .all } == ["run"])
    }

    private static func allFirst(_ test: any SearchedStoreUnderTest) async throws {
        let filler = String(repeating: "word ", count: 400)
        try await test.add(
            Document(id: "rare", title: "zebra zebra", body: "zebra zebra zebra"),
            Document(id: "both", body: "the \(filler) zebra"),
            Document(id: "the", title: "the", body: "the"),
            Document(id: "apart", body: "lib \(filler) foo"),
            Document(id: "joined", body: "\(filler) lib-foo"),
            Document(id: "phrase", body: "\(filler) green tea zebra"),
            Document(id: "words", title: "tea green zebra", body: "green zebra")
        )
        #expect(try await test.ids("the zebra").first == "both")
        #expect(try await test.ids("lib-foo") == ["joined", "apart"])
        #expect(try await test.ids("\"green tea\" zebra").first == "phrase")
        let page = try await test.search("the zebra")
        #expect(page.hits.map(\.score) == page.hits.map(\.score).sorted(by: >))
        #expect(page.total.value == 5)
    }

    private static func questions(_ test: any SearchedStoreUnderTest) async throws {
        let filler = String(repeating: "word ", count: 400)
        try await test.add(
            Document(id: "all", body: "how do i get \(filler) zebra"),
            Document(id: "about", title: "zebra zebra", body: "zebra")
        )
        for place in 0..<8 {
            try await test.add(Document(id: "other\(place)", body: "how do i get word"))
        }
        #expect(try await test.ids("how do get zebra").first == "all")
        #expect(try await test.ids("how do i get zebra").first == "about")
        #expect(try await test.ids("how do i get zebra") { $0.match = .all } == ["all"])
    }

    private static func ranks(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(
            Document(id: "body", title: "other", body: "apple pie"),
            Document(id: "title", title: "apple", body: "other pie"),
            Document(
                id: "long",
                title: "other",
                body: "apple " + String(repeating: "pie ", count: 200)
            ),
            Document(id: "none", title: "pear", body: "tart")
        )
        let page = try await test.search("apple")
        #expect(page.ids == ["title", "body", "long"])
        #expect(page.bestScore == page.hits.first?.score)
        #expect(page.hits.allSatisfy { $0.score > 0 && $0.score <= page.bestScore })
    }

    private static func highlights(_ test: any SearchedStoreUnderTest) async throws {
        try await addLibrary(test)
        let page = try await test.search("running") { $0.highlights = ["title", "body", "author"] }
        let run = try #require(page.hits.first { $0.document.id == "run" })
        #expect(run.highlights.map(\.field) == ["title", "body"])
        #expect(run.highlights[0].fragment == "Running shoes")
        #expect(run.highlights[0].ranges == [0..<7])
        let note = try #require(page.hits.first { $0.document.id == "note" })
        #expect(
            note.highlights == [
                Highlight(field: "author", fragment: "Jane Running", ranges: [5..<12])
            ]
        )
        let titled = try await test.search("title:running") { $0.highlights = ["body"] }
        #expect(titled.hits.first?.highlights == [])
    }

    private static func fields(_ test: any SearchedStoreUnderTest) async throws {
        try await addLibrary(test)
        let all = try #require(try await test.search("quantum").hits.first).document
        #expect(
            all.title == "x" && all["note"] == ["quantum leap"] && all["author"] == ["Jane Running"]
        )
        let some = try #require(try await test.search("zurich") { $0.fields = ["body"] }.hits.first)
            .document
        #expect(some.title.isEmpty && some.body == "teaching C++ and rust")
        let attribute = try #require(
            try await test.search("quantum") { $0.fields = ["author"] }.hits.first
        ).document
        #expect(attribute.attributes.map(\.name) == ["author"] && attribute.title.isEmpty)
    }

    private static func shortPrefix(_ test: any SearchedStoreUnderTest) async throws {
        try await addLibrary(test)
        #expect(try await test.ids("r*") == [])
        #expect(try await test.ids("x*") == ["note"])
        #expect(try await test.ids("ru*").count == 3)
        #expect(try await test.ids("語*").isEmpty)
    }
}
