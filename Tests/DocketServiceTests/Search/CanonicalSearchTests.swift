import DocketCore
import Testing

@testable import DocketService

@Suite("Canonical searches", .timeLimit(.minutes(5)))
struct CanonicalSearchTests {
    private func canonical(_ request: SearchRequest) throws -> CanonicalSearch {
        let collection = Collection(
            number: 1,
            name: "papers",
            schema: try CollectionSchema(TestClient.schema),
            schemaEpoch: 1,
            createdMicroseconds: 0
        )
        let binder = SearchBinder(collection: collection, limits: Limits())
        return CanonicalSearch(request, try binder.plan(request))
    }

    private func key(filter: Filter) throws -> [UInt8] {
        try canonical(SearchRequest(collection: "papers", filter: filter)).key
    }

    private func key(query: String) throws -> [UInt8] {
        try canonical(SearchRequest(collection: "papers", query: query)).key
    }

    @Test("case, space and Unicode form of words do not matter")
    func words() throws {
        let expected = try key(query: "caf\u{E9} tea")
        for query in ["CAFÉ TEA", "cafe\u{301}  tea "] {
            #expect(try key(query: query) == expected, "\(query)")
        }
        #expect(try key(query: "tea café") != key(query: "tea"))
    }

    @Test("what stands in quotes, before a colon, with a star or a minus is another query")
    func clauses() throws {
        let queries = [
            "green tea", "\"green tea\"", "greentea", "green", "green*", "green -tea",
            "title:green tea", "author:green tea", "title:green author:tea", "title:\"green tea\"",
        ]
        let keys = Set(try queries.map { try key(query: $0) })
        #expect(keys.count == queries.count)
    }

    @Test("conditions and values may stand in any order")
    func order() throws {
        let one = Filter.any([
            .all([.exists("year"), .equal("author", "x")]), .oneOf("author", ["a", "b"]),
        ])
        let other = Filter.any([
            .oneOf("author", ["b", "a"]), .all([.equal("author", "x"), .exists("year")]),
        ])
        #expect(try key(filter: one) == key(filter: other))
    }

    @Test("filters of other meanings are other keys")
    func filters() throws {
        let filters: [Filter] = [
            .all([]), .any([]), .not(.all([])), .exists("year"), .exists("author"),
            .all([.exists("year")]), .any([.exists("year")]), .not(.exists("year")),
            .equal("author", ""), .equal("author", "a"), .oneOf("author", ["a", "b"]),
            .oneOf("author", ["ab"]), .oneOf("author", ["a,b"]), .oneOf("author", []),
            .startsWith("author", "a"), .startsWith("author", ""), .equal("year", 1),
            .equal("year", 10), .equal("open", true), .equal("open", false),
            .range("year", .init()), .range("year", .init(lower: 1)),
            .range("year", .init(upper: 1)), .range("year", .init(lower: 1, includesLower: false)),
            .range("year", .init(upper: 1, includesUpper: false)),
            .range("year", .init(lower: 1, upper: 1)),
            .all([.any([.exists("year")]), .any([.exists("author")])]),
            .all([.any([.exists("year"), .exists("author")])]),
        ]
        let keys = Set(try filters.map { try key(filter: $0) })
        #expect(keys.count == filters.count)
    }

    @Test("zero has one sign, and is not nothing")
    func zero() throws {
        let minus = Filter.equal("year", .number(-0.0))
        #expect(try key(filter: minus) == key(filter: .equal("year", 0)))
    }

    @Test("what a page shows is part of the key and not of the order")
    func parts() throws {
        let plain = SearchRequest(collection: "papers", query: "tea")
        let changes: [(inout SearchRequest) -> Void] = [
            { $0.limit = 3 }, { $0.fields = ["title"] }, { $0.highlights = ["body"] },
            { $0.total = .none }, { $0.facets = [FacetRequest("year")] }, { $0.cursor = [1] },
        ]
        for change in changes {
            var other = plain
            change(&other)
            let (one, two) = (try canonical(plain), try canonical(other))
            #expect(one.key != two.key)
            #expect(one.order == two.order)
        }
    }

    @Test("a cursor comes back as it went, and other bytes are none")
    func cursors() throws {
        let values: [AttributeValue?] = [
            nil, .string("größe"), .string(""), .number(-1.5), .boolean(true),
            .time(microseconds: -7),
        ]
        let shown = ShownDocuments([3, 5, 1 << 40])
        let positions: [SearchPosition] = [
            .after(values: values, number: 1 << 40), .without(shown),
            .rest(after: 9, without: shown), .without(ShownDocuments()),
        ]
        for position in positions {
            let cursor = PageCursor(
                position: position,
                bestScore: 0.25,
                ignoredTerms: [0, 4000],
                corrections: [3: ["größe", "b"], 400: ["c"]]
            )
            let bytes = PositionCodec.encode(cursor)
            #expect(PositionCodec.decode(bytes) == cursor)
            for length in 0..<bytes.count {
                #expect(PositionCodec.decode(Array(bytes.prefix(length))) != cursor)
            }
        }
        let after = PageCursor(position: .after(values: [nil], number: 1))
        var bytes = PositionCodec.encode(after)
        #expect(PositionCodec.decode(bytes + [0]) == nil)
        bytes[bytes.count - 1] = 9
        #expect(PositionCodec.decode(bytes) == nil)
        bytes[0] = 4
        #expect(PositionCodec.decode(bytes) == nil)
    }
}
