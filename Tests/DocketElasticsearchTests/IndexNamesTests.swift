import DocketCore
import Testing

@testable import DocketElasticsearch

@Suite("Names of indices", .timeLimit(.minutes(1)))
struct IndexNamesTests {
    private let names = IndexNames(IndexSeries(prefix: "docket", layout: 4, tokenizer: 3))

    @Test("of earlier versions are known, with and without their series")
    func former() {
        let former = [
            "docket-pool-000001", "docket-rebuilt-7", "docket-3.3-pool-000002",
            "docket-4.2-rebuilt-9",
        ]
        for name in former { #expect(names.isFormer(name), "\(name)") }
    }

    @Test("of this version, later ones, other operators and aliases are none of those")
    func others() {
        let others = [
            names.pool, names.rebuilt(1), names.poolAlias, names.alias(of: TenantID(1)),
            "docket-5.3-pool-000001", "docket-test-pool-000001", "docket-test-3.3-pool-000001",
            "docket-pool", "docket-tenant-1", "docket-3.3-tenant-1", "docket-3.3-pool-1", "other",
        ]
        for name in others { #expect(!names.isFormer(name), "\(name)") }
    }
}
