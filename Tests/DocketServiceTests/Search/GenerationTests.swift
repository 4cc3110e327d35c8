import DocketCore
import DocketMessages
import DocketRPC
import DocketRuntime
import DocketService
import DocketSystem
import DocketWire
import Testing

@Suite("Freshness of searches", .timeLimit(.minutes(5)))
struct GenerationTests {
    private func run(
        _ body: (TestService, TestClient, TenantID) async throws -> Void
    ) async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await client.upload([
                Document(id: "a", title: "tea", attributes: [Attribute("year", 1974)]),
                Document(id: "b", title: "tea", attributes: [Attribute("year", 1975)]),
            ])
            try await test.index(tenant)
            try await body(test, client, tenant)
        }
    }

    private func allow(_ milliseconds: UInt32) -> (inout CallMeta) -> Void {
        { $0.maxStaleMilliseconds = milliseconds }
    }

    @Test("a deleted document is gone at once, whatever staleness is allowed")
    func hard() async throws {
        try await run { _, client, _ in
            _ = try await client.search("tea")
            try await client.delete(["a"])
            let found = try await client.search("tea", meta: allow(3_600_000))
            #expect(found.ids == ["b"])
            #expect(found.meta.origin.source == .engine)
            #expect(found.reply.total.value == 1)
        }
    }

    @Test("a delete by filter and a deleted collection are gone at once as well")
    func hardElsewhere() async throws {
        try await run { _, client, _ in
            _ = try await client.search("tea")
            let request = DeleteRequest(collection: "papers", filter: .equal("year", 1974))
            let reply: DeleteReply = try await client.call(.delete, request)
            #expect(reply.deleted == 1)
            #expect(try await client.search("tea", meta: allow(3_600_000)).ids == ["b"])
            let _: DeleteCollectionReply = try await client.call(
                .deleteCollection,
                DeleteCollectionRequest(name: "papers")
            )
            let error = await failure {
                _ = try await client.search("tea", meta: allow(3_600_000))
            }
            #expect(error?.code == .notFound)
            try await client.create()
            #expect(try await client.search("tea", meta: allow(3_600_000)).ids.isEmpty)
        }
    }

    @Test("a new document is found at once; who allows staleness is served the older reply")
    func soft() async throws {
        try await run { test, client, tenant in
            let old = try await client.search("tea")
            try await client.upload([Document(id: "c", title: "tea")])
            // Not yet indexed: the reply is as new as anything.
            #expect(try await client.search("tea").meta.origin.source == .l1)
            try await test.index(tenant)
            let stale = try await client.search("tea", meta: allow(3_600_000))
            #expect(stale.meta.origin.source == .l1)
            #expect(stale.reply == old.reply)
            #expect(stale.meta.origin.asOfMicroseconds == old.meta.origin.asOfMicroseconds)
            let fresh = try await client.search("tea")
            #expect(fresh.meta.origin.source == .engine)
            #expect(fresh.meta.origin.asOfMicroseconds > old.meta.origin.asOfMicroseconds)
            #expect(Set(fresh.ids) == ["a", "b", "c"])
            #expect(try await client.search("tea", meta: allow(3_600_000)).ids.count == 3)
        }
    }

    @Test("a reply older than what is allowed is not served")
    func bound() async throws {
        try await run { test, client, tenant in
            let old = try await client.search("tea")
            try await client.upload([Document(id: "c", title: "tea")])
            try await test.index(tenant)
            let limit = Int64(old.meta.origin.asOfMicroseconds) + 20_000
            while WallClock.microseconds() <= limit { await Task.yield() }
            let found = try await client.search("tea", meta: allow(20))
            #expect(found.meta.origin.source == .engine)
            #expect(found.ids.count == 3)
        }
    }

    @Test("a new version shows at once with what it says now")
    func newVersion() async throws {
        try await run { test, client, tenant in
            _ = try await client.search("tea")
            try await client.upload([Document(id: "a", title: "coffee")])
            try await test.index(tenant)
            #expect(try await client.search("tea").ids == ["b"])
            #expect(try await client.search("coffee").ids == ["a"])
        }
    }

    @Test("synonyms that are set are known to the next search, folded, until others are set")
    func synonyms() async throws {
        try await run { _, client, _ in
            let before = try await client.search("beverage").ids
            #expect(before.isEmpty)
            func set(_ rules: [SynonymRule]) async throws -> CollectionDescription {
                try await client.call(
                    .setSynonyms,
                    SetSynonymsRequest(collection: "papers", rules: rules)
                )
            }
            let rules = [SynonymRule(["Beverage"], meanings: ["TEA!"])]
            let changed = try await set(rules)
            #expect(changed.synonyms == [SynonymRule(["beverage"], meanings: ["tea"])])
            let found = try await client.search("beverage")
            #expect(!found.ids.isEmpty && found.meta.origin.source == .engine)
            #expect(try await client.search("beverage").meta.origin.source == .l1)
            let shown: CollectionDescription = try await client.call(
                .getCollection,
                GetCollectionRequest(name: "papers")
            )
            #expect(shown == changed)
            let list: ListCollectionsReply = try await client.call(
                .listCollections,
                ListCollectionsRequest()
            )
            #expect(list.collections.allSatisfy { $0.synonyms.isEmpty })
            let error = await failure { _ = try await set([SynonymRule(["a"])]) }
            #expect(error?.code == .invalidArgument && error?.details.first?.field == "rules.0")
            _ = try await set([])
            #expect(try await client.search("beverage").ids.isEmpty)
        }
    }

    @Test("a new attribute is known to the next search, cached replies of the old schema are not")
    func schema() async throws {
        try await run { _, client, _ in
            _ = try await client.search("tea")
            let error = await failure {
                _ = try await client.search("tea") { $0.filter = .exists("new") }
            }
            #expect(error?.code == .invalidArgument)
            let description: CollectionDescription = try await client.call(
                .addAttributes,
                AddAttributesRequest(
                    collection: "papers",
                    attributes: [AttributeDefinition("new", .keyword, .filter)]
                )
            )
            #expect(description.attributes.last?.name == "new")
            #expect(try await client.search("tea").meta.origin.source == .engine)
            #expect(try await client.search("tea") { $0.filter = .exists("new") }.ids.isEmpty)
        }
    }
}
