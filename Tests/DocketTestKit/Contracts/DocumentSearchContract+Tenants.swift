internal import DocketCore
internal import Testing

/// Tenants of one store, each beside a model of it alone.
extension DocumentSearchContract {
    static let tenantsApart: [ContractCase<any SearchedStoreUnderTest>] = (1...2).map {
        (seed: UInt64) in
        .init("twenty tenants read what each would read alone, seed \(seed)") { test in
            var crowd = try await TenantCrowd(test, count: 20, seed: seed)
            for _ in 0..<3 {
                try await crowd.deleteMatching()
                for _ in 0..<80 { try await crowd.write() }
                try await crowd.compare(searches: 3)
            }
        }
    }
}

/// Tenants that write documents of the same ids and words to collections of the same name; a word
/// of its own is in each document of a tenant.
private struct TenantCrowd {
    private static let ids = (0..<16).map { "d\($0)" }

    private let views: [any SearchedStoreUnderTest]
    /// The documents of each, by id.
    private var models: [[String: Document]]
    private var random: SeededGenerator

    init(_ test: any SearchedStoreUnderTest, count: Int, seed: UInt64) async throws {
        var views = [test]
        for place in 1..<count { views.append(try await test.stranger("tenant-\(place)")) }
        self.views = views
        models = Array(repeating: [:], count: count)
        random = SeededGenerator(seed: seed)
    }

    /// The word of a tenant, which is no part of another's, and too short to be taken for it.
    private func mark(_ place: Int) -> String { "q\(Unicode.Scalar(UInt8(97 + place)))x" }

    /// A few uploads or a delete of one tenant.
    mutating func write() async throws {
        let place = Int.random(in: views.indices, using: &random)
        let ids = Self.ids.shuffled(using: &random).prefix(Int.random(in: 1...5, using: &random))
        if Int.random(in: 0..<4, using: &random) == 0 {
            for id in ids {
                try await views[place].delete(id)
                models[place][id] = nil
            }
            return
        }
        var documents: [Document] = []
        for id in ids {
            var document = SearchDraw.document(0, &random, hasOutermostTimes: false)
            document.id = id
            document.title += " " + mark(place)
            documents.append(document)
            models[place][id] = document
        }
        try await views[place].upload(documents)
    }

    /// Deletes by a filter at one tenant, all of whose documents are indexed.
    mutating func deleteMatching() async throws {
        let place = Int.random(in: views.indices, using: &random)
        let view = views[place]
        let filter = SearchDraw.filter(1, &random)
        let bound = try SearchBinder(collection: view.collection, limits: Limits()).bind(filter)
        var next: UInt64? = 0
        while let after = next {
            next = try await view.deletion.deleteMatching(
                view.tenant,
                DeleteSlice(collection: view.collection, filter: bound, after: after, limit: 4),
                work: WorkLimit()
            ).next
        }
        models[place] = models[place].filter { !SearchModel.matches($0.value, filter) }
    }

    /// Indexes everything and reads what each tenant has, and searches it.
    mutating func compare(searches: Int) async throws {
        for view in views { try await view.index() }
        for (place, view) in views.enumerated() {
            #expect(try await view.listed().sorted() == models[place].keys.sorted())
            let id = Self.ids.randomElement(using: &random) ?? ""
            #expect(try await view.newest(id)?.document.title == models[place][id]?.title)
            let other = (place + Int.random(in: 1..<views.count, using: &random)) % views.count
            for word in ["", mark(place), mark(other)] {
                try await compare(place, word, nil)
            }
            try await compareCompletions(place, other)
            for _ in 0..<searches {
                let word = ["", "red", "blue -green"].randomElement(using: &random) ?? ""
                try await compare(place, word, SearchDraw.filter(2, &random))
            }
        }
    }

    private func compareCompletions(_ place: Int, _ other: Int) async throws {
        let view = views[place]
        guard !view.lacks.contains(.completes) else { return }
        #expect(try await view.suggest(mark(other)) == SuggestReply())
        let texts = try await view.suggest("q").suggestions.map(\.text)
        #expect(texts == (models[place].isEmpty ? [] : [mark(place)]))
    }

    private func compare(_ place: Int, _ word: String, _ filter: Filter?) async throws {
        let expected = models[place].values.filter { document in
            SearchModel.hasWords(document, word)
                && (filter.map { SearchModel.matches(document, $0) } ?? true)
        }
        let page = try await views[place].search(word) {
            $0.match = .all
            $0.filter = filter
            $0.limit = Self.ids.count + 1
            $0.facets = [FacetRequest("author", limit: 50), FacetRequest("year", limit: 50)]
        }
        let found = page.hits.map { "\($0.document.id): \($0.document.title)" }
        #expect(found.sorted() == expected.map { "\($0.id): \($0.title)" }.sorted(), "\(word)")
        #expect(page.total == .init(value: expected.count))
        #expect(page.facets[0] == SearchModel.facet(expected, "author", 50))
        #expect(page.facets[1] == SearchModel.facet(expected, "year", 50))
    }
}
