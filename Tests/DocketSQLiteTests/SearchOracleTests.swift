import DocketCore
import DocketRuntime
import DocketTestKit
import Testing

@testable import DocketSQLite

@Suite("Search against a simple model", .timeLimit(.minutes(5)))
struct SearchOracleTests {
    private static let authors = [
        "Knuth", "knuth", "Ångström", "A\u{30A}ngstro\u{308}m", "", "日本", "Ko", "K",
    ]
    private static let years: [Double] = [-2, -0.5, 0, 1.5, 1974, 2024, 1e300]

    private static func document(_ number: Int, _ random: inout SeededGenerator) -> Document {
        var attributes: [Attribute] = []
        func pick<Value>(_ values: [Value], _ random: inout SeededGenerator) -> [Value] {
            (0..<Int.random(in: 1...3, using: &random)).map { _ in
                values[Int.random(in: values.indices, using: &random)]
            }
        }
        if Bool.random(using: &random) {
            attributes.append(Attribute("author", pick(authors, &random).map { .string($0) }))
        }
        if Bool.random(using: &random) {
            attributes.append(Attribute("year", pick(years, &random).map { .number($0) }))
        }
        if Bool.random(using: &random) {
            attributes.append(Attribute("open", .boolean(Bool.random(using: &random))))
        }
        if Bool.random(using: &random) {
            let times: [Int64] = [.min, -1, 0, 1, .max]
            attributes.append(
                Attribute("made", pick(times, &random).map { .time(microseconds: $0) })
            )
        }
        let words = pick(["red", "green", "blue"], &random).joined(separator: " ")
        return Document(id: "d\(number)", title: words, attributes: attributes)
    }

    private static func filter(_ depth: Int, _ random: inout SeededGenerator) -> Filter {
        func author(_ random: inout SeededGenerator) -> AttributeValue {
            .string(authors[Int.random(in: authors.indices, using: &random)])
        }
        func year(_ random: inout SeededGenerator) -> AttributeValue {
            .number(years[Int.random(in: years.indices, using: &random)])
        }
        switch Int.random(in: 0..<(depth > 0 ? 12 : 9), using: &random) {
        case 0: return .equal("author", author(&random))
        case 1: return .equal("year", year(&random))
        case 2: return .equal("open", .boolean(Bool.random(using: &random)))
        case 3: return .oneOf("author", [author(&random), author(&random)])
        case 4:
            return .startsWith(
                "author",
                ["K", "", "Å", "zz"][Int.random(in: 0..<4, using: &random)]
            )
        case 5:
            return .exists(
                ["author", "year", "open", "made"][Int.random(in: 0..<4, using: &random)]
            )
        case 6:
            return .range(
                "year",
                .init(
                    lower: Bool.random(using: &random) ? year(&random) : nil,
                    includesLower: Bool.random(using: &random),
                    upper: Bool.random(using: &random) ? year(&random) : nil,
                    includesUpper: Bool.random(using: &random)
                )
            )
        case 7:
            return .range(
                "author",
                .init(
                    lower: author(&random),
                    includesLower: Bool.random(using: &random),
                    upper: Bool.random(using: &random) ? author(&random) : nil,
                    includesUpper: Bool.random(using: &random)
                )
            )
        case 8:
            return .range(
                "made",
                .init(
                    lower: .time(
                        microseconds: [.min, 0, .max][Int.random(in: 0..<3, using: &random)]
                    ),
                    includesLower: Bool.random(using: &random)
                )
            )
        case 9: return .not(filter(depth - 1, &random))
        case 10: return .all((0..<2).map { _ in filter(depth - 1, &random) })
        default: return .any((0..<2).map { _ in filter(depth - 1, &random) })
        }
    }

    @Test("filters, sorts, facets, totals and pages are those of the model", arguments: 1...6)
    func agrees(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let test = try await TestStore.make()
        var model: [Document] = (0..<120).map { Self.document($0, &random) }
        try await test.upload(model)
        try await test.index()
        for place in stride(from: 3, to: 120, by: 7) {
            model[place] = Self.document(place, &random)
        }
        try await test.upload(stride(from: 3, to: 120, by: 7).map { model[$0] })
        try await test.index()
        try await test.delete("d5", "d50")
        model.removeAll { $0.id == "d5" || $0.id == "d50" }
        for _ in 0..<60 {
            let filter = Self.filter(2, &random)
            let word = ["", "red", "blue -green"][Int.random(in: 0..<3, using: &random)]
            let sort = ["year", "author", "made", "open"][Int.random(in: 0..<4, using: &random)]
            let key = SortKey(sort, isDescending: Bool.random(using: &random))
            let expected = Model.sorted(
                model.filter { Model.matches($0, filter) && Model.hasWords($0, word) },
                by: key
            )
            var found: [String] = []
            let pages = try await test.pages(word) {
                $0.match = .all
                $0.filter = filter
                $0.sort = [key]
                $0.limit = 17
                $0.facets = [FacetRequest("author", limit: 3), FacetRequest("year", limit: 100)]
            }
            for page in pages {
                found += page.ids
                #expect(page.total == .init(value: expected.count))
                #expect(page.facets[0] == Model.facet(expected, "author", 3), "\(filter)")
                #expect(page.facets[1] == Model.facet(expected, "year", 100))
            }
            #expect(found == expected.map(\.id), "\(filter) \(key) \(word)")
        }
        await test.store.close()
    }

    @Test("slices and pages end at their bytes, after at least one hit")
    func endsAtBytes() async throws {
        let test = try await TestStore.make()
        try await test.upload((0..<30).map { Document(id: "d\($0)", title: "red") })
        try await test.index()
        var plan = try test.plan(SearchRequest(collection: "papers", query: "red", limit: 20))
        for (bytes, size) in [(1, 1), (120, 3)] {
            plan.replyBytes = bytes
            let page = try await test.store.search(test.tenant, plan, work: WorkLimit())
            #expect(page.hits.count == size && page.hasMore && page.total.value == 30)
            var ids: [String] = []
            var next: UInt64? = 0
            while let after = next {
                let slice = try await test.store.scan(
                    test.tenant,
                    plan,
                    after: after,
                    work: WorkLimit()
                )
                #expect(slice.hits.count <= size)
                ids += slice.hits.map(\.document.id)
                next = slice.next
            }
            #expect(ids == (0..<30).map { "d\($0)" })
        }
        await test.store.close()
    }

    @Test("beyond its candidates a search says that it is approximate")
    func candidates() async throws {
        let test = try await TestStore.make()
        try await test.upload((0..<30).map { Document(id: "d\($0)", title: "red") })
        try await test.index()
        var limits = Limits()
        limits.candidates = 10
        for query in ["red", ""] {
            let page = try await test.search(query, limits: limits)
            #expect(page.isApproximate && page.total == .init(value: 10, isExact: false))
            #expect(page.hits.count == 10)
        }
        limits.candidates = 30
        #expect(try await test.search("red", limits: limits).total == .init(value: 30))
        let bounded = try await test.search("") { $0.total = .bounded(12) }
        #expect(bounded.total == .init(value: 12, isExact: false) && !bounded.isApproximate)
        let none = try await test.search("red") { $0.total = .none }
        #expect(none.total == .init(value: 0, isExact: false) && none.hasMore)
        await test.store.close()
    }

    @Test("a scan gives each match once, in the order of numbers", arguments: [1, 7, 1000])
    func scans(_ limit: Int) async throws {
        var random = SeededGenerator(seed: 99)
        let test = try await TestStore.make()
        let model = (0..<200).map { Self.document($0, &random) }
        try await test.upload(model)
        try await test.index()
        for (word, filter) in [
            ("", nil), ("red", Filter.exists("year")), ("-red", .exists("author")),
        ] {
            var request = SearchRequest(collection: "papers", query: word, filter: filter)
            request.limit = limit
            let plan = try test.plan(request)
            var ids: [String] = []
            var next: UInt64? = 0
            while let after = next {
                let slice = try await test.store.scan(
                    test.tenant,
                    plan,
                    after: after,
                    work: WorkLimit()
                )
                ids += slice.hits.map(\.document.id)
                next = slice.next
            }
            let expected = model.filter {
                Model.hasWords($0, word)
                    && (filter.map { [d = $0] in Model.matches(d, $0) } ?? true)
            }
            #expect(ids == expected.map(\.id))
        }
        await test.store.close()
    }
}

/// What a search means, said as simply as possible.
private enum Model {
    static func hasWords(_ document: Document, _ query: String) -> Bool {
        query.split(separator: " ").allSatisfy { word in
            word.hasPrefix("-")
                ? !document.title.contains(word.dropFirst()) : document.title.contains(word)
        }
    }

    static func matches(_ document: Document, _ filter: Filter) -> Bool {
        switch filter {
        case .all(let children): children.allSatisfy { matches(document, $0) }
        case .any(let children): children.contains { matches(document, $0) }
        case .not(let child): !matches(document, child)
        case .equal(let name, let value): document[name].contains { compare($0, value) == 0 }
        case .oneOf(let name, let values):
            document[name].contains { value in values.contains { compare($0, value) == 0 } }
        case .exists(let name): !document[name].isEmpty
        case .startsWith(let name, let prefix):
            document[name].contains { $0.bytes.starts(with: Array(prefix.utf8)) }
        case .range(let name, let bounds):
            document[name].contains { value in
                let above = bounds.lower.map { compare(value, $0) } ?? 1
                let below = bounds.upper.map { compare(value, $0) } ?? -1
                return (above > 0 || above == 0 && bounds.includesLower)
                    && (below < 0 || below == 0 && bounds.includesUpper)
            }
        }
    }

    static func compare(_ left: AttributeValue, _ right: AttributeValue) -> Int {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right ? -1 : left > right ? 1 : 0
        case (.time(let left), .time(let right)): left < right ? -1 : left > right ? 1 : 0
        case (.boolean(let left), .boolean(let right)): left == right ? 0 : right ? -1 : 1
        default:
            left.bytes == right.bytes
                ? 0 : left.bytes.lexicographicallyPrecedes(right.bytes) ? -1 : 1
        }
    }

    static func sorted(_ documents: [Document], by key: SortKey) -> [Document] {
        let keyed = documents.enumerated().map { place, document in
            let values = document[key.attribute].sorted { compare($0, $1) < 0 }
            return (place, document, key.isDescending ? values.last : values.first)
        }
        return keyed.sorted { left, right in
            switch (left.2, right.2) {
            case (nil, nil): return left.0 < right.0
            case (nil, _): return false
            case (_, nil): return true
            case (let a?, let b?):
                let order = compare(a, b)
                if order == 0 { return left.0 < right.0 }
                return key.isDescending ? order > 0 : order < 0
            }
        }.map(\.1)
    }

    static func facet(_ documents: [Document], _ name: String, _ limit: Int) -> [FacetResult.Count]
    {
        var tallies: [(value: AttributeValue, count: Int)] = []
        for document in documents {
            var seen: [AttributeValue] = []
            for value in document[name] where !seen.contains(where: { compare($0, value) == 0 }) {
                seen.append(value)
                if let place = tallies.firstIndex(where: { compare($0.value, value) == 0 }) {
                    tallies[place].count += 1
                } else {
                    tallies.append((value, 1))
                }
            }
        }
        tallies.sort {
            $0.count != $1.count ? $0.count > $1.count : compare($0.value, $1.value) < 0
        }
        return tallies.prefix(limit).map { .init($0.value, $0.count) }
    }
}
