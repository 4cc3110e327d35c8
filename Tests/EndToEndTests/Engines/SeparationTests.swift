internal import DocketClient
internal import DocketTestKit
internal import Testing

/// Tenants with equal names and ids, whose every reply is held against a model of each alone.
@Suite("Separation of tenants by a whole server", .timeLimit(.minutes(5)))
struct SeparationTests {
    private static let calls = 1500
    /// After so many calls all is indexed, so that nothing is left to chance.
    private static let callsBetweenRests = 300

    @Test("in random calls every reply holds only what the caller's own may show")
    func embedded() async throws { try await random(.embedded) }

    @Test("on engines they do as well", .needs(.postgres, .elasticsearch))
    func engines() async throws { try await random(.engines) }

    private func random(_ store: ServerStore) async throws {
        let folder = try TestFolder()
        let server = try await TestServer(folder, environment: store.settings(folder))
        var random = SeededGenerator(seed: 42)
        let marks = (0..<4).map { "canary\($0)" }
        var keys: [String] = []
        for mark in marks { keys.append(try await server.makeTenant("tenant-" + mark)) }
        try await withClients(of: server, keys) { clients in
            var tenants = zip(marks, clients).map { TenantModel(mark: $0, client: $1) }
            for tenant in tenants { try await tenant.begin() }
            for call in 0..<Self.calls {
                if call.isMultiple(of: Self.callsBetweenRests) {
                    for place in tenants.indices { try await tenants[place].rest() }
                }
                let place = Int.random(in: tenants.indices, using: &random)
                try await tenants[place].call(&random, among: marks)
            }
            // The run was one that could have shown a leak.
            #expect(tenants.reduce(0) { $0 + $1.fromCache } > 100)
            #expect(tenants.reduce(0) { $0 + $1.hits } > 1000)
        }
        try await #expect(server.stop().status == 0)
    }

    private func withClients(
        of server: TestServer,
        _ keys: [String],
        _ clients: [DocketClient] = [],
        _ body: ([DocketClient]) async throws -> Void
    ) async throws {
        guard let key = keys.first else { return try await body(clients) }
        var configuration = ClientConfiguration()
        // A busy machine is no fault of the server's.
        configuration.timeouts.reads = .seconds(60)
        try await server.client(key, configuration) { client in
            try await withClients(of: server, Array(keys.dropFirst()), clients + [client], body)
        }
    }
}

/// One tenant's documents as they must be by now, and what searches may show of them.
private struct TenantModel {
    private static let collection = "papers"
    private static let queries = ["tea", "shared words", "edition1", "ted*", ""]

    let mark: String
    let client: DocketClient
    var fromCache = 0
    var hits = 0
    private var lastVersions: [String: Int] = [:]
    /// The newest version of each document that is there.
    private var newest: [String: Int] = [:]
    /// What searches may show of each: one version where it is known to be indexed.
    private var shown: [String: Set<Int>] = [:]
    /// Documents that may not be found yet.
    private var unsettled: Set<String> = []

    init(mark: String, client: DocketClient) {
        self.mark = mark
        self.client = client
    }

    func begin() async throws {
        try await client.createCollection(
            Self.collection,
            attributes: [AttributeDefinition("author", .keyword, [.filter, .facet, .search])]
        )
    }

    /// Waits until searches show the newest versions alone.
    mutating func rest() async throws {
        try await client.waitUntilIndexed(Self.collection)
        shown = newest.mapValues { [$0] }
        unsettled = []
    }

    private func document(_ id: String, _ version: Int) -> Document {
        Document(
            id: id,
            title: "tea \(mark) edition\(version)",
            body: "shared words and \(mark)",
            attributes: [Attribute("author", .string(mark))]
        )
    }

    mutating func call(_ random: inout SeededGenerator, among marks: [String]) async throws {
        let id = "doc\(Int.random(in: 0..<20, using: &random))"
        switch Int.random(in: 0..<12, using: &random) {
        case 0...1: try await upload(id)
        case 2: try await delete(id)
        case 3:
            let reply = try await client.get([id], from: Self.collection)
            #expect(reply.documents.map(\.document) == newest[id].map { [document(id, $0)] } ?? [])
        case 4:
            let reply = try await client.status(of: [id], in: Self.collection)
            #expect(newest[id] == nil || reply.documents.count == 1)
        case 5: try await stream()
        default: try await search(Self.queries.randomElement(using: &random) ?? "", among: marks)
        }
    }

    private mutating func upload(_ id: String) async throws {
        let version = (lastVersions[id] ?? 0) + 1
        _ = try await client.upload([document(id, version)], to: Self.collection)
        lastVersions[id] = version
        // One that was deleted is shown again as it is now, never as it was.
        let before = newest[id] == nil ? [] : shown[id] ?? []
        shown[id] = before.union([version])
        newest[id] = version
        unsettled.insert(id)
    }

    private mutating func delete(_ id: String) async throws {
        let reply = try await client.delete([id], from: Self.collection)
        #expect(reply.deleted == (newest[id] == nil ? 0 : 1))
        newest[id] = nil
        shown[id] = nil
        unsettled.remove(id)
    }

    private func stream() async throws {
        let request = StreamRequest(collection: Self.collection, query: "shared")
        var ids: [String] = []
        for try await found in client.stream(request).documents {
            expectShown(found.document)
            ids.append(found.document.id)
        }
        expectComplete(ids)
    }

    private mutating func search(_ query: String, among marks: [String]) async throws {
        let request = SearchRequest(
            collection: Self.collection,
            query: query,
            facets: [FacetRequest("author")],
            limit: 30,
            highlights: ["body"]
        )
        let result = try await client.search(request)
        fromCache += result.source == .l1 ? 1 : 0
        hits += result.reply.hits.count
        let text = "\(result.reply)"
        for other in marks where other != mark { #expect(!text.contains(other)) }
        for hit in result.reply.hits { expectShown(hit.document) }
        let ids = result.reply.hits.map(\.document.id)
        let authors = result.reply.facets.flatMap { $0.counts.map(\.value) }
        // An engine may still count a version that the truth no longer shows, and then says so.
        let isCounted = !ids.isEmpty || result.reply.isApproximate && !authors.isEmpty
        #expect(authors == (isCounted ? [.string(mark)] : []))
        #expect(result.reply.total.value == ids.count)
        switch query {
        case "ted*": #expect(ids.isEmpty)
        case "edition1": #expect(result.reply.hits.allSatisfy { $0.document.title.hasSuffix("1") })
        default: expectComplete(ids)
        }
    }

    private func expectShown(_ found: Document) {
        // Without its body, which searches do not give unless asked.
        let versions = shown[found.id] ?? []
        let isShown = versions.contains { version in
            let document = document(found.id, version)
            return found.title == document.title && found.attributes == document.attributes
        }
        #expect(isShown, "\(found) of \(versions)")
    }

    /// Each document is there once; only those that wait to be indexed may be missing.
    private func expectComplete(_ ids: [String]) {
        #expect(Set(ids).count == ids.count)
        #expect(Set(newest.keys).subtracting(unsettled).isSubset(of: ids))
        #expect(Set(ids).isSubset(of: newest.keys))
    }
}
