import DocketCore
import DocketMessages
import DocketWire
import Testing

@Suite("Suggest", .timeLimit(.minutes(5)))
struct SuggestMethodTests {
    private func suggest(
        _ client: TestClient,
        _ prefix: String,
        limit: Int = 10,
        _ change: (inout CallMeta) -> Void = { _ in }
    ) async throws -> (texts: [String], source: ReplyOrigin.Source) {
        let request = SuggestRequest(collection: "papers", prefix: prefix, limit: limit)
        let (body, meta) = try await client.raw(.suggest, request.encode(), change)
        let reply = try SuggestReply.reading(body)
        return (reply.suggestions.map(\.text), meta.origin.source)
    }

    @Test("a reply is kept until its collection changes")
    func kept() async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await client.upload([Document(id: "a", title: "Graph Theory")])
            try await test.index(tenant)
            let first = try await suggest(client, "gra")
            #expect(first.texts == ["Graph Theory", "graph"] && first.source == .engine)
            let second = try await suggest(client, "gra")
            #expect(second.texts == first.texts && second.source == .l1)
            #expect(try await suggest(client, "gra") { $0.bypassCache = true }.source == .engine)
            #expect(try await suggest(client, "gra", limit: 1).texts == ["Graph Theory"])
            try await client.delete(["a"])
            let third = try await suggest(client, "gra")
            #expect(third.texts.isEmpty && third.source == .engine)
        }
    }

    @Test("what is wrong is refused by field and limit")
    func refused() async throws {
        try await TestService.run { test in
            let (client, _) = try await test.client()
            try await client.create()
            let wrong: [(prefix: String, limit: Int, field: String, reason: String)] = [
                ("", 10, "prefix", "missing"),
                (String(repeating: "a", count: 257), 10, "prefix", "256"),
                ("a", 51, "limit", "50"),
            ]
            for wrong in wrong {
                let error = await failure {
                    _ = try await suggest(client, wrong.prefix, limit: wrong.limit)
                }
                #expect(error?.code == .invalidArgument)
                #expect(error?.details.first?.field == wrong.field)
                #expect(error?.message.contains(wrong.reason) == true, "\(wrong.reason)")
            }
            // 0 means the usual number.
            #expect(try await suggest(client, "a", limit: 0).texts.isEmpty)
        }
    }

    @Test("a tenant's completions are never another's, from the cache neither")
    func tenants() async throws {
        try await TestService.run { test in
            var clients: [(client: TestClient, title: String)] = []
            for name in ["one", "two"] {
                let (client, tenant) = try await test.client(name)
                try await client.create()
                try await client.upload([Document(id: "a", title: "Tea \(name)")])
                try await test.index(tenant)
                clients.append((client, "Tea \(name)"))
            }
            for _ in 0..<3 {
                for (client, title) in clients {
                    #expect(try await suggest(client, "te").texts == [title, "tea"])
                }
            }
            for (place, word) in ["two", "one"].enumerated() {
                #expect(try await suggest(clients[place].client, word).texts.isEmpty)
            }
        }
    }
}
