import DocketCore
import DocketMessages
import Testing

@Suite("Wrong searches", .timeLimit(.minutes(5)))
struct SearchRequestTests {
    struct Wrong: Sendable {
        let field: String
        let reason: String
        let change: @Sendable (inout SearchRequest) -> Void

        init(
            _ field: String,
            _ reason: String,
            _ change: @escaping @Sendable (inout SearchRequest) -> Void
        ) {
            self.field = field
            self.reason = reason
            self.change = change
        }
    }

    private static func nested(_ depth: Int) -> Filter {
        (1..<depth).reduce(Filter.exists("year")) { filter, _ in .not(filter) }
    }

    static let wrong: [Wrong] = [
        Wrong("limit", "1000") { $0.limit = 1001 },
        Wrong("limit", "50") { ($0.explains, $0.limit) = (true, 51) },
        Wrong("query", "4096") { $0.query = String(repeating: "a", count: 4097) },
        Wrong("filter", "8") { $0.filter = nested(9) },
        Wrong("filter", "64") { $0.filter = .all(Array(repeating: .exists("year"), count: 64)) },
        Wrong("filter", "unknown") { $0.filter = .exists("unknown") },
        Wrong("filter", "plain") { $0.filter = .exists("plain") },
        Wrong("filter", "number") { $0.filter = .equal("year", "soon") },
        Wrong("filter", "boolean") { $0.filter = .equal("open", 1) },
        Wrong("filter", "keyword") { $0.filter = .startsWith("year", "19") },
        Wrong("filter", "256") { $0.filter = .oneOf("year", Array(repeating: 1, count: 257)) },
        Wrong("sort", "unknown") { $0.sort = [SortKey("unknown")] },
        Wrong("sort", "open") { $0.sort = [SortKey("open")] },
        Wrong("sort", "4") { $0.sort = Array(repeating: SortKey("year"), count: 5) },
        Wrong("facets", "unknown") { $0.facets = [FacetRequest("unknown")] },
        Wrong("facets", "100") { $0.facets = [FacetRequest("year", limit: 101)] },
        Wrong("facets", "8") { $0.facets = Array(repeating: FacetRequest("year"), count: 9) },
        Wrong("fields", "unknown") { $0.fields = ["unknown"] },
        Wrong("cursor", "search") { $0.cursor = [1, 2, 3] },
    ]

    @Test("each is refused by the field at fault, with the limit or the name")
    func refused() async throws {
        try await TestService.run { test in
            let (client, _) = try await test.client()
            try await client.create()
            for wrong in Self.wrong {
                let error = await failure { _ = try await client.search("tea", wrong.change) }
                #expect(error?.code == .invalidArgument, "\(wrong.field) \(wrong.reason)")
                #expect(error?.details.first?.field == wrong.field, "\(wrong.reason)")
                #expect(error?.message.contains(wrong.reason) == true, "\(error?.message ?? "")")
            }
            let found = try await client.search("tea")
            #expect(found.ids.isEmpty)
        }
    }

    @Test(
        "names of the store's own columns are unknown attributes",
        arguments: [
            "tenant", "number", "rowid", "_id", "state", "documents", "slot", "*", "year; --",
        ]
    )
    func reserved(_ name: String) async throws {
        try await TestService.run { test in
            let (client, _) = try await test.client()
            try await client.create()
            let requests: [(inout SearchRequest) -> Void] = [
                { $0.filter = .exists(name) }, { $0.sort = [SortKey(name)] },
                { $0.facets = [FacetRequest(name)] }, { $0.fields = [name] },
                { $0.highlights = [name] },
            ]
            for change in requests {
                let error = await failure { _ = try await client.search("tea", change) }
                #expect(error?.code == .invalidArgument)
            }
            let found = try await client.search("tea")
            #expect(found.ids.isEmpty)
        }
    }

    @Test("a reply names the terms that did not count, and none where all do")
    func ignoredTerms() async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            let words = (0...64).map { "w\($0)" }
            try await client.upload([
                Document(id: "all", body: words.joined(separator: " ")),
                Document(id: "first", body: "w0"),
            ])
            try await test.index(tenant)
            let all = try await client.search(words.joined(separator: " ")).reply
            #expect(all.ignoredTerms == ["w0"] && all.hits.map(\.document.id) == ["all"])
            let most = try await client.search(words.dropFirst().joined(separator: " ")).reply
            #expect(most.ignoredTerms == [] && most.total.value == 1)
        }
    }

    @Test("a reply names what was searched for words that no document has, on all its pages")
    func corrections() async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await client.upload((1...4).map { Document(id: "d\($0)", body: "green tea graph") })
            try await test.index(tenant)
            let expected = [Correction("grpah", ["graph"])]
            var reply = try await client.search("grpah") { $0.limit = 2 }.reply
            #expect(reply.corrections == expected && reply.total.value == 4)
            try await client.upload([Document(id: "new", body: "grpah")])
            try await test.index(tenant)
            let cursor = reply.cursor
            reply = try await client.search("grpah") { ($0.limit, $0.cursor) = (9, cursor) }.reply
            #expect(reply.corrections == expected && reply.hits.map(\.document.id) == ["d3", "d4"])
            reply = try await client.search("grpah").reply
            #expect(reply.corrections.isEmpty && reply.hits.map(\.document.id) == ["new"])
            for exactWords in [true, false] {
                reply = try await client.search("graen") { $0.exactWords = exactWords }.reply
                #expect(reply.corrections == (exactWords ? [] : [Correction("graen", ["green"])]))
            }
        }
    }

    @Test("explained hits have parts that add up to their scores, whatever the page")
    func explanations() async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await client.upload(
                (1...8).map { Document(id: "d\($0)", title: "tea \($0)", body: "green") }
                    + (1...8).map { Document(id: "e\($0)", body: "green") }
            )
            try await test.index(tenant)
            let plain = try await client.search("green tea")
            #expect(plain.reply.hits.allSatisfy { $0.explanation == nil })
            var cursor: [UInt8] = []
            for _ in 0..<4 {
                let reply = try await client.search("green tea") {
                    ($0.explains, $0.limit, $0.cursor) = (true, 4, cursor)
                }.reply
                #expect(reply.hits.count == 4)
                for hit in reply.hits {
                    let explanation = try #require(hit.explanation)
                    let sum = explanation.parts.reduce(0) { $0 + $1.score }
                    #expect(abs(sum - hit.score) < 1e-9)
                    for part in explanation.parts {
                        let product = part.weight * part.idf * part.tf * explanation.scale
                        #expect(abs(product - part.score) < 1e-9)
                    }
                }
                cursor = reply.cursor
            }
            let again = try await client.search("green tea")
            #expect(again.reply.hits[0].explanation == nil)
        }
    }

    @Test("a stream names them with its first part, and goes on with the same ones")
    func streamedCorrections() async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await client.upload((0..<600).map { Document(id: "d\($0)", body: "graph") })
            try await test.index(tenant)
            var request = StreamRequest(collection: "papers", query: "grpah")
            let parts = try await client.stream(request, limit: 1)
            #expect(parts.map(\.corrections) == [[Correction("grpah", ["graph"])]])
            try await client.upload([Document(id: "new", body: "grpah")])
            try await test.index(tenant)
            request.cursor = try #require(parts.last).cursor
            let rest = try await client.stream(request)
            let count = (parts + rest).reduce(0) { $0 + $1.documents.count }
            #expect(count == 600 && rest.first?.corrections == [Correction("grpah", ["graph"])])
            request.cursor = []
            request.exactWords = true
            let exact = try await client.stream(request)
            #expect(exact.flatMap(\.documents).map(\.document.id) == ["new"])
        }
    }

    @Test(
        "an engine's own query language is words here",
        arguments: [
            "tenant:x OR *", "NEAR(tea coffee)", "tea^2", "{tea}", "tea AND", "\"", "\"\"", "*",
            "-", "()",
            "tea'); DROP TABLE documents; --", "col : tea", "\u{0}",
        ]
    )
    func syntax(_ query: String) async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await client.upload([Document(id: "a", title: "tea")])
            try await test.index(tenant)
            let error = await failure { _ = try await client.search(query) }
            if let error {
                #expect(error.code == .invalidArgument)
                #expect(!error.message.lowercased().contains("sql"))
                #expect(!error.message.lowercased().contains("fts5"))
            }
            let found = try await client.search("tea")
            #expect(found.ids == ["a"])
        }
    }
}
