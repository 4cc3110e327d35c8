import DocketCore
import Testing

@Suite("From a search to its plan", .timeLimit(.minutes(5)))
struct SearchBinderTests {
    private let binder: SearchBinder

    init() throws {
        let schema = try CollectionSchema([
            AttributeDefinition("word", .keyword, [.filter, .facet, .search]),
            AttributeDefinition("prose", .text, .search),
            AttributeDefinition("year", .number, [.filter, .sort, .facet]),
            AttributeDefinition("flag", .boolean, .filter),
            AttributeDefinition("made", .time, [.filter, .sort]),
            AttributeDefinition("plain", .keyword),
        ])
        let collection = Collection(
            number: 1,
            name: "books",
            schema: schema,
            schemaEpoch: 1,
            createdMicroseconds: 0
        )
        binder = SearchBinder(collection: collection, limits: Limits())
    }

    private func plan(_ request: SearchRequest) throws(DocketError) -> SearchPlan {
        try binder.plan(request)
    }

    private func fault(_ change: (inout SearchRequest) -> Void) -> String? {
        var request = SearchRequest(collection: "books")
        change(&request)
        return DocketCoreTests.fault { () throws(DocketError) in _ = try plan(request) }
    }

    private func fault(_ filter: Filter) -> String? { fault { $0.filter = filter } }

    @Test("is by score with words, by number without")
    func order() throws {
        let words = try plan(SearchRequest(collection: "books", query: "swift"))
        #expect(words.sort == [BoundSort(.score, isDescending: true)])
        for query in ["", "-swift"] {
            let all = try plan(SearchRequest(collection: "books", query: query))
            #expect(all.sort == [BoundSort(.number, isDescending: false)])
        }
        let keys = try plan(
            SearchRequest(
                collection: "books",
                query: "swift",
                sort: [SortKey("year", isDescending: true), SortKey("score")]
            )
        )
        #expect(
            keys.sort == [
                BoundSort(.slot(2), isDescending: true), BoundSort(.score, isDescending: false),
            ]
        )
        // Without words all scores are alike.
        let scores = [SortKey("score"), SortKey("year")]
        let others = try plan(SearchRequest(collection: "books", sort: scores))
        #expect(others.sort == [BoundSort(.slot(2), isDescending: false)])
    }

    @Test("shows all but the body, or what is named")
    func selection() throws {
        let all = try plan(SearchRequest(collection: "books")).shows
        #expect(all == FieldSelection(title: true, body: false, slots: nil))
        let some = try plan(SearchRequest(collection: "books", fields: ["body", "year"])).shows
        #expect(some == FieldSelection(title: false, body: true, slots: [2]))
        let none = try plan(SearchRequest(collection: "books", fields: [])).shows
        #expect(none == FieldSelection(title: false, body: false, slots: []))
        #expect(fault { $0.fields = ["year", "pages"] } == "fields: there is no attribute pages")
    }

    @Test("has at most as many fields as a document can have")
    func fieldCount() {
        let most = [String](repeating: "title", count: 66)
        #expect(fault { $0.fields = most } == nil)
        #expect(fault { $0.fields = most + ["pages"] } == "fields: are 67, the limit is 66")
    }

    @Test("gives filter values the types of their attributes")
    func coercion() throws {
        let bound = try binder.bind(
            .all([
                .equal("made", "1970-01-01T00:00:01Z"),
                .range("made", .init(lower: .time(microseconds: 5), upper: "1970-01-02")),
                .equal("year", -0.0), .oneOf("word", ["a", "b"]), .startsWith("word", "a"),
                .not(.exists("flag")),
            ])
        )
        #expect(
            bound
                == .all([
                    .oneOf(slot: 4, [.time(microseconds: 1_000_000)]),
                    .range(
                        slot: 4,
                        .init(
                            lower: .time(microseconds: 5),
                            upper: .time(microseconds: 86_400_000_000)
                        )
                    ),
                    .oneOf(slot: 2, [0]), .oneOf(slot: 0, ["a", "b"]),
                    .startsWith(slot: 0, "a"), .not(.exists(slot: 3)),
                ])
        )
    }

    @Test("refuses filter values of another type")
    func wrongTypes() {
        #expect(fault(.equal("year", "1974")) == "filter: year is a number")
        #expect(fault(.equal("year", .number(.nan))) == "filter: year is a number")
        #expect(fault(.equal("word", 1)) == "filter: word is a keyword")
        #expect(fault(.oneOf("flag", [true, 1])) == "filter: flag is a boolean")
        #expect(
            fault(.equal("made", "yesterday"))
                == "filter: made is an instant, as \"2026-01-31T00:00:00Z\""
        )
        #expect(
            fault(.startsWith("year", "1"))
                == "filter: year is not a keyword, only keywords begin with a string"
        )
    }

    @Test("refuses attributes that are not there or not for that use")
    func uses() {
        #expect(fault(.exists("pages")) == "filter: there is no attribute pages")
        #expect(
            fault(.exists("plain"))
                == "filter: plain cannot be filtered: the collection does not say so"
        )
        #expect(
            fault { $0.sort = [SortKey("word")] }
                == "sort: word cannot be sorted by: the collection does not say so"
        )
        #expect(
            fault { $0.facets = [FacetRequest("made")] }
                == "facets: made cannot be counted as a facet: the collection does not say so"
        )
        #expect(
            fault { $0.highlights = ["year"] }
                == "highlights: year cannot be searched: the collection does not say so"
        )
    }

    @Test("takes names of searched fields before a colon for fields, all else for text")
    func fields() throws {
        let query = "title:a body:b prose:c word:d year:1974 plain:e pages:1 Title:f"
        let clauses = try plan(SearchRequest(collection: "books", query: query)).text.clauses
        #expect(clauses.map(\.field) == ["title", "body", "prose", "word", nil, nil, nil, nil])
        #expect(clauses[4].matcher == .word("year:1974"))
    }

    @Test("has bounds, each at its limit and one beyond")
    func bounds() {
        #expect(fault { $0.limit = 0 } == nil)
        #expect(fault { $0.limit = 1000 } == nil)
        #expect(fault { $0.limit = 1001 } == "limit: is 1001, it may be 0 to 1000")
        #expect(fault { $0.limit = -1 } == "limit: is -1, it may be 0 to 1000")
        let key = SortKey("year")
        #expect(fault { $0.sort = [key, key, key, key] } == nil)
        #expect(
            fault { $0.sort = [key, key, key, key, key] } == "sort: has 5 keys, the limit is 4"
        )
        let facet = FacetRequest("year", limit: 100)
        #expect(fault { $0.facets = [FacetRequest](repeating: facet, count: 8) } == nil)
        #expect(
            fault { $0.facets = [FacetRequest](repeating: facet, count: 9) }
                == "facets: are 9, the limit is 8"
        )
        for limit in [0, 101] {
            #expect(
                fault { $0.facets = [FacetRequest("year", limit: limit)] }
                    == "facets: limit is \(limit), it may be 1 to 100"
            )
        }
        #expect(fault { $0.highlights = [String](repeating: "body", count: 10) } == nil)
        #expect(
            fault { $0.highlights = [String](repeating: "body", count: 11) }
                == "highlights: are over 10"
        )
        #expect(
            faultyField { () throws(DocketError) in
                let long = String(repeating: "a", count: 4097)
                _ = try plan(SearchRequest(collection: "books", query: long))
            } == "query"
        )
    }

    @Test("has filters of bounded depth, size and lists")
    func filterBounds() {
        func nested(_ depth: Int) -> Filter {
            (1..<depth).reduce(.exists("year")) { filter, _ in .not(filter) }
        }
        #expect(fault(nested(8)) == nil)
        #expect(fault(nested(9)) == "filter: is nested 9 deep, the limit is 8")
        func wide(_ count: Int) -> Filter {
            .any([Filter](repeating: .exists("year"), count: count))
        }
        #expect(fault(wide(63)) == nil)
        #expect(fault(wide(64)) == "filter: has 65 conditions, the limit is 64")
        func list(_ count: Int) -> Filter {
            .oneOf("year", [AttributeValue](repeating: 1, count: count))
        }
        #expect(fault(list(256)) == nil)
        #expect(fault(list(257)) == "filter: a list has over 256 values")
        #expect(fault(.all([])) == nil)
    }
}
