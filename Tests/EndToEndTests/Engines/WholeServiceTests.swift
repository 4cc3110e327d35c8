internal import DocketClient
internal import DocketTestKit
internal import Testing

/// Every method of a real server, on each store that it can be started with.
@Suite("The whole service", .timeLimit(.minutes(5)))
struct WholeServiceTests {
    private static let collection = "books"
    private static let schema = [
        AttributeDefinition("author", .keyword, [.filter, .sort, .facet, .search]),
        AttributeDefinition("year", .number, [.filter, .sort, .facet]),
    ]
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private static func book(_ number: Int) -> Document {
        Document(
            id: "book-\(number)",
            title: "Volume \(number)",
            body: number.isMultiple(of: 3) ? "trees and lists" : "sorting and searching",
            attributes: [
                Attribute("author", .string(number < 10 ? "Knuth" : "Wirth")),
                Attribute("year", .number(Double(1960 + number))),
            ]
        )
    }

    @Test("takes, finds, streams and deletes documents")
    func documentsEmbedded() async throws { try await documents(.embedded) }

    @Test(
        "takes, finds, streams and deletes documents on engines",
        .needs(.postgres, .pgbouncer, .elasticsearch, .opensearch),
        arguments: ServerStore.onEngines
    )
    func documents(_ store: ServerStore) async throws {
        let server = try await TestServer(folder, environment: store.settings(folder))
        let key = try await server.makeTenant("acme")
        try await server.client(key) { client in
            try await client.createCollection(Self.collection, attributes: Self.schema)
            let books = (0..<20).map(Self.book)
            let uploaded = try await client.upload(books, to: Self.collection)
            #expect(uploaded.accepted == 20 && Set(uploaded.versions).count == 20)
            let got = try await client.get(["book-3", "none"], from: Self.collection)
            #expect(got.documents.map(\.document) == [books[3]] && got.missing == ["none"])
            try await client.waitUntilIndexed(Self.collection)
            try await expectFound(client)
            try await expectStreamed(client)
            try await expectDeleted(client)
        }
        try await #expect(server.stop().status == 0)
    }

    private func expectFound(_ client: DocketClient) async throws {
        let request = SearchRequest(
            collection: Self.collection,
            query: "trees",
            filter: .equal("author", "Knuth"),
            sort: [SortKey("year", isDescending: true)],
            facets: [FacetRequest("author")],
            limit: 3,
            highlights: ["body"]
        )
        let first = try await client.search(request)
        #expect(first.reply.hits.map(\.document.id) == ["book-9", "book-6", "book-3"])
        #expect(first.reply.total == .init(value: 4))
        #expect(first.reply.facets.map(\.counts) == [[.init("Knuth", 4)]])
        #expect(first.reply.hits[0].highlights.map(\.ranges) == [[0..<5]])
        #expect(first.source == .engine && !first.isDegraded)
        #expect(try await client.search(request).source == .l1)
        var next = request
        next.cursor = first.reply.cursor
        #expect(try await client.search(next).reply.hits.map(\.document.id) == ["book-0"])
        let status = try await client.status(of: ["book-0"], in: Self.collection)
        #expect(status.documents.map(\.state) == [.indexed])
    }

    private func expectStreamed(_ client: DocketClient) async throws {
        for (query, count) in [("", 20), ("sorting", 13)] {
            let request = StreamRequest(collection: Self.collection, query: query)
            var ids: [String] = []
            for try await found in client.stream(request).documents {
                ids.append(found.document.id)
            }
            #expect(ids.count == count && Set(ids).count == count)
        }
    }

    /// What is deleted is out of hits, totals and facets at once, cached or not.
    private func expectDeleted(_ client: DocketClient) async throws {
        let request = SearchRequest(
            collection: Self.collection,
            query: "trees",
            facets: [FacetRequest("author")],
            limit: 20
        )
        #expect(try await client.search(request).reply.total.value == 7)
        let deleted = try await client.delete(["book-0", "none"], from: Self.collection)
        #expect(deleted.deleted == 1 && deleted.missing == ["none"])
        let reply = try await client.search(request).reply
        #expect(reply.total.value == 6 && reply.hits.count == 6)
        #expect(reply.facets[0].counts.reduce(0) { $0 + $1.count } == 6)
        let filter = Filter.equal("author", "Wirth")
        #expect(try await client.delete(matching: filter, from: Self.collection) == 10)
        let left = try await client.search(request).reply
        #expect(left.hits.allSatisfy { $0.document["author"] == ["Knuth"] })
        #expect(left.total.value == 3)
        try await client.waitUntilIndexed(Self.collection)
        let counts = try await client.status(in: Self.collection).collections[0].counts
        #expect(counts.indexed == 9 && counts.failed == 0)
    }

    @Test("keeps tenants, keys and quotas")
    func tenantsEmbedded() async throws { try await tenants(.embedded) }

    @Test(
        "keeps tenants, keys and quotas on engines",
        .needs(.postgres, .pgbouncer, .elasticsearch, .opensearch),
        arguments: ServerStore.onEngines
    )
    func tenants(_ store: ServerStore) async throws {
        let server = try await TestServer(folder, environment: store.settings(folder))
        let quota = Quota(documents: 2, collections: 1)
        let key = try await server.client(server.administratorKey) { administrator in
            try await administrator.createTenant("small", quota: quota)
            #expect(try await administrator.tenants().map(\.name) == ["small"])
            return try await administrator.createKey(forTenant: "small")
        }
        try await server.client(key.secret) { client in
            try await client.createCollection(Self.collection)
            let code = await thrownCode { _ = try await client.createCollection("second") }
            #expect(code == .resourceExhausted)
            let reply = try await client.upload(
                (0..<3).map { Document(id: "\($0)") },
                to: Self.collection
            )
            #expect(reply.accepted == 2)
            #expect(reply.rejected.map(\.error.code) == [.resourceExhausted])
        }
        try await server.client(server.administratorKey) { administrator in
            try await administrator.revokeKey(key.key.id)
        }
        let refused = await thrownCode {
            try await server.client(key.secret) { client in
                _ = try await client.get(["0"], from: Self.collection)
            }
        }
        #expect(refused == .unauthenticated)
        try await server.client(server.administratorKey) { administrator in
            try await administrator.deleteTenant("small")
            #expect(try await administrator.tenants().isEmpty)
        }
        try await #expect(server.stop().status == 0)
    }
}
