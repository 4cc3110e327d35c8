import DocketCore
import DocketRuntime
import DocketTestKit
import Testing

@testable import DocketSQLite

@Suite("Searches with more matches than are looked at", .timeLimit(.minutes(5)))
struct CandidateTests {
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
        await test.store.close()
    }

    @Test("a document with all clauses comes first also where it is beyond the candidates")
    func allFirstBeyond() async throws {
        let test = try await TestStore.make()
        let documents = (0..<40).map { number in
            Document(id: "d\(number)", body: number == 39 ? "red lib-foo blue" : "red red lib")
        }
        try await test.upload(documents)
        try await test.index()
        var limits = Limits()
        limits.candidates = 10
        let all = try await test.search("red lib-foo")
        let page = try await test.search("red lib-foo", limits: limits)
        #expect(page.isApproximate && page.total.value == 10)
        #expect(page.ids.first == "d39" && all.ids.first == "d39")
        #expect(page.hits.first?.score == all.hits.first?.score)
        #expect(try await test.search("red lib-foo -blue", limits: limits).ids.first == "d0")
        await test.store.close()
    }
}
