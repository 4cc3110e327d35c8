internal import DocketCore
internal import Testing

/// Filters, sorts, facets, totals and scans, against a simple model.
extension DocumentSearchContract {
    static let orders: [ContractCase<any SearchedStoreUnderTest>] =
        (1...6).map { seed in
            .init("filters, sorts, facets and totals are the model's, seed \(seed)") { test in
                try await agrees(test, seed)
            }
        }
        + [1, 7, 1000].map { limit in
            .init("a scan by \(limit) gives each match once, in the order of numbers") { test in
                try await scans(test, limit)
            }
        } + [.init("totals are counted as far as is asked", totals)]

    private static func agrees(
        _ test: any SearchedStoreUnderTest,
        _ seed: UInt64
    ) async throws {
        var random = SeededGenerator(seed: seed)
        let hasOutermostTimes = !test.lacks.contains(.sortsOutermostTimes)
        func document(_ place: Int, _ random: inout SeededGenerator) -> Document {
            SearchDraw.document(place, &random, hasOutermostTimes: hasOutermostTimes)
        }
        var model: [Document] = (0..<120).map { document($0, &random) }
        try await test.upload(model)
        try await test.index()
        for place in stride(from: 3, to: 120, by: 7) {
            model[place] = document(place, &random)
        }
        try await test.upload(stride(from: 3, to: 120, by: 7).map { model[$0] })
        try await test.index()
        try await test.delete("d5", "d50")
        model.removeAll { $0.id == "d5" || $0.id == "d50" }
        for _ in 0..<60 {
            let filter = SearchDraw.filter(2, &random)
            let word = ["", "red", "blue -green"][Int.random(in: 0..<3, using: &random)]
            let sort = ["year", "author", "made", "open"][Int.random(in: 0..<4, using: &random)]
            let key = SortKey(sort, isDescending: Bool.random(using: &random))
            let expected = SearchModel.sorted(
                model.filter { SearchModel.matches($0, filter) && SearchModel.hasWords($0, word) },
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
                #expect(page.facets[0] == SearchModel.facet(expected, "author", 3), "\(filter)")
                #expect(page.facets[1] == SearchModel.facet(expected, "year", 100))
            }
            #expect(found == expected.map(\.id), "\(filter) \(key) \(word)")
        }
    }

    private static func scans(
        _ test: any SearchedStoreUnderTest,
        _ limit: Int
    ) async throws {
        var random = SeededGenerator(seed: 99)
        let model = (0..<200).map { SearchDraw.document($0, &random) }
        try await test.upload(model)
        try await test.index()
        for (word, filter) in [
            ("", nil), ("red", Filter.exists("year")), ("-red", .exists("author")),
        ] {
            var request = SearchRequest(collection: "papers", query: word, filter: filter)
            request.limit = limit
            let plan = try test.plan(request)
            let ids = try await test.scan(plan).flatMap(\.ids)
            let expected = model.filter {
                SearchModel.hasWords($0, word)
                    && (filter.map { [d = $0] in SearchModel.matches(d, $0) } ?? true)
            }
            #expect(ids == expected.map(\.id))
        }
    }

    private static func totals(_ test: any SearchedStoreUnderTest) async throws {
        try await test.upload((0..<30).map { Document(id: "d\($0)", title: "red") })
        try await test.index()
        #expect(try await test.search("red").total == .init(value: 30))
        let bounded = try await test.search("") { $0.total = .bounded(12) }
        #expect(bounded.total == .init(value: 12, isExact: false) && !bounded.isApproximate)
        let none = try await test.search("red") { $0.total = .none }
        #expect(none.total == .init(value: 0, isExact: false) && none.hasMore)
    }
}
