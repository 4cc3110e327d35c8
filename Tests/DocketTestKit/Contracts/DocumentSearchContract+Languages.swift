internal import DocketCore
internal import Testing

/// What languages mean, where words are indexed and where they are asked for.
extension DocumentSearchContract {
    static let languages: [ContractCase<any SearchedStoreUnderTest>] =
        LanguageSet.all.map { set in
            .init("finds \(set.code ?? "texts without a language") \(set.texts[0])") {
                try await judge(set, $0)
            }
        } + [
            .init("an attribute may have a language of its own", attributeLanguage),
            .init("marks what was found in texts of any language", markedLanguages),
            .init("a run of letters comes first where all is demanded, too", runsFirst),
            .init("letters are looked for in fields, and left out", lettersInFields),
            .init("questions of hundreds of letters are answered", manyLetters),
        ]

    private static func collection(
        _ test: any SearchedStoreUnderTest,
        _ language: Language?,
        attribute: Language? = nil
    ) async throws -> any SearchedStoreUnderTest {
        let note = AttributeDefinition("note", .text, .search, language: attribute)
        let made = try await test.truth.createCollection(
            test.tenant,
            named: "texts",
            schema: try CollectionSchema([note], language: language),
            quota: Quota(),
            work: WorkLimit()
        )
        return test.viewing(made)
    }

    private static func judge(_ set: LanguageSet, _ test: any SearchedStoreUnderTest) async throws {
        let language = try set.code.map { try #require(Language(rawValue: $0)) }
        let test = try await collection(test, language)
        let kept = try await test.truth.collection(test.tenant, named: "texts", work: WorkLimit())
        #expect(kept.schema.language == language)
        try await test.upload(
            set.texts.enumerated().map { Document(id: "\($0 + 1)", title: "", body: $1) }
        )
        try await test.index()
        for query in set.queries {
            let ids = try await test.ids(query.text) { $0.exactWords = true }
            #expect(Set(ids) == Set(query.found.map { "\($0)" }), "\(query.text): \(ids)")
            if let first = query.first { #expect(ids.first == "\(first)", "\(query.text)") }
        }
    }

    private static func attributeLanguage(_ test: any SearchedStoreUnderTest) async throws {
        let test = try await collection(test, .english, attribute: .german)
        try await test.add(
            Document(id: "title", title: "houses of Mueller"),
            Document(id: "note", attributes: [Attribute("note", "Müllers Häuser")]),
            Document(id: "other", attributes: [Attribute("note", "houses")])
        )
        #expect(Set(try await test.ids("müller")) == ["note"])
        #expect(Set(try await test.ids("note:muellers")) == ["note"])
        #expect(Set(try await test.ids("note:haus")) == ["note"])
        #expect(Set(try await test.ids("haus")) == ["note"])
        #expect(Set(try await test.ids("haus -müller")) == [])
        #expect(Set(try await test.ids("title:house")) == ["title"])
        #expect(try await test.ids("note:houses") == ["other"])
    }

    private static func markedLanguages(_ test: any SearchedStoreUnderTest) async throws {
        let texts: [(Language, body: String, query: String, marked: [String])] = [
            (.french, "À l'école des écoles.", "l'ecole", ["école", "écoles"]),
            (.german, "Herr Müller, Frau Mueller.", "muller", ["Müller", "Mueller"]),
            (.arabic, "قرأت الكتاب", "كتاب", ["الكتاب"]),
            (.japanese, "東京都は都です。", "東京都", ["東京都"]),
            (.japanese, "京都の東京は都です。", "東京都", ["京都", "東京"]),
            (.korean, "학교에서 학교는", "학교", ["학교", "학교"]),
            (.serbian, "Нова књига", "knjige", ["књига"]),
        ]
        for (place, text) in texts.enumerated() {
            let schema = try CollectionSchema([], language: text.0)
            let made = try await test.truth.createCollection(
                test.tenant,
                named: "texts\(place)",
                schema: schema,
                quota: Quota(),
                work: WorkLimit()
            )
            let test = test.viewing(made)
            try await test.add(Document(id: "a", title: "x", body: text.body))
            let page = try await test.search(text.query) { $0.highlights = ["body"] }
            let fragment = try #require(page.hits.first?.highlights.first, "\(text.query)")
            let bytes = Array(fragment.fragment.utf8)
            let marked = fragment.ranges.map { String(decoding: bytes[$0], as: UTF8.self) }
            #expect(marked == text.marked, "\(text.query)")
        }
    }

    private static func runsFirst(_ test: any SearchedStoreUnderTest) async throws {
        let test = try await collection(test, .japanese)
        try await test.add(
            Document(id: "within", title: "東京都", body: "古い"),
            Document(id: "alone", title: "京都", body: "古い")
        )
        #expect(try await test.ids("京都 古い") { $0.match = .all } == ["alone", "within"])
        #expect(try await test.ids("東京都 古い") { $0.match = .all } == ["within"])
        #expect(try await test.ids("京都 新") { $0.match = .all }.isEmpty)
    }

    private static func lettersInFields(_ test: any SearchedStoreUnderTest) async throws {
        let test = try await collection(test, nil)
        try await test.add(
            Document(id: "a", title: "東京都", body: "猫"),
            Document(id: "b", title: "猫", body: "京都と東京")
        )
        #expect(Set(try await test.ids("title:京都")) == ["a"])
        #expect(Set(try await test.ids("body:東京都")) == ["b"])
        #expect(Set(try await test.ids("body:東京都") { $0.match = .all }) == [])
        #expect(Set(try await test.ids("猫 -東京都")) == ["b"])
        #expect(Set(try await test.ids("-title:猫")) == ["a"])
        #expect(try await test.ids("猫") == ["b", "a"])
    }

    private static func manyLetters(_ test: any SearchedStoreUnderTest) async throws {
        let test = try await collection(test, .chinese)
        let letters = (0..<1_200).compactMap { Unicode.Scalar(0x4E00 + $0) }.map { String($0) }
        try await test.add(
            Document(id: "a", title: "", body: letters[700...720].joined()),
            Document(id: "b", title: "", body: letters.joined())
        )
        let page = try await test.search(letters.prefix(1_000).joined())
        // The rarest count, which are the pairs that one document has.
        #expect(page.ids == ["b"] && !page.ignoredTerms.isEmpty)
        let spread = try await test.search(letters.prefix(300).joined(separator: " "))
        #expect(spread.ids == ["b"])
    }
}
