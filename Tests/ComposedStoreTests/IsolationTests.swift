import DocketCore
import DocketTestKit
import Testing

@testable import DocketElasticsearch

/// What is planted behind Docket's back does not come out.
@Suite(
    "Tenants of the store on engines",
    .serialized,
    .needs(.postgres, .elasticsearch, .opensearch),
    .timeLimit(.minutes(5))
)
struct IsolationTests {
    private static let engines = [Engine.Kind.elasticsearch, .opensearch]
    private static let alarm = "docket_foreign_hits_total"

    /// Puts a document into the index beside Docket, found under the tenant's alias and routing.
    private func plant(
        _ test: ComposedStore,
        as id: String,
        number: UInt64,
        text: String
    ) async throws {
        let (tenant, collection) = (test.tenant.number, test.collection.number)
        let path = "/\(test.names.pool)/_doc/\(id)?routing=\(tenant)&refresh=true"
        let body = """
            {"tenant":"\(tenant)","collection":"\(tenant).\(collection)","number":\(number),\
            "everything_stems":"\(text)"}
            """
        try await test.server.request("PUT", path, body)
    }

    @Test("another tenant's document under one's own alias fails the reply", arguments: engines)
    func foreignDocument(_ kind: Engine.Kind) async throws {
        let test = try await ComposedStore(on: kind)
        try await test.add(Document(id: "mine", title: "tea"))
        let other = try await test.stranger("other")
        try await other.add(Document(id: "theirs", title: "tea secret"))
        let id = "\(other.tenant.number).\(other.collection.number).4711"
        try await plant(test, as: id, number: 4711, text: "tea secret")
        #expect(await thrownCode { _ = try await test.search("tea") } == .internalError)
        let plan = try test.plan(SearchRequest(collection: "papers", query: "secret"))
        #expect(await thrownCode { _ = try await test.scan(plan) } == .internalError)
        #expect(test.count(of: Self.alarm) == "2")
        #expect(test.log.messages.contains("the index gave a hit that cannot be one"))
        // Nobody else suffers.
        #expect(try await other.search("tea").ids == ["theirs"])
        try await test.close()
    }

    @Test("a document that the truth does not have is not shown", arguments: engines)
    func unknownDocument(_ kind: Engine.Kind) async throws {
        let test = try await ComposedStore(on: kind)
        try await test.add(Document(id: "mine", title: "tea"))
        let id = "\(test.tenant.number).\(test.collection.number).4711"
        try await plant(test, as: id, number: 4711, text: "tea")
        // The truth has one of this number and version, but another tenant's.
        try await test.database.sql(
            """
            INSERT INTO docket.documents(tenant_id, number, collection, id, version, state, bytes,
                created_us, updated_us)
            VALUES (999, 4711, \(test.collection.number), 'planted', 1, 2, 1, 0, 0);
            INSERT INTO docket.versions VALUES (999, 4711, 1, 'secret', '', '')
            """
        )
        #expect(try await test.search("tea").ids == ["mine"])
        let plan = try test.plan(SearchRequest(collection: "papers", query: "tea"))
        #expect(try await test.scan(plan).flatMap(\.ids) == ["mine"])
        try await test.close()
    }

    @Test("a row that was given to a tenant beside Docket is not found", arguments: engines)
    func plantedRow(_ kind: Engine.Kind) async throws {
        let test = try await ComposedStore(on: kind)
        let other = try await test.stranger("other")
        try await other.add(Document(id: "theirs", title: "tea secret"))
        try await test.add(Document(id: "mine", title: "tea"))
        // Their rows, as if they were this tenant's.
        try await test.database.sql(
            """
            INSERT INTO docket.documents(tenant_id, number, collection, id, version,
                indexed_version, sent_from, sent_version, place, state, bytes, created_us,
                updated_us)
            SELECT \(test.tenant.number), number, collection, id, version, indexed_version,
                sent_from, sent_version, place, state, bytes, created_us, updated_us
            FROM docket.documents WHERE id = 'theirs';
            INSERT INTO docket.versions SELECT (jsonb_populate_record(v,
                '{"tenant_id": \(test.tenant.number)}')).* FROM docket.versions v
            WHERE v.title = 'tea secret'
            """
        )
        #expect(try await test.search("tea").ids == ["mine"])
        #expect(try await test.search("secret").ids == [])
        #expect(try await other.search("secret").ids == ["theirs"])
        try await test.close()
    }

    @Test("no request names more than one index, nor one of another tenant", arguments: engines)
    func paths(_ kind: Engine.Kind) async throws {
        let proxy = try EngineProxy(of: try await ComposedStore.server(kind))
        let test = try await ComposedStore(on: kind, at: proxy.url)
        let other = try await test.stranger("other")
        for store in [test, other] {
            try await store.add(Document(id: "a", title: "tea"), Document(id: "b", title: "tea"))
            try await store.delete("a")
            _ = try await store.search("tea") { $0.facets = [FacetRequest("author")] }
            _ = try await store.scan(store.plan(SearchRequest(collection: "papers", query: "tea")))
            try await store.index()
        }
        let searches = proxy.requests.filter { $0.path.contains("/_search") }
        #expect(searches.count == 4)
        #expect(
            searches.map { String($0.path.prefix { $0 != "?" }) }
                == [test, test, other, other].map {
                    "/\(test.names.alias(of: $0.tenant))/_search"
                }
        )
        let known = [
            test.names.pool, test.names.poolAlias, test.names.everyPattern,
            test.names.alias(of: test.tenant), test.names.alias(of: other.tenant),
            "_bulk", "_aliases", "_alias", "_cluster",
        ]
        for request in proxy.requests where request.path != "/" {
            let first = request.path.dropFirst().prefix { $0 != "/" && $0 != "?" }
            #expect(known.contains(String(first)), "\(request.method) \(request.path)")
            #expect(!request.path.prefix { $0 != "?" }.contains(","), "\(request.path)")
        }
        try await test.close()
    }
}
