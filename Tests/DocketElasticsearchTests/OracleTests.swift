import DocketCore
import DocketTestKit
import Foundation
import Testing

@testable import DocketElasticsearch

/// Random searches against the oracle that the embedded store is held against.
@Suite(
    "A search engine against an oracle of JSON documents",
    .timeLimit(.minutes(10)),
    .needs(.elasticsearch, .opensearch)
)
struct OracleTests {
    private static func make(
        _ kind: Engine.Kind,
        documents: Int
    ) async throws -> (TestIndex, JSONOracle, OracleDraw) {
        var draw = OracleDraw(random: SeededGenerator())
        let lines = (0..<documents).map { draw.line($0) }
        let test = try await TestIndex.make(kind)
        let outcomes = try await test.apply(try lines.map(Document.init(line:)))
        #expect(outcomes.allSatisfy { $0 == .applied })
        try await test.refresh()
        return (test, try JSONOracle(lines: lines), draw)
    }

    private static func ids(_ page: IndexPage) -> [String] {
        page.hits.map { "d\($0.number - 1)" }
    }

    @Test(
        "random searches find, count, sort and page as the oracle does",
        .seeded,
        arguments: EngineTests.engines
    )
    func agrees(_ kind: Engine.Kind) async throws {
        let (test, oracle, drawn) = try await Self.make(kind, documents: 400)
        var draw = drawn
        for number in 0..<90 {
            let query = draw.query(of: oracle.entries, hasFilter: number % 3 != 0)
            let expected = oracle.matching(query)
            let isDescending = number % 2 == 0
            let sort = number % 4 == 0 ? nil : "year"
            let says: Comment = "\(query.text) | \(query.isAny) \(query.condition?.text ?? "")"
            let pages = try await test.pages(query.text) {
                $0.match = query.isAny ? .any : .all
                $0.filter = try? query.condition.map { try Filter(parsing: $0.text) }
                $0.sort = sort.map { [SortKey($0, isDescending: isDescending)] } ?? []
                $0.facets = [FacetRequest("author", limit: 4)]
                $0.limit = number % 5 == 0 ? 137 : 1000
            }
            for page in pages {
                #expect(page.total == .init(value: expected.count), says)
                #expect(!page.isApproximate, says)
                #expect(
                    page.facets[0].map { "\($0.value.text) \($0.count)" }
                        == oracle.facet(expected, "author", limit: 4),
                    says
                )
            }
            let found = pages.flatMap(Self.ids)
            if sort == nil, !query.terms.isEmpty {
                #expect(Set(found) == Set(expected.map(\.id)), says)
                #expect(found.count == expected.count, says)
                expectComplete(found, query, oracle, says)
            } else {
                let all =
                    sort.map { oracle.sorted(expected, by: $0, isDescending: isDescending) }
                    ?? expected
                #expect(found == all.map(\.id), says)
            }
        }
        test.index.close()
    }

    /// Documents with all terms come before the others.
    private func expectComplete(
        _ found: [String],
        _ query: JSONOracle.Query,
        _ oracle: JSONOracle,
        _ says: Comment
    ) {
        guard query.isAny, query.lookedFor.count > 1 else { return }
        let complete = Set(oracle.entries.filter(oracle.haveAll(query)).map(\.id))
        let order = found.map(complete.contains)
        #expect(order == order.sorted { $0 && !$1 }, says)
    }
}

extension AttributeValue {
    fileprivate var text: String {
        if case .string(let text) = self { text } else { "\(self)" }
    }
}
