import DocketCore
import DocketRuntime
import DocketSystem
import DocketTelemetry
import DocketTestKit
import Testing

@testable import DocketService

@Suite("Searches of an index, checked against the truth", .timeLimit(.minutes(5)))
struct CheckedSearchTests {
    private static let tenant = TenantID(7)
    private let registry = MetricsRegistry()
    private let removals = KnownRemovals()

    init() { removals.answered(removals.ask(), []) }

    private func collection() throws -> Collection {
        Collection(
            number: 3,
            name: "papers",
            schema: try CollectionSchema([
                AttributeDefinition("author", .keyword, [.filter, .sort, .facet, .search]),
                AttributeDefinition("year", .number, [.filter, .sort, .facet]),
            ]),
            schemaEpoch: 1,
            createdMicroseconds: 0
        )
    }

    private func plan(_ request: SearchRequest) throws -> SearchPlan {
        try SearchBinder(collection: try collection(), limits: Limits()).plan(request)
    }

    private func checked(
        _ index: MemoryIndex,
        _ truth: MemoryTruth,
        _ breaker: CircuitBreaker.Configuration = .init()
    ) throws -> CheckedSearch {
        try CheckedSearch(
            index: index,
            truth: truth,
            removals: removals,
            threads: 1,
            breaker: breaker,
            registry: registry,
            logger: .silent
        )
    }

    /// So many documents, the first with the best score, and the search of both.
    private func make(
        _ count: Int,
        title: (UInt64) -> String = { "tea \($0)" }
    ) throws -> (index: MemoryIndex, truth: MemoryTruth) {
        let numbers = (1...UInt64(count))
        let documents = numbers.map { number in
            (number, Document(id: "d\(number)", title: title(number), body: "a cup of tea"))
        }
        let entries = numbers.map { number in
            MemoryIndex.Entry(
                number: number,
                score: Double(count) - Double(number),
                year: number.isMultiple(of: 5) ? nil : Double(number / 3)
            )
        }
        return (
            MemoryIndex(Self.tenant, entries),
            MemoryTruth(try collection().schema, Dictionary(uniqueKeysWithValues: documents))
        )
    }

    /// Runs `body` with a search that is stopped afterwards.
    private func withSearch<Value>(
        _ index: MemoryIndex,
        _ truth: MemoryTruth,
        _ breaker: CircuitBreaker.Configuration = .init(),
        _ body: (CheckedSearch) async throws -> Value
    ) async throws -> Value {
        let search = try checked(index, truth, breaker)
        let result: Result<Value, any Error>
        do { result = .success(try await body(search)) } catch { result = .failure(error) }
        await search.stop(by: .now())
        return try result.get()
    }

    private func search(
        _ search: CheckedSearch,
        _ request: SearchRequest,
        _ change: (inout SearchPlan) -> Void = { _ in }
    ) async throws -> SearchPage {
        var plan = try plan(request)
        change(&plan)
        return try await search.search(Self.tenant, plan, work: WorkLimit())
    }

    @Test("a page takes one query of each, in the order of the index")
    func page() async throws {
        let (index, truth) = try make(30)
        try await withSearch(index, truth) { search in
            let page = try await self.search(search, SearchRequest(collection: "", query: "tea"))
            #expect(page.hits.map(\.number) == Array(1...10))
            #expect(page.hits.map(\.score) == (1...10).map { 30 - Double($0) })
            #expect(page.total == .init(value: 30) && page.hasMore && !page.isApproximate)
            #expect(index.asked.count == 1 && truth.asked.count == 1)
        }
    }

    @Test("what the truth refuses leaves the page, which is filled from the next")
    func refused() async throws {
        let (index, truth) = try make(30)
        truth.hide([1, 3, 4, 12])
        try await withSearch(index, truth) { search in
            let request = SearchRequest(collection: "", query: "tea")
            let page = try await self.search(search, request)
            #expect(page.hits.map(\.number) == [2, 5, 6, 7, 8, 9, 10, 11, 13, 14])
            #expect(page.total.value == 26 && page.isApproximate)
            // The last round had room for one more, since 12 was refused.
            #expect(index.asked.map(\.limit) == [10, 3, 1])
            #expect(index.asked.dropFirst().allSatisfy { $0.total == .none && $0.facets.isEmpty })
        }
    }

    @Test("where all matches were looked at, the total is exact without those refused")
    func exact() async throws {
        let (index, truth) = try make(6)
        truth.hide([2])
        try await withSearch(index, truth) { search in
            let page = try await self.search(search, SearchRequest(collection: "", query: "tea"))
            #expect(page.hits.count == 5 && !page.hasMore)
            #expect(page.total == .init(value: 5) && !page.isApproximate)
        }
    }

    @Test("no more than three rounds are asked, and the pages go on behind what was refused")
    func rounds() async throws {
        let (index, truth) = try make(50)
        truth.hide(1...35)
        for sort in [[], [SortKey("year")]] {
            try await withSearch(index, truth) { search in
                let request = SearchRequest(collection: "", query: "tea", sort: sort)
                let before = index.asked.count
                let first = try await self.search(search, request)
                #expect(index.asked.count == before + 3)
                let plan = try self.plan(request)
                let position = try #require(plan.position(after: first))
                let second = try await self.search(search, request) { $0.after = position }
                let numbers = (first.hits + second.hits).map(\.number)
                #expect(!second.hits.isEmpty && Set(numbers).count == numbers.count)
            }
        }
    }

    @Test(
        "pages have every document that is seen throughout exactly once, whatever is hidden",
        .seeded,
        arguments: ["", "tea"]
    )
    func pages(_ query: String) async throws {
        var generator = SeededGenerator()
        for sort in [[], [SortKey("year")]] {
            let (index, truth) = try make(300)
            try await withSearch(index, truth) { search in
                let request = SearchRequest(collection: "", query: query, sort: sort, limit: 7)
                var plan = try self.plan(request)
                plan.shownMaximum = 100
                var seen: [UInt64] = []
                repeat {
                    let hidden = (1...UInt64(300)).shuffled(using: &generator).prefix(6)
                    truth.hide(hidden.filter { !seen.contains($0) })
                    let page = try await search.search(Self.tenant, plan, work: WorkLimit())
                    #expect(page.hits.allSatisfy { truth.visible.contains($0.number) })
                    seen += page.hits.map(\.number)
                    plan.after = plan.position(after: page)
                } while plan.after != nil
                #expect(Set(seen).count == seen.count)
                #expect(Set(seen).isSuperset(of: truth.visible))
            }
        }
    }

    @Test("a document removed here is told to the index, and stays out of its total")
    func removed() async throws {
        let (index, truth) = try make(30)
        truth.hide([2, 3])
        removals.add([3, 2], of: CollectionReference(tenant: Self.tenant, number: 3))
        removals.add([9], of: CollectionReference(tenant: TenantID(8), number: 3))
        try await withSearch(index, truth) { search in
            let page = try await self.search(search, SearchRequest(collection: "", query: "tea"))
            #expect(index.removed == [RemovedDocuments(numbers: [2, 3])])
            #expect(page.total == .init(value: 28) && !page.isApproximate)
            #expect(index.asked.count == 1)
        }
    }

    @Test("totals say that they are approximate where not all that is removed is known")
    func incomplete() async throws {
        let (index, truth) = try make(30)
        removals.add(
            Array(1000..<3000),
            of: CollectionReference(tenant: Self.tenant, number: 3)
        )
        try await withSearch(index, truth) { search in
            var request = SearchRequest(collection: "", query: "tea")
            let counted = try await self.search(search, request)
            #expect(counted.isApproximate)
            request.total = .none
            let uncounted = try await self.search(search, request)
            #expect(!uncounted.isApproximate)
        }
    }

    @Test("a hit of somebody else fails the whole reply and raises the alarm", arguments: 0...3)
    func foreign(_ fault: Int) async throws {
        let (index, truth) = try make(30)
        index.answer { hits in
            switch fault {
            case 0: hits[4].tenant = TenantID(8)
            case 1: hits[4].collection = 4
            case 2: hits[4].number = hits[3].number
            default: hits.append(hits[0])
            }
            if fault == 3 { hits[hits.count - 1].number = 1000 }
        }
        try await withSearch(index, truth) { search in
            let plan = try self.plan(SearchRequest(collection: "", query: "tea"))
            let found = await failure {
                _ = try await search.search(Self.tenant, plan, work: WorkLimit())
            }
            #expect(found?.code == .internalError && found?.message == "the search failed")
            let scanned = await failure {
                _ = try await search.scan(Self.tenant, plan, after: 0, work: WorkLimit())
            }
            #expect(scanned?.code == .internalError)
            #expect(truth.asked.isEmpty)
            #expect(registry.text().contains("docket_foreign_hits_total 2\n"))
        }
    }

    @Test("highlights are cut from the truth, and what was not asked for does not come back")
    func highlights() async throws {
        let (index, truth) = try make(3) { "Green teas, number \($0)" }
        truth.update(1) { $0.document.attributes = [Attribute("author", ["Rikyu", "Tea Master"])] }
        try await withSearch(index, truth) { search in
            let request = SearchRequest(
                collection: "",
                query: "tea \"cup of\" author:mast* -green",
                highlights: ["title", "body", "author"],
                fields: ["year"]
            )
            let page = try await self.search(search, request)
            let hit = try #require(page.hits.first)
            #expect(hit.document == Document(id: "d1"))
            #expect(
                hit.highlights == [
                    Highlight(field: "title", fragment: "Green teas, number 1", ranges: [6..<10]),
                    Highlight(
                        field: "body",
                        fragment: "a cup of tea",
                        ranges: [2..<5, 6..<8, 9..<12]
                    ),
                    Highlight(
                        field: "author",
                        fragment: "Rikyu\nTea Master",
                        ranges: [6..<9, 10..<16]
                    ),
                ]
            )
            #expect(
                truth.asked.map(\.shows) == [
                    FieldSelection(title: true, body: true, slots: [0, 1])
                ]
            )
        }
    }

    @Test("a page ends where its bytes are over, and the next begins behind it")
    func replyBytes() async throws {
        let (index, truth) = try make(30) { _ in String(repeating: "tea ", count: 100) }
        try await withSearch(index, truth) { search in
            let request = SearchRequest(collection: "", query: "tea")
            let page = try await self.search(search, request) { $0.replyBytes = 1000 }
            #expect(page.hits.map(\.number) == [1, 2] && page.hasMore)
            #expect(index.asked.count == 1)
            let small = try await self.search(search, request) { $0.replyBytes = 1 }
            #expect(small.hits.map(\.number) == [1] && small.hasMore)
        }
    }

    @Test("a scan checks its slice, and ends it where its bytes are over")
    func scan() async throws {
        let (index, truth) = try make(30)
        truth.hide([2, 10])
        try await withSearch(index, truth) { search in
            var plan = try self.plan(SearchRequest(collection: "", query: "tea"))
            let slice = try await search.scan(Self.tenant, plan, after: 0, work: WorkLimit())
            #expect(slice.hits.map(\.number) == [1, 3, 4, 5, 6, 7, 8, 9])
            #expect(slice.next == 10)
            plan.replyBytes = 150
            let short = try await search.scan(Self.tenant, plan, after: 10, work: WorkLimit())
            #expect(short.next == short.hits.last?.number && short.hits.count < 10)
            plan.replyBytes = 1 << 20
            let last = try await search.scan(Self.tenant, plan, after: 25, work: WorkLimit())
            #expect(last.hits.map(\.number) == [26, 27, 28, 29, 30] && last.next == nil)
        }
    }

    @Test("a version between the indexed and the newest is shown, as being indexed")
    func versions() async throws {
        let (index, truth) = try make(3)
        truth.update(1) { $0.newest = 4 }
        truth.update(2) { $0 = .init(document: $0.document, indexed: 2, newest: 3) }
        try await withSearch(index, truth) { search in
            let page = try await self.search(search, SearchRequest(collection: "", query: "tea"))
            #expect(page.hits.map(\.number) == [1, 3])
            #expect(page.hits.map(\.state) == [.indexing, .indexed])
            #expect(page.hits.map(\.version) == [1, 1])
        }
    }

    @Test("an index that fails in a row is not asked, and callers learn at once when to come back")
    func breaker() async throws {
        let (index, truth) = try make(3)
        var configuration = CircuitBreaker.Configuration()
        configuration.openBase = .seconds(3600)
        configuration.openCap = .seconds(3600)
        index.fail(with: DocketError(.unavailable, "the index is away"))
        try await withSearch(index, truth, configuration) { search in
            let plan = try self.plan(SearchRequest(collection: "", query: "tea"))
            for _ in 0..<configuration.failuresInRow {
                let error = await failure {
                    _ = try await search.search(Self.tenant, plan, work: WorkLimit())
                }
                #expect(error?.message == "the index is away")
            }
            let asked = index.asked.count
            let error = await failure {
                _ = try await search.search(Self.tenant, plan, work: WorkLimit())
            }
            #expect(index.asked.count == asked)
            #expect(error?.code == .unavailable && error?.isNotProcessed == true)
            #expect(error?.retryAfter ?? .zero > .seconds(1000))
            #expect(registry.text().contains("docket_search_breaker_openings_total 1\n"))
        }
    }

    @Test("callers with too little time open no breaker for the others")
    func impatient() async throws {
        let (index, truth) = try make(3)
        index.fail(with: DocketError(.deadlineExceeded, "the time for the work is over"))
        var configuration = CircuitBreaker.Configuration()
        configuration.slow = .seconds(3600)
        try await withSearch(index, truth, configuration) { search in
            let plan = try self.plan(SearchRequest(collection: "", query: "tea"))
            for _ in 0..<30 {
                let error = await failure {
                    _ = try await search.scan(Self.tenant, plan, after: 0, work: WorkLimit())
                }
                #expect(error?.code == .deadlineExceeded)
            }
            #expect(index.asked.count == 30)
        }
    }

    @Test("the truth's failures are not the index's, and a request it refuses is an answer")
    func notTheIndex() async throws {
        let (index, truth) = try make(3)
        try await withSearch(index, truth) { search in
            let plan = try self.plan(SearchRequest(collection: "", query: "tea"))
            truth.fail(with: DocketError(.unavailable, "the truth is away"))
            for _ in 0..<30 {
                _ = await failure {
                    _ = try await search.search(Self.tenant, plan, work: WorkLimit())
                }
            }
            truth.fail(with: nil)
            index.fail(with: DocketError(.invalidArgument, "wrong"))
            for _ in 0..<30 {
                _ = await failure {
                    _ = try await search.search(Self.tenant, plan, work: WorkLimit())
                }
            }
            index.fail(with: nil)
            let page = try await self.search(search, SearchRequest(collection: ""))
            #expect(page.hits.count == 3)
            #expect(index.asked.count == 61)
        }
    }
}
