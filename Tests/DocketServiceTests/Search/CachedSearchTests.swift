import DocketCore
import DocketMessages
import DocketRPC
import DocketRuntime
import DocketSQLite
import DocketService
import DocketSystem
import DocketTelemetry
import DocketWire
import Testing

@Suite("Cached searches", .timeLimit(.minutes(5)))
struct CachedSearchTests {
    /// A client of a collection with three documents, and the searches of the engine counted.
    private func run(
        _ body: (TestService, TestClient, TenantID, GatedSearch) async throws -> Void
    ) async throws {
        let search = GatedSearch()
        var options = TestService.Options()
        options.search(through: search)
        try await TestService.run(options) { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await client.upload([
                Document(id: "a", title: "Green tea", attributes: [Attribute("year", 1974)]),
                Document(id: "b", title: "Black tea", attributes: [Attribute("year", 1975)]),
                Document(id: "c", title: "Coffee"),
            ])
            try await test.index(tenant)
            try await body(test, client, tenant, search)
        }
    }

    @Test("the same bytes are answered in the turn that reads them")
    func atOnce() async throws {
        try await run { test, client, _, search in
            let first = try await client.search("tea")
            #expect(first.meta.origin.source == .engine)
            #expect(test.metrics.values.answeredAtOnce == 0)
            let second = try await client.search("tea")
            #expect(second.meta.origin.source == .l1)
            #expect(second.reply == first.reply)
            #expect(test.metrics.values.answeredAtOnce == 1)
            #expect(search.count == 1)
            // A place is given back after the reply has gone.
            while test.service.admission.underWay > 0 { await Task.yield() }
        }
    }

    @Test("answers are counted by where they come from and by what the tenant may hold")
    func counted() async throws {
        try await run { test, client, tenant, _ in
            for _ in 0..<3 { _ = try await client.search("tea") }
            _ = try await client.search("  TEA ")
            let work = WorkLimit()
            try await test.store.setQuota(Quota(documents: 10_000), of: tenant, work: work)
            try await test.service.authenticator.refresh(work: work)
            _ = try await client.search("coffee")
            let expected = [
                #"{quota="unbounded",source="engine"} 1"#, #"{quota="unbounded",source="l1"} 3"#,
                #"{quota="small",source="engine"} 1"#, #"{quota="small",source="l1"} 0"#,
            ].map { "docket_search_answers_total" + $0 }
            let text = test.registry.text()
            #expect(expected.filter { !text.contains($0) } == [])
        }
    }

    @Test(
        "tenants are told apart by steps of their quotas",
        arguments: [
            (nil, "unbounded"), (0, "small"), (10_001, "medium"), (1_000_000, "medium"),
            (1_000_001, "large"),
        ] as [(Int?, String)]
    )
    func quotas(_ documents: Int?, _ name: String) async throws {
        try await run { test, client, tenant, _ in
            let work = WorkLimit()
            try await test.store.setQuota(Quota(documents: documents), of: tenant, work: work)
            try await test.service.authenticator.refresh(work: work)
            _ = try await client.search("tea")
            let counted = #"docket_search_answers_total{quota="\#(name)",source="engine"} 1"#
            #expect(test.registry.text().contains(counted))
        }
    }

    @Test("the same meaning in other bytes is found by its canonical form, then by its bytes")
    func canonical() async throws {
        try await run { test, client, _, search in
            let filter = Filter.all([.exists("year"), .range("year", .init(lower: 1970))])
            let turned = Filter.all([.range("year", .init(lower: 1970)), .exists("year")])
            let first = try await client.search("green tea") { $0.filter = filter }
            #expect(first.ids == ["a", "b"])
            let others: [(String, Filter)] = [
                ("  green   tea ", filter), ("GREEN Tea", filter), ("green tea", turned),
                ("\tgreen\ntea", turned),
            ]
            for (query, filter) in others {
                let found = try await client.search(query) { $0.filter = filter }
                #expect(found.meta.origin.source == .l1, "\(query)")
                #expect(found.reply == first.reply)
            }
            let before = test.metrics.values.answeredAtOnce
            _ = try await client.search("GREEN Tea") { $0.filter = filter }
            #expect(test.metrics.values.answeredAtOnce == before + 1)
            #expect(search.count == 1)
        }
    }

    @Test("fields of the body in another order are the same request")
    func fieldOrder() async throws {
        try await run { _, client, _, search in
            let body = SearchRequest(collection: "papers", query: "tea").encode()
            let parts = try Self.fields(of: body)
            #expect(parts.count > 1)
            let turned = Array(parts.reversed().joined())
            #expect(turned != body)
            let first = try await client.raw(.search, body)
            let second = try await client.raw(.search, turned)
            #expect(second.body == first.body)
            #expect(second.meta.origin.source == .l1)
            #expect(search.count == 1)
        }
    }

    /// The fields of a message, each with its tag.
    private static func fields(of body: [UInt8]) throws -> [ArraySlice<UInt8>] {
        var reader = ProtobufReader(body.rawSpan)
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        while let field = try reader.nextField() {
            try reader.skip(field.wireType)
            parts.append(body[start..<reader.offset])
            start = reader.offset
        }
        return parts
    }

    @Test("whatever changes the reply is another key")
    func distinct() async throws {
        try await run { _, client, _, search in
            let changes: [(inout SearchRequest) -> Void] = [
                { _ in }, { $0.query = "green" }, { $0.query = "title:tea" },
                { $0.query = "\"green tea\"" }, { $0.query = "tea -green" }, { $0.query = "te*" },
                { $0.match = .all }, { $0.filter = .exists("year") },
                { $0.filter = .not(.exists("year")) }, { $0.filter = .equal("year", 1974) },
                { $0.sort = [SortKey("year")] },
                { $0.sort = [SortKey("year", isDescending: true)] },
                { $0.facets = [FacetRequest("year")] },
                { $0.facets = [FacetRequest("year", limit: 1)] }, { $0.limit = 1 },
                { $0.highlights = ["title"] }, { $0.total = .none }, { $0.total = .bounded(1) },
                { $0.fields = [] }, { $0.fields = ["title"] }, { $0.fields = ["body"] },
                { $0.fields = ["year"] },
            ]
            for (number, change) in changes.enumerated() {
                let found = try await client.search("tea", change)
                #expect(found.meta.origin.source == .engine, "change \(number)")
            }
            #expect(search.count == changes.count)
            for change in changes {
                #expect(try await client.search("tea", change).meta.origin.source == .l1)
            }
        }
    }

    @Test("a caller who passes the cache by is answered by the engine, and fills the cache")
    func bypass() async throws {
        try await run { _, client, _, search in
            for expected in 1...3 {
                let found = try await client.search("tea", meta: { $0.bypassCache = true })
                #expect(found.meta.origin.source == .engine)
                #expect(search.count == expected)
            }
            #expect(try await client.search("tea").meta.origin.source == .l1)
            #expect(search.count == 3)
        }
    }

    @Test("a reply says where it is from, as of when, how long it took and under which name")
    func meta() async throws {
        try await run { _, client, _, _ in
            let before = UInt64(WallClock.microseconds())
            let first = try await client.search("tea")
            #expect(first.meta.origin.asOfMicroseconds >= before)
            #expect(first.meta.origin.asOfMicroseconds <= UInt64(WallClock.microseconds()))
            #expect(first.meta.origin.tookMicroseconds > 0)
            #expect(!first.meta.requestID.isEmpty)
            #expect(!first.meta.origin.degraded)
            let second = try await client.search("tea", meta: { $0.requestID = "mine" })
            #expect(second.meta.origin.asOfMicroseconds == first.meta.origin.asOfMicroseconds)
            #expect(second.meta.requestID == "mine")
            #expect(!second.meta.origin.degraded)
        }
    }

    @Test("a total or facet that is not exact says so, also from the cache")
    func approximate() async throws {
        var options = TestService.Options()
        options.service.limits.candidates = 2
        try await TestService.run(options) { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await client.upload(
                (0..<6).map {
                    Document(id: "d\($0)", title: "tea", attributes: [Attribute("year", 1974)])
                }
            )
            try await test.index(tenant)
            for source in [ReplyOrigin.Source.engine, .l1] {
                let found = try await client.search("tea") { $0.facets = [FacetRequest("year")] }
                #expect(found.meta.origin.source == source)
                #expect(found.meta.origin.approximate)
                #expect(found.reply.isApproximate)
            }
        }
    }

    @Test("found words come as ranges of the plain fragment")
    func highlights() async throws {
        try await run { test, client, tenant, _ in
            try await client.upload([
                Document(id: "x", title: "<b>Grüner Tee</b> & teas", body: "no such word")
            ])
            try await test.index(tenant)
            let found = try await client.search("tee") { $0.highlights = ["title", "body"] }
            let highlights = try #require(found.reply.hits.first).highlights
            #expect(highlights.map(\.field) == ["title"])
            let highlight = try #require(highlights.first)
            #expect(highlight.fragment == "<b>Grüner Tee</b> & teas")
            let utf8 = Array(highlight.fragment.utf8)
            let words = highlight.ranges.map { String(decoding: utf8[$0], as: UTF8.self) }
            #expect(words == ["Tee"])
        }
    }

    @Test("a failed search is not kept")
    func failures() async throws {
        try await run { _, client, _, search in
            search.fail(with: DocketError(.unavailable, "the engine is away"))
            for _ in 0..<2 {
                let error = await failure { _ = try await client.search("tea") }
                #expect(error?.code == .unavailable)
            }
            #expect(search.count == 2)
            search.fail(with: nil)
            let ids = try await client.search("tea").ids
            #expect(ids.count == 2)
        }
    }
}
