import DocketCore
import DocketRuntime
import DocketTestKit
import Foundation
import Testing

@testable import DocketSQLite

/// Random searches against ``JSONOracle``: every filter, facet, sort and total, exactly.
@Suite("Search against an oracle of JSON documents", .timeLimit(.minutes(5)))
struct OracleTests {
    /// A store with the documents of a seed, and the oracle of the same lines.
    private static func make(
        _ seed: UInt64,
        documents: Int
    ) async throws -> (TestStore, JSONOracle, OracleDraw) {
        var draw = OracleDraw(random: SeededGenerator(seed: seed))
        let lines = (0..<documents).map { draw.line($0) }
        let test = try await TestStore.make()
        for start in stride(from: 0, to: lines.count, by: 600) {
            try await test.upload(try lines[start..<start + 600].map(Document.init(line:)))
        }
        try await test.index()
        return (test, try JSONOracle(lines: lines), draw)
    }

    @Test("2,000 random searches find, count and sort what the oracle does", arguments: 1...4)
    func agrees(_ seed: UInt64) async throws {
        let (test, oracle, drawn) = try await Self.make(seed, documents: 1_200)
        var draw = drawn
        for number in 0..<500 {
            let query = draw.query(of: oracle.entries, hasFilter: number % 3 != 0)
            let search = OracleSearch(
                query: query,
                sort: number % 4 == 0 ? nil : "year",
                isDescending: number % 2 == 0,
                limit: number % 5 == 0 ? 137 : 1000
            )
            try await search.expectAgreement(of: test, with: oracle)
        }
        await test.store.close()
    }

    @Test("100 searches bounded to 1,000 candidates say approximate exactly when they reached it")
    func bounded() async throws {
        let (test, oracle, drawn) = try await Self.make(77, documents: 2_400)
        var draw = drawn
        var limits = Limits()
        limits.candidates = 1_000
        var approximate = 0
        for number in 0..<100 {
            let query = draw.query(of: oracle.entries, hasFilter: number % 4 == 0)
            let page = try await test.search(query.text, limits: limits) {
                $0.match = query.isAny ? .any : .all
                $0.filter = try? query.condition.map { try Filter(parsing: $0.text) }
            }
            let candidates = oracle.withWords(query).count
            let expected = oracle.matching(query).count
            approximate += page.isApproximate ? 1 : 0
            if query.condition == nil {
                #expect(page.isApproximate == (candidates > 1_000), "\(query.text)")
            } else {
                // A filter may be the narrower source of candidates; never the wider.
                #expect(!page.isApproximate || candidates > 1_000, "\(query.text)")
                #expect(page.isApproximate || expected <= 1_000, "\(query.text)")
            }
            #expect(page.total.isExact == !page.isApproximate)
            #expect(
                page.isApproximate ? page.total.value <= expected : page.total.value == expected
            )
        }
        #expect((10...90).contains(approximate))
        await test.store.close()
    }
}
