internal import DocketCore
internal import Testing

/// Pages and slices that follow one another.
extension DocumentSearchContract {
    static let pages: [ContractCase<any SearchedStoreUnderTest>] =
        (1...12).map { seed in
            .init("pages have each document once whatever is written, seed \(seed)") { test in
                try await pagesWhileWriting(test, seed)
            }
        } + [
            .init("without writes the pages are the order of one large page", pagesAsOne),
            .init("beyond 10,000 hits the rest come by number, each once", manyHits),
            .init("slices and pages end at their bytes, after at least one hit", endsAtBytes),
        ]

    private static let shelfWords = ["alpha", "beta", "gamma", "delta"]

    /// A store and what its documents match, kept beside it.
    private struct Shelf {
        let test: any SearchedStoreUnderTest
        var random: SeededGenerator
        var matching: Set<String> = []
        var ids: [String] = []

        private mutating func document(_ id: String) -> Document {
            let count = Int.random(in: 1...12, using: &random)
            let words = (0..<count).map { _ in
                DocumentSearchContract.shelfWords.randomElement(using: &random) ?? ""
            }
            let isMatch = words.contains("alpha") || words.contains("beta")
            if isMatch { matching.insert(id) } else { matching.remove(id) }
            let year = Double(Int.random(in: 1970...1973, using: &random))
            return Document(
                id: id,
                title: words.joined(separator: " "),
                attributes: [Attribute("year", .number(year))]
            )
        }

        mutating func add(_ count: Int) async throws {
            let new = (ids.count..<ids.count + count).map { "d\($0)" }
            ids += new
            var documents: [Document] = []
            for id in new { documents.append(document(id)) }
            try await test.upload(documents)
            try await test.index()
        }

        /// Adds documents, or deletes one, or uploads one again with another text.
        mutating func write() async throws {
            let id = ids.randomElement(using: &random) ?? ""
            switch Int.random(in: 0..<4, using: &random) {
            case 0: try await add(Int.random(in: 1...5, using: &random))
            case 1:
                try await test.delete(id)
                matching.remove(id)
            default: try await test.upload([document(id)])
            }
            try await test.index()
        }
    }

    private static func pagesWhileWriting(
        _ test: any SearchedStoreUnderTest,
        _ seed: UInt64
    ) async throws {
        var shelf = Shelf(test: test, random: SeededGenerator(seed: seed))
        try await shelf.add(120)
        let orders = [
            [], [SortKey("score")], [SortKey("score", isDescending: true), SortKey("year")],
        ]
        for (place, sort) in orders.enumerated() {
            var plan = try test.plan(
                SearchRequest(collection: "papers", query: "alpha beta", sort: sort, limit: 7)
            )
            // With few documents in the cursor most pages go by number.
            if (Int(seed) + place).isMultiple(of: 2) { plan.shownMaximum = 20 }
            var throughout = shelf.matching
            var found: [String] = []
            repeat {
                let page = try await test.find(plan)
                found += page.ids
                #expect(page.total.value == shelf.matching.count, "seed \(seed)")
                plan.after = plan.position(after: page)
                for _ in 0..<Int.random(in: 0...3, using: &shelf.random) {
                    try await shelf.write()
                    throughout.formIntersection(shelf.matching)
                }
            } while plan.after != nil && found.count < 1000
            #expect(Set(found).count == found.count, "seed \(seed) \(sort)")
            #expect(throughout.subtracting(found) == [], "seed \(seed) \(sort)")
        }
    }

    private static func pagesAsOne(_ test: any SearchedStoreUnderTest) async throws {
        var shelf = Shelf(test: test, random: SeededGenerator(seed: 5))
        try await shelf.add(150)
        let all = try await test.search("alpha beta") { $0.limit = 1000 }.ids
        let pages = try await test.pages("alpha beta") { $0.limit = 11 }
        #expect(pages.flatMap(\.ids) == all && all.count == shelf.matching.count)
    }

    private static func manyHits(_ test: any SearchedStoreUnderTest) async throws {
        for start in stride(from: 0, to: 11_000, by: 1000) {
            try await test.upload(
                (start..<start + 1000).map { number in
                    let title = number % 7 == 0 ? "alpha beta" : "alpha"
                    return Document(id: "d\(number)", title: title)
                }
            )
        }
        try await test.index()
        let pages = try await test.pages("alpha beta") { request in
            request.limit = 1000
            request.fields = []
            request.total = .none
        }
        let found = pages.flatMap(\.ids)
        #expect(found.count == 11_000 && Set(found).count == 11_000)
        #expect(pages[0].ids.allSatisfy { (Int($0.dropFirst()) ?? 1) % 7 == 0 })
        let rest = pages[10].hits.map(\.number)
        #expect(pages.count == 11 && rest == rest.sorted())
    }

    private static func endsAtBytes(_ test: any SearchedStoreUnderTest) async throws {
        try await test.upload((0..<30).map { Document(id: "d\($0)", title: "red") })
        try await test.index()
        var plan = try test.plan(SearchRequest(collection: "papers", query: "red", limit: 20))
        for (bytes, size) in [(1, 1), (120, 3)] {
            plan.replyBytes = bytes
            let page = try await test.find(plan)
            #expect(page.hits.count == size && page.hasMore && page.total.value == 30)
            let slices = try await test.scan(plan)
            #expect(slices.allSatisfy { $0.hits.count <= size })
            let ids = slices.flatMap(\.ids)
            #expect(ids == (0..<30).map { "d\($0)" })
        }
    }
}
