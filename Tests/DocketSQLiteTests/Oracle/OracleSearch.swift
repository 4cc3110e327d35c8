import DocketCore
import DocketTestKit
import Testing

/// A search whose pages are held against ``JSONOracle``.
struct OracleSearch {
    /// Hits after which no more pages are read.
    private static let hitsMaximum = 400

    let query: JSONOracle.Query
    /// A number; nil for the order by score.
    let sort: String?
    let isDescending: Bool
    /// Hits of a page.
    let limit: Int
    /// Whether words that no document has stay as they are.
    var isExact = false

    private var says: Comment {
        "\(query.text) | \(query.isAny) \(query.condition?.text ?? "") by \(sort ?? "score")"
    }

    /// Fails where hits, their order, totals or facets are others than the oracle's.
    func expectAgreement(of test: TestStore, with oracle: JSONOracle) async throws {
        let expected = oracle.matching(query)
        let counts = oracle.facet(expected, "author", limit: 4)
        var found: [String] = []
        let pages = try await test.pages(query.text, upTo: Self.hitsMaximum) {
            $0.match = query.isAny ? .any : .all
            $0.filter = try? query.condition.map { try Filter(parsing: $0.text) }
            $0.sort = sort.map { [SortKey($0, isDescending: isDescending)] } ?? []
            $0.facets = [FacetRequest("author", limit: 4)]
            $0.limit = limit
            $0.fields = []
            $0.exactWords = isExact
        }
        for page in pages {
            found += page.ids
            try #require(page.total == .init(value: expected.count), says)
            try #require(!page.isApproximate, says)
            try #require(page.facets[0].map { "\($0.value.text) \($0.count)" } == counts, says)
        }
        if sort == nil, !query.terms.isEmpty {
            try requireOrder(of: found, like: oracle.ranked(expected, by: query, page: limit))
        } else {
            let all =
                sort.map { oracle.sorted(expected, by: $0, isDescending: isDescending) } ?? expected
            try #require(found == all.prefix(found.count).map(\.id), says)
        }
        try #require(
            found.count == min(expected.count, max(found.count, Self.hitsMaximum)),
            says
        )
    }

    /// Each of them once, in this order but for equal scores.
    private func requireOrder(
        of found: [String],
        like ranked: [(id: String, score: Double)]
    ) throws {
        try #require(Set(found).count == found.count && found.count <= ranked.count, says)
        let scores = Dictionary(uniqueKeysWithValues: ranked.map { ($0.id, $0.score) })
        let misplaced = zip(found, ranked).first { id, expected in
            id != expected.id && abs((scores[id] ?? 0) - expected.score) > 1e-9
        }
        try #require(misplaced.map { "\($0) for \($1)" } == nil, says)
    }
}

extension AttributeValue {
    fileprivate var text: String {
        if case .string(let text) = self { text } else { "\(self)" }
    }
}
