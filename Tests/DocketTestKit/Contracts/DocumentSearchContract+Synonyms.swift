internal import DocketCore
internal import Testing

/// Words that find others as well.
extension DocumentSearchContract {
    static let synonyms: [ContractCase<any SearchedStoreUnderTest>] = [
        .init("synonyms find each other, or one way, without another word indexed", bothWays),
        .init("where all words are demanded, a synonym is enough", enough),
        .init("several words are synonyms of one, and one of several", severalWordsAsOne),
        .init("a document with a synonym has the word, and synonyms are marked", counted),
        .init("what is left out, quoted or begun has no synonyms", asWritten),
        .init("synonyms are those of their collection, until others are set", replaced),
    ]

    /// The store with these synonyms of its collection.
    private static func with(
        _ rules: [SynonymRule],
        _ test: any SearchedStoreUnderTest
    ) async throws -> any SearchedStoreUnderTest {
        let changed = try await test.truth.setSynonyms(
            test.tenant,
            of: test.collection.name,
            try Synonyms(rules, Limits()) { $0 },
            work: WorkLimit()
        )
        return test.viewing(changed)
    }

    private static func bothWays(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(
            Document(id: "c", title: "cars"),
            Document(id: "a", title: "automobile"),
            Document(id: "m", title: "motor"),
            Document(id: "v", title: "vehicle")
        )
        #expect(try await test.ids("car") == ["c"])
        let rules = [
            SynonymRule(["car", "automobile"]), SynonymRule(["car"], meanings: ["vehicle"]),
        ]
        let wider = try await with(rules, test)
        #expect(Set(try await wider.ids("car")) == ["c", "a", "v"])
        #expect(Set(try await wider.ids("CAR")) == ["c", "a", "v"])
        #expect(Set(try await wider.ids("title:car")) == ["c", "a", "v"])
        #expect(try await wider.ids("body:car").isEmpty)
        #expect(Set(try await wider.ids("automobile")) == ["c", "a"])
        #expect(try await wider.ids("vehicle") == ["v"])
        #expect(try await wider.search("car").corrections.isEmpty)
        #expect(try await wider.ids("car") { $0.exactWords = true } == ["c"])
        let slices = try await wider.scan(
            try wider.plan(SearchRequest(collection: "papers", query: "car"))
        )
        #expect(slices.flatMap { $0.hits.map(\.document.id) }.sorted() == ["a", "c", "v"])
    }

    private static func enough(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(
            Document(id: "1", body: "red car"),
            Document(id: "2", body: "red automobile"),
            Document(id: "3", body: "blue automobile"),
            Document(id: "4", body: "red motor vehicle"),
            Document(id: "5", body: "red motor of a vehicle")
        )
        let wider = try await with([SynonymRule(["car", "automobile", "motor vehicle"])], test)
        let all = try await wider.search("red car") { $0.match = .all }
        #expect(Set(all.ids) == ["1", "2", "4"] && all.total.value == 3)
        let any = try await wider.search("red car")
        #expect(Set(any.ids.prefix(3)) == ["1", "2", "4"])
        #expect(Set(any.ids) == ["1", "2", "3", "4", "5"])
    }

    private static func severalWordsAsOne(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(
            Document(id: "1", body: "nyc hotels"),
            Document(id: "2", body: "hotels of New York"),
            Document(id: "3", body: "York"),
            Document(id: "4", body: "other")
        )
        let wider = try await with([SynonymRule(["nyc", "new york"])], test)
        #expect(Set(try await wider.ids("nyc")) == ["1", "2"])
        #expect(Set(try await wider.ids("new york")) == ["1", "2", "3"])
        #expect(Set(try await wider.ids("new-york")) == ["1", "2", "3"])
        #expect(Set(try await wider.ids("hotel in new york")) == ["1", "2", "3"])
        // Words of two fields are no row.
        #expect(try await wider.ids("new title:york") == ["2"])
        #expect(try await wider.ids("new -york").isEmpty)
    }

    private static func counted(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(
            Document(id: "1", title: "automobile", body: "green"),
            Document(id: "2", title: "other", body: "green")
        )
        let wider = try await with([SynonymRule(["car", "automobile"])], test)
        let page = try await wider.search("green car") { $0.highlights = ["title", "body"] }
        #expect(page.ids == ["1", "2"])
        #expect(page.hits[0].highlights.map(\.fragment) == ["automobile", "green"])
        #expect(page.hits[0].highlights.first?.ranges == [0..<10])
        #expect(page.corrections.isEmpty)
    }

    private static func asWritten(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(
            Document(id: "1", body: "car"),
            Document(id: "2", body: "automobile")
        )
        let wider = try await with([SynonymRule(["car", "automobile"])], test)
        #expect(try await wider.ids("\"car\"") == ["1"])
        #expect(try await wider.ids("car*") == ["1"])
        #expect(try await wider.ids("-car") == ["2"])
        #expect(try await wider.ids("automobile -car") == ["2"])
    }

    private static func replaced(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(Document(id: "1", body: "one"), Document(id: "2", body: "two"))
        let rules = [SynonymRule(["one", "two"])]
        let wider = try await with(rules, test)
        #expect(wider.collection.schemaEpoch == test.collection.schemaEpoch + 1)
        #expect(wider.collection.schema.synonyms.rules == rules)
        let kept = try await wider.truth.collection(
            wider.tenant,
            named: wider.collection.name,
            work: WorkLimit()
        )
        #expect(kept == wider.collection)
        #expect(try await wider.ids("one").count == 2)
        let other = test.viewing(try await test.create("others"))
        try await other.add(Document(id: "1", body: "one"), Document(id: "2", body: "two"))
        #expect(try await other.ids("one") == ["1"])
        let none = try await with([], wider)
        #expect(try await none.ids("one") == ["1"])
        #expect(none.collection.schema == test.collection.schema)
    }
}
