import DocketCore
import DocketMessages
import DocketRPC
import DocketTestKit
import DocketWire
import Testing

@Suite("Tenant separation", .timeLimit(.minutes(5)))
struct SeparationTests {
    /// What one tenant's documents must be by now: the version of each id, by what was called.
    private struct Tenant {
        let client: TestClient
        let id: TenantID
        let mark: String
        var versions: [String: Int] = [:]

        func document(_ id: String, _ version: Int) -> Document {
            Document(
                id: id,
                title: "tea \(mark) edition\(version)",
                body: "shared words and \(mark)",
                attributes: [Attribute("author", .string(mark)), Attribute("year", 1974)]
            )
        }
    }

    private func suggestions(of tenant: Tenant) async throws -> [UInt8] {
        let request = SuggestRequest(collection: "papers", prefix: "can")
        let body = try await tenant.client.raw(.suggest, request.encode()).body
        let reply = try SuggestReply.reading(body)
        #expect(reply.suggestions.isEmpty == tenant.versions.isEmpty)
        return body
    }

    private static let queries = ["tea", "shared words", "edition1", "ted*", ""]

    /// Nothing of another tenant is anywhere in the bytes.
    private func check(_ body: [UInt8], of tenant: Tenant, among marks: [String]) {
        let text = String(decoding: body, as: UTF8.self)
        for mark in marks where mark != tenant.mark { #expect(!text.contains(mark)) }
    }

    @Test("in random calls of tenants with equal names every reply holds only the caller's own")
    func random() async throws {
        try await TestService.run { test in
            var numbers = SeededGenerator(seed: 42)
            var tenants: [Tenant] = []
            let marks = (0..<4).map { "canary\($0)" }
            for mark in marks {
                let (client, id) = try await test.client("tenant-" + mark)
                try await client.create()
                tenants.append(Tenant(client: client, id: id, mark: mark))
            }
            var (fromCache, hits) = (0, 0)
            for _ in 0..<1500 {
                let place = Int.random(in: tenants.indices, using: &numbers)
                let id = "doc\(Int.random(in: 0..<20, using: &numbers))"
                let body: [UInt8]
                switch Int.random(in: 0..<13, using: &numbers) {
                case 0...1:
                    let version = (tenants[place].versions[id] ?? 0) + 1
                    let document = tenants[place].document(id, version)
                    let request = UploadRequest(collection: "papers", documents: [document])
                    body = try await tenants[place].client.raw(.upload, request.encode()).body
                    tenants[place].versions[id] = version
                    try await test.index(tenants[place].id)
                case 2:
                    let request = DeleteRequest(collection: "papers", ids: [id])
                    body = try await tenants[place].client.raw(.delete, request.encode()).body
                    tenants[place].versions[id] = nil
                case 3:
                    let request = GetRequest(collection: "papers", ids: [id])
                    body = try await tenants[place].client.raw(.get, request.encode()).body
                    let reply = try GetReply.reading(body)
                    let expected = tenants[place].versions[id].map {
                        [tenants[place].document(id, $0)]
                    }
                    #expect(reply.documents.map(\.document) == expected ?? [])
                case 4:
                    let request = StatusRequest(collection: "papers", ids: [id])
                    body = try await tenants[place].client.raw(.status, request.encode()).body
                case 5:
                    let parts = try await tenants[place].client.stream(
                        StreamRequest(collection: "papers", query: "shared")
                    )
                    body = parts.flatMap { $0.encode() }
                    let ids = parts.flatMap { $0.documents.map(\.document.id) }
                    #expect(Set(ids) == Set(tenants[place].versions.keys))
                case 6:
                    body = try await suggestions(of: tenants[place])
                default:
                    let query = Self.queries.randomElement(using: &numbers) ?? ""
                    let request = SearchRequest(
                        collection: "papers",
                        query: query,
                        facets: [FacetRequest("author")],
                        limit: 30,
                        highlights: ["body"]
                    )
                    let answer = try await tenants[place].client.raw(.search, request.encode())
                    body = answer.body
                    fromCache += answer.meta.origin.source == .l1 ? 1 : 0
                    let reply = try SearchReply.reading(body)
                    hits += reply.hits.count
                    check(reply, query, tenants[place])
                }
                check(body, of: tenants[place], among: marks)
            }
            // The run was one that could have shown a leak.
            #expect(fromCache > 100)
            #expect(hits > 1000)
        }
    }

    /// The reply is what a server with this tenant alone would give.
    private func check(_ reply: SearchReply, _ query: String, _ tenant: Tenant) {
        let expected = tenant.versions.filter { query != "edition1" || $0.value == 1 }
        guard query != "ted*" else { return #expect(reply.hits.isEmpty) }
        #expect(Set(reply.hits.map(\.document.id)) == Set(expected.keys))
        #expect(reply.total.value == expected.count)
        for hit in reply.hits {
            let version = expected[hit.document.id] ?? 0
            #expect(hit.document.title == tenant.document(hit.document.id, version).title)
        }
        let authors = reply.facets.flatMap { $0.counts.map(\.value) }
        #expect(authors == (expected.isEmpty ? [] : [.string(tenant.mark)]))
    }

    @Test("equal searches of two tenants at once share no flight")
    func flights() async throws {
        try await TestService.run { test in
            var clients: [(client: TestClient, mark: String)] = []
            for mark in ["canary0", "canary1"] {
                let (client, tenant) = try await test.client(mark)
                try await client.create()
                try await client.upload([Document(id: "a", title: "tea \(mark)")])
                try await test.index(tenant)
                clients.append((client, mark))
            }
            try await withThrowingTaskGroup(of: (String, String?).self) { group in
                for round in 0..<50 {
                    for (client, mark) in clients {
                        group.addTask {
                            let found = try await client.search("tea") { $0.limit = 1 + round }
                            return (mark, found.reply.hits.first?.document.title)
                        }
                    }
                }
                for try await (mark, title) in group { #expect(title == "tea \(mark)") }
            }
        }
    }

    @Test("an unknown collection and another tenant's give the same error")
    func unknownCollections() async throws {
        try await TestService.run { test in
            let (first, _) = try await test.client("first")
            let (second, _) = try await test.client("second")
            try await first.create("hers")
            let methods: [(DocketMethod, @Sendable (String) -> [UInt8])] = [
                (.search, { SearchRequest(collection: $0, query: "tea").encode() }),
                (.suggest, { SuggestRequest(collection: $0, prefix: "te").encode() }),
                (.get, { GetRequest(collection: $0, ids: ["a"]).encode() }),
                (.delete, { DeleteRequest(collection: $0, ids: ["a"]).encode() }),
                (.status, { StatusRequest(collection: $0, ids: ["a"]).encode() }),
                (
                    .upload,
                    { UploadRequest(collection: $0, documents: [Document(id: "a")]).encode() }
                ),
                (.setSynonyms, { SetSynonymsRequest(collection: $0, rules: []).encode() }),
                (
                    .setRetention,
                    { SetRetentionRequest(collection: $0, retention: nil).encode() }
                ),
                (.getCollection, { GetCollectionRequest(name: $0).encode() }),
                (.deleteCollection, { DeleteCollectionRequest(name: $0).encode() }),
            ]
            for (method, request) in methods {
                var errors: [DocketError] = []
                for name in ["hers", "none"] {
                    let error = await failure { _ = try await second.raw(method, request(name)) }
                    errors.append(try #require(error))
                }
                #expect(errors[0].code == .notFound, "\(method)")
                #expect(errors[0].details.map(\.reason) == ["unknown"], "\(method)")
                #expect(errors[0].details == errors[1].details)
                let text = errors[0].message.replacing("hers", with: "none")
                #expect(text == errors[1].message)
            }
        }
    }

    @Test("an idempotency key of another tenant neither replays nor conflicts")
    func idempotency() async throws {
        try await TestService.run { test in
            let (first, _) = try await test.client("first")
            let (second, _) = try await test.client("second")
            for client in [first, second] { try await client.create() }
            let one = try await first.upload([Document(id: "a"), Document(id: "b")], key: "k")
            #expect(one.accepted == 2)
            let other = try await second.upload([Document(id: "c")], key: "k")
            #expect(other.accepted == 1)
            #expect(try await second.get(["a", "c"]).missing == ["a"])
        }
    }

    @Test("a tenant made anew under its old name has nothing of the old one")
    func madeAnew() async throws {
        try await TestService.run { test in
            let administrator = try await test.connect(test.key(nil, .admin))
            let (old, tenant) = try await test.client("acme")
            try await old.create()
            try await old.upload([Document(id: "a", title: "tea")])
            try await test.index(tenant)
            #expect(try await old.search("tea").ids == ["a"])
            let _: DeleteTenantReply = try await administrator.call(
                .deleteTenant,
                DeleteTenantRequest(name: "acme")
            )
            // The tick may have closed the connection before this call.
            let error = await failure { _ = try await old.search("tea") }
            #expect(error?.code == .unauthenticated || error?.code == .unavailable)
            let (new, again) = try await test.client("acme")
            #expect(again != tenant)
            let unknown = await failure { _ = try await new.search("tea") }
            #expect(unknown?.code == .notFound)
            try await new.create()
            #expect(try await new.search("tea").ids.isEmpty)
        }
    }
}
