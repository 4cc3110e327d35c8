import DocketCore
import DocketMessages
import DocketService
import DocketWire
import Testing

@Suite("Stream", .timeLimit(.minutes(1)))
struct StreamTests {
    private func run(
        _ count: Int,
        _ body: (TestService, TestClient, TenantID) async throws -> Void
    ) async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            for start in stride(from: 0, to: count, by: 1000) {
                try await client.upload(
                    (start..<min(count, start + 1000)).map { number in
                        Document(
                            id: "d\(number)",
                            title: number % 2 == 0 ? "green tea" : "black tea",
                            attributes: [Attribute("year", .number(Double(number)))]
                        )
                    }
                )
            }
            try await test.index(tenant)
            try await body(test, client, tenant)
        }
    }

    private func ids(_ parts: [StreamPart]) -> [String] {
        parts.flatMap { $0.documents.map(\.document.id) }
    }

    @Test("everything comes once, whole, in the order of first acceptance")
    func everything() async throws {
        try await run(1234) { test, client, tenant in
            // A new version does not change the place.
            try await client.upload([Document(id: "d7", title: "mended")])
            try await test.index(tenant)
            let parts = try await client.stream(StreamRequest(collection: "papers"))
            #expect(ids(parts) == (0..<1234).map { "d\($0)" })
            #expect(parts.count > 1)
            #expect(parts.allSatisfy { !$0.documents.isEmpty && !$0.cursor.isEmpty })
            let mended = parts.flatMap(\.documents)[7]
            #expect(mended.document == Document(id: "d7", title: "mended"))
            #expect(mended.state == .indexed)
        }
    }

    @Test("matches alone come with a query or a filter", arguments: [true, false])
    func matches(_ hasWords: Bool) async throws {
        try await run(900) { _, client, _ in
            var request = StreamRequest(collection: "papers")
            if hasWords {
                request.query = "GREEN"
            } else {
                request.filter = .range("year", .init(upper: 449))
            }
            request.fields = ["title"]
            let parts = try await client.stream(request)
            let expected = (0..<900).filter { hasWords ? $0 % 2 == 0 : $0 < 450 }
            #expect(ids(parts) == expected.map { "d\($0)" })
            #expect(parts.flatMap(\.documents).allSatisfy { $0.document.attributes.isEmpty })
        }
    }

    @Test("a stream goes on after any part, on another connection", arguments: ["", "tea"])
    func resume(_ query: String) async throws {
        try await run(900) { test, client, tenant in
            var request = StreamRequest(collection: "papers", query: query)
            let all = ids(try await client.stream(request))
            #expect(all.count == 900)
            var seen: [String] = []
            for _ in 0..<100 {
                let other = try await test.connect(test.key(tenant))
                let parts = try await other.stream(request, limit: 1)
                guard let part = parts.first else { break }
                seen += ids([part])
                request.cursor = part.cursor
            }
            #expect(seen == all)
        }
    }

    @Test("what is deleted before its turn does not come, what is new does")
    func changes() async throws {
        try await run(600) { test, client, tenant in
            var request = StreamRequest(collection: "papers", query: "tea")
            let first = try await client.stream(request, limit: 1)
            request.cursor = try #require(first.first).cursor
            try await client.delete(["d0", "d599"])
            try await client.upload([Document(id: "new", title: "tea")])
            try await test.index(tenant)
            let rest = ids(try await client.stream(request))
            #expect(rest.last == "new")
            #expect(!rest.contains("d599"))
            #expect(Set(ids(first)).isDisjoint(with: rest))
            #expect(ids(first).count + rest.count == 600)
        }
    }

    @Test("a document whose newer version waits comes as it is indexed, and says so")
    func waiting() async throws {
        try await run(3) { test, client, tenant in
            try await client.upload([Document(id: "d1", title: "white tea")])
            let parts = try await client.stream(StreamRequest(collection: "papers", query: "tea"))
            let documents = parts.flatMap(\.documents)
            #expect(documents.map(\.document.title) == ["green tea", "black tea", "green tea"])
            #expect(documents.map(\.state) == [.indexed, .indexing, .indexed])
            try await test.index(tenant)
            let later = try await client.stream(StreamRequest(collection: "papers", query: "tea"))
            #expect(later.flatMap(\.documents).allSatisfy { $0.state == .indexed })
        }
    }

    @Test("a cursor serves its own stream only")
    func misuse() async throws {
        try await run(600) { test, client, tenant in
            let request = StreamRequest(collection: "papers", query: "tea")
            let cursor = try #require(try await client.stream(request, limit: 1).first).cursor
            var others = Array(repeating: request, count: 3)
            others[0].query = "green"
            others[1].filter = .exists("year")
            others[2].query = ""
            for var other in others {
                other.cursor = cursor
                let error = await failure { _ = try await client.stream(other) }
                #expect(error?.code == .invalidArgument)
                #expect(error?.details.first?.field == "cursor")
            }
            var changed = request
            changed.cursor = cursor
            changed.cursor[3] ^= 1
            let error = await failure { _ = try await client.stream(changed) }
            #expect(error?.code == .invalidArgument)
            // A search's cursor is none of a stream.
            var page = SearchRequest(collection: "papers", query: "tea", limit: 5)
            page.cursor = cursor
            let other = await failure { _ = try await client.search(page) }
            #expect(other?.code == .invalidArgument)
        }
    }

    @Test("a reader who goes away ends the stream, and gives its place back")
    func abandoned() async throws {
        try await run(900) { test, client, _ in
            _ = try await client.stream(StreamRequest(collection: "papers"), limit: 1)
            while test.service.admission.underWay > 0 { await Task.yield() }
            #expect(try await client.search("green").reply.total.value == 450)
        }
    }

    @Test("an empty collection is an empty stream, an unknown one an error")
    func empty() async throws {
        try await run(0) { _, client, _ in
            let parts = try await client.stream(StreamRequest(collection: "papers"))
            #expect(parts.isEmpty)
            let error = await failure {
                _ = try await client.stream(StreamRequest(collection: "none"))
            }
            #expect(error?.code == .notFound)
        }
    }
}
