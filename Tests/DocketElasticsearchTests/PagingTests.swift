import DocketCore
import DocketTestKit
import Testing

@testable import DocketElasticsearch

@Suite(
    "Pages and long queries of a search engine",
    .timeLimit(.minutes(10)),
    .needs(.elasticsearch, .opensearch)
)
struct PagingTests {
    private static let engines = EngineTests.engines

    /// Documents of which document n has the words w0 to wn: w0 is the most frequent.
    private static func stairs(_ kind: Engine.Kind) async throws -> TestIndex {
        let test = try await TestIndex.make(kind)
        let documents = (0..<100).map { number -> Document in
            let words = (0...number).map { "w\($0)" }.joined(separator: " ")
            return Document(id: "d\(number)", body: words)
        }
        try await test.apply(documents)
        try await test.refresh()
        return test
    }

    private static func query(_ words: some Sequence<Int>) -> String {
        words.map { "w\($0)" }.joined(separator: " ")
    }

    @Test(
        "of more than 64 terms the rarest count, and the page names the others",
        arguments: engines
    )
    func rarest(_ kind: Engine.Kind) async throws {
        let test = try await Self.stairs(kind)
        let exact = try await test.search(Self.query(0..<64))
        #expect(exact.ignoredTerms == [] && exact.total.value == 100)
        let page = try await test.search(Self.query(0..<70))
        #expect(page.ignoredTerms.map(\.text) == (0..<6).map { "w\($0)" })
        #expect(page.ignoredTerms.map(\.place) == Array(0..<6))
        #expect(page.total.value == 94)
        let all = try await test.search(Self.query(0..<70)) { $0.match = .all }
        #expect(all.ignoredTerms.count == 6 && all.total.value == 31)
        let absent = (0..<600).map { "x\($0)" }.joined(separator: " ")
        let mixed = try await test.search("\(absent) w3 w7 -w99")
        #expect(mixed.total.value == 96)
        #expect(mixed.ignoredTerms.count == 600)
        test.index.close()
    }

    @Test("what was ignored on one page is ignored on the next", arguments: engines)
    func staysChosen(_ kind: Engine.Kind) async throws {
        let test = try await Self.stairs(kind)
        var plan = try test.plan(Self.query(0..<70))
        plan.ignoredTerms = [69]
        let work = TestIndex.work()
        let page = try await test.index.search(
            test.tenant,
            plan,
            without: RemovedDocuments(),
            work: work
        )
        // 69 terms are still too many: the choice is made anew.
        #expect(page.ignoredTerms.map(\.place) == Array(0..<6))
        plan.ignoredTerms = Array(64..<70)
        let kept = try await test.index.search(
            test.tenant,
            plan,
            without: RemovedDocuments(),
            work: work
        )
        #expect(kept.ignoredTerms.map(\.place) == Array(64..<70))
        #expect(kept.total.value == 100)
        test.index.close()
    }

    @Test(
        "each document that matches throughout comes once, whatever is written between pages",
        .seeded,
        arguments: engines
    )
    func writes(_ kind: Engine.Kind) async throws {
        var random = SeededGenerator()
        let test = try await Self.stairs(kind)
        var plan = try test.plan(Self.query([3, 5]))
        plan.limit = 9
        plan.shownMaximum = 50
        var found: [UInt64] = []
        var next: UInt64 = 101
        while true {
            let page = try await test.index.search(
                test.tenant,
                plan,
                without: RemovedDocuments(),
                work: TestIndex.work()
            )
            // Hits of earlier pages are matches of this one.
            #expect(page.total.value >= 97)
            found += page.hits.map(\.number)
            guard let position = plan.position(after: page.asSearchPage) else { break }
            plan.after = position
            let words = Self.query((0..<20).filter { _ in Bool.random(using: &random) })
            try await test.apply([Document(id: "new", body: words)], from: next)
            try await test.refresh()
            next += 1
        }
        #expect(Set(found).count == found.count)
        #expect(Set(found).isSuperset(of: 4...100))
        test.index.close()
    }

    @Test(
        "facets count all matches on every page, also where no total is asked for",
        arguments: engines
    )
    func facets(_ kind: Engine.Kind) async throws {
        let test = try await TestIndex.make(kind)
        // Each refresh makes a segment of its own.
        for number in 0..<6 {
            let documents = (0..<3).map {
                Document(id: "\(number) \($0)", attributes: [Attribute("year", 7)])
            }
            try await test.apply(documents, from: UInt64(1 + 3 * number))
            try await test.refresh()
        }
        for total in [SearchRequest.TotalMode.none, .bounded(2), .exact] {
            let pages = try await test.pages("") {
                $0.limit = 4
                $0.total = total
                $0.facets = [FacetRequest("year")]
            }
            #expect(pages.map(\.facets) == pages.map { _ in [[.init(7, 18)]] }, "\(total)")
            #expect(pages.count == 5)
        }
        test.index.close()
    }

    @Test("a position of another order is refused", arguments: engines)
    func foreign(_ kind: Engine.Kind) async throws {
        let test = try await Self.stairs(kind)
        for values in [[], [nil, nil]] as [[AttributeValue?]] {
            let error = await #expect(throws: DocketError.self) {
                try await test.search("", after: .after(values: values, number: 3))
            }
            #expect(error?.code == .invalidArgument)
        }
        let error = await #expect(throws: DocketError.self) {
            try await test.search("w3", after: .after(values: [nil], number: 3))
        }
        #expect(error?.code == .invalidArgument)
        test.index.close()
    }

    @Test("values and documents without one come in their order, page by page", arguments: engines)
    func sorts(_ kind: Engine.Kind) async throws {
        let test = try await TestIndex.make(kind)
        let times: [Int64?] = [nil, .min + 1, -1, 0, .max - 1, nil, 5]
        let names = ["b", nil, "é", "", "日", "B", nil]
        let documents = times.indices.map { place -> Document in
            var attributes: [Attribute] = []
            if let time = times[place] {
                attributes.append(Attribute("made", .time(microseconds: time)))
                attributes.append(Attribute("year", .number(Double(time))))
                attributes.append(Attribute("open", .boolean(time > 0)))
            }
            if let name = names[place] { attributes.append(Attribute("author", .string(name))) }
            return Document(id: "\(place)", attributes: attributes)
        }
        try await test.apply(documents)
        try await test.refresh()
        let expected: [(attribute: String, isDescending: Bool, numbers: [UInt64])] = [
            ("made", false, [2, 3, 4, 7, 5, 1, 6]), ("made", true, [5, 7, 4, 3, 2, 1, 6]),
            ("year", false, [2, 3, 4, 7, 5, 1, 6]), ("year", true, [5, 7, 4, 3, 2, 1, 6]),
            ("open", false, [2, 3, 4, 5, 7, 1, 6]), ("open", true, [5, 7, 2, 3, 4, 1, 6]),
            ("author", false, [4, 6, 1, 3, 5, 2, 7]), ("author", true, [5, 3, 1, 6, 4, 2, 7]),
        ]
        for (attribute, isDescending, numbers) in expected {
            for limit in [1, 2, 7] {
                let pages = try await test.pages("") {
                    $0.sort = [SortKey(attribute, isDescending: isDescending)]
                    $0.limit = limit
                }
                let says: Comment = "\(attribute) \(isDescending) \(limit)"
                #expect(pages.flatMap { $0.hits.map(\.number) } == numbers, says)
            }
        }
        test.index.close()
    }
}
