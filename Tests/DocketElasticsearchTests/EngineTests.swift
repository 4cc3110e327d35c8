import DocketCore
import DocketTestKit
import Testing

@testable import DocketElasticsearch

/// What both engines do with what Docket sends them.
@Suite("A search engine", .timeLimit(.minutes(10)), .needs(.elasticsearch, .opensearch))
struct EngineTests {
    static let engines: [Engine.Kind] = [.elasticsearch, .opensearch]

    private static let documents = [
        Document(id: "a", title: "The lib-foo library", body: "Running dogs bark at night"),
        Document(id: "b", title: "Dogs", body: "A dog runs fast; std::vector grows"),
        Document(
            id: "c",
            title: "Cats",
            body: "Universities of Ångström",
            attributes: [
                Attribute("author", ["John Abraham", "Lincoln Smith"]), Attribute("year", 1974),
                Attribute("open", true), Attribute("note", "vectors and libraries"),
            ]
        ),
        Document(id: "d", title: "Empty", attributes: [Attribute("year", [-2.5, 2024])]),
    ]

    private static func filled(_ kind: Engine.Kind) async throws -> TestIndex {
        let test = try await TestIndex.make(kind)
        let outcomes = try await test.apply(documents)
        #expect(outcomes == documents.map { _ in .applied })
        try await test.refresh()
        return test
    }

    @Test("is reached, says its version and gets the index of the pool", arguments: engines)
    func prepares(_ kind: Engine.Kind) async throws {
        let test = try await TestIndex.make(kind)
        try await test.index.prepare(work: TestIndex.work())
        #expect(test.log.messages == ["search engine reached", "index made"])
        let second = try TestIndex.make(on: test.url) { $0.prefix = test.names.series.prefix }
        try await second.index.prepare(work: TestIndex.work())
        #expect(second.log.messages == ["search engine reached"])
        second.index.close()
        test.index.close()
    }

    @Test("finds words by stem, phrases and prefixes by word", arguments: engines)
    func words(_ kind: Engine.Kind) async throws {
        let test = try await Self.filled(kind)
        let expected: [(query: String, numbers: Set<UInt64>)] = [
            ("dog", [1, 2]), ("RUNNING", [1, 2]), ("\"dogs\"", [1, 2]), ("\"running\"", [1]),
            ("\"running dogs\"", [1]), ("\"dogs running\"", []), ("lib-foo", [1]),
            ("universi*", [3]), ("univers*", [3]), ("std::vec*", [2]), ("angstrom", [3]),
            ("title:dog", [2]), ("body:dog", [1, 2]), ("author:lincoln", [3]),
            ("\"abraham lincoln\"", []), ("author:\"john abraham\"", [3]), ("dog -night", [2]),
            ("dog -\"running dogs\"", [2]), ("-dog", [3, 4]), ("++", []), ("", [1, 2, 3, 4]),
            ("note:vector", [3]), ("vector", [2, 3]), ("zebra", []),
        ]
        for (query, numbers) in expected {
            for match in [SearchRequest.Match.all, .any] {
                let page = try await test.search(query) { $0.match = match }
                // Of a compound, each word counts where some of a query is enough.
                let isCompound = query.contains("::")
                if match == .any, isCompound {
                    #expect(Set(page.hits.map(\.number)).isSuperset(of: numbers), "\(query)")
                } else {
                    #expect(Set(page.hits.map(\.number)) == numbers, "\(query) \(match)")
                    #expect(page.total == .init(value: numbers.count), "\(query) \(match)")
                }
            }
        }
        test.index.close()
    }

    @Test("filters by every type of attribute", arguments: engines)
    func filters(_ kind: Engine.Kind) async throws {
        let test = try await Self.filled(kind)
        let expected: [(filter: String, numbers: [UInt64])] = [
            ("author = \"Lincoln Smith\"", [3]), ("author = \"lincoln smith\"", []),
            ("author ^= \"John\"", [3]), ("EXISTS year", [3, 4]), ("NOT EXISTS year", [1, 2]),
            ("year > 1974", [4]), ("year >= 1974", [3, 4]), ("year < 0", [4]),
            ("year = -2.5 AND year = 2024", [4]), ("open = true OR year = 2024", [3, 4]),
            ("open != true", [1, 2, 4]), ("year BETWEEN 1970 AND 1980", [3]),
            ("made > \"2020-01-01\"", []),
        ]
        for (filter, numbers) in expected {
            let page = try await test.search("") { $0.filter = try? Filter(parsing: filter) }
            #expect(page.hits.map(\.number) == numbers, "\(filter)")
            #expect(page.total == .init(value: numbers.count), "\(filter)")
        }
        test.index.close()
    }

    @Test("bounds totals as asked", arguments: engines)
    func totals(_ kind: Engine.Kind) async throws {
        let test = try await Self.filled(kind)
        let expected: [(SearchRequest.TotalMode, SearchReply.Total)] = [
            (.exact, .init(value: 4)), (.bounded(4), .init(value: 4)),
            (.bounded(3), .init(value: 3, isExact: false)),
            (.bounded(0), .init(value: 0, isExact: false)),
            (.none, .init(value: 0, isExact: false)),
        ]
        for (mode, total) in expected {
            let page = try await test.search("") {
                $0.total = mode
                $0.limit = 2
            }
            #expect(page.total == total)
            #expect(page.hasMore)
            #expect(page.hits.count == 2)
        }
        test.index.close()
    }

    @Test("keeps the newest version, whatever comes when", arguments: engines)
    func versions(_ kind: Engine.Kind) async throws {
        let test = try await TestIndex.make(kind)
        let document = Document(id: "a", title: "new")
        #expect(try await test.apply([document], version: 5) == [.applied])
        #expect(try await test.apply([document], version: 5) == [.applied])
        #expect(
            try await test.apply([Document(id: "a", title: "old")], version: 3) == [.superseded]
        )
        try await test.refresh()
        let page = try await test.search("new")
        #expect(page.hits.map(\.version) == [5])
        #expect(try await test.remove([1], version: 4) == [.superseded])
        #expect(try await test.remove([1], version: 6) == [.applied])
        #expect(try await test.remove([1], version: 6) == [.applied])
        #expect(try await test.remove([99], version: 2) == [.applied])
        #expect(try await test.apply([document], version: 5) == [.superseded])
        try await test.refresh()
        #expect(try await test.search("").total == .init(value: 0))
        test.index.close()
    }

    @Test("leaves removed documents out of hits, totals and facets", arguments: engines)
    func removed(_ kind: Engine.Kind) async throws {
        let test = try await Self.filled(kind)
        let page = try await test.search(
            "dog",
            without: RemovedDocuments(numbers: [1, 3])
        ) { $0.facets = [FacetRequest("author")] }
        #expect(page.hits.map(\.number) == [2])
        #expect(page.total == .init(value: 1))
        #expect(page.facets == [[]])
        #expect(!page.isApproximate)
        let more = try await test.search(
            "",
            without: RemovedDocuments(numbers: [1], isComplete: false)
        )
        #expect(more.isApproximate)
        #expect(!more.total.isExact)
        test.index.close()
    }

    @Test("never shows a tenant what another has", arguments: engines)
    func tenants(_ kind: Engine.Kind) async throws {
        var test = try await Self.filled(kind)
        test.tenant = TenantID(2)
        try await test.apply([Document(id: "a", title: "dogs of another")])
        test.collection = try TestIndex.collection(number: 2)
        try await test.apply([Document(id: "a", title: "dogs in a drawer")], from: 2)
        try await test.refresh()
        #expect(try await test.numbers("dog") == [2])
        test.collection = try TestIndex.collection(number: 1)
        #expect(try await test.numbers("dog") == [1])
        test.tenant = TenantID(1)
        #expect(Set(try await test.numbers("dog")) == [1, 2])
        test.tenant = TenantID(11)
        #expect(try await test.numbers("dog") == [])
        test.index.close()
    }

    @Test("counts facets by value, most frequent first", arguments: engines)
    func facets(_ kind: Engine.Kind) async throws {
        let test = try await TestIndex.make(kind)
        let documents = (0..<9).map { number -> Document in
            let year = AttributeValue.number(Double(number % 2))
            let authors = [number % 3, number % 2].map { AttributeValue.string("a\($0)") }
            return Document(
                id: "\(number)",
                attributes: [
                    Attribute("author", authors + ["é"]), Attribute("year", [year, year]),
                    Attribute("open", .boolean(number == 0)),
                    Attribute("made", .time(microseconds: -1)),
                ]
            )
        }
        try await test.apply(documents)
        try await test.refresh()
        let page = try await test.search("") {
            $0.facets = [
                FacetRequest("author", limit: 3), FacetRequest("year"), FacetRequest("open"),
                FacetRequest("made"),
            ]
        }
        #expect(page.facets[0] == [.init("é", 9), .init("a0", 6), .init("a1", 5)])
        #expect(page.facets[1] == [.init(0, 5), .init(1, 4)])
        #expect(page.facets[2] == [.init(false, 8), .init(true, 1)])
        #expect(page.facets[3] == [.init(.time(microseconds: -1), 9)])
        #expect(!page.isApproximate)
        test.index.close()
    }

    @Test("scans all matches in the order of numbers", arguments: engines)
    func scans(_ kind: Engine.Kind) async throws {
        let test = try await TestIndex.make(kind)
        let documents = (0..<25).map { number -> Document in
            Document(id: "\(number)", title: number % 5 == 0 ? "x" : "y")
        }
        try await test.apply(documents)
        try await test.refresh()
        var plan = try test.plan("y")
        plan.limit = 8
        var next: UInt64? = 0
        var numbers: [UInt64] = []
        while let after = next {
            let slice = try await test.index.scan(
                test.tenant,
                plan,
                after: after,
                without: RemovedDocuments(numbers: [7]),
                work: TestIndex.work()
            )
            numbers += slice.hits.map(\.number)
            next = slice.next
        }
        #expect(numbers == (1...25).filter { $0 % 5 != 1 && $0 != 7 })
        test.index.close()
    }
}
