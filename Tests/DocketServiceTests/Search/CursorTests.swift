import DocketCore
import DocketMessages
import DocketService
import Testing

@Suite("Cursors", .timeLimit(.minutes(5)))
struct CursorTests {
    private static let purpose = CursorPurpose(3, TenantID(1), collection: 1, search: [1, 2])

    @Test("a sealed cursor opens for the same purpose")
    func roundTrip() throws {
        let seal = CursorSeal(secret: Array(repeating: 7, count: 32))
        let cursor = seal.seal([1, 2, 3], for: Self.purpose)
        #expect(try seal.open(cursor, for: Self.purpose) == [1, 2, 3])
    }

    @Test("any changed, missing or added byte is refused, with one error for all")
    func changedBytes() async {
        let seal = CursorSeal(secret: Array(repeating: 7, count: 32))
        let cursor = seal.seal([1, 2, 3], for: Self.purpose)
        var wrong = cursor.indices.map { place in
            var bytes = cursor
            bytes[place] ^= 0x40
            return bytes
        }
        wrong += [Array(cursor.dropLast()), Array(cursor.dropFirst()), cursor + [0], [], [1]]
        var errors: Set<DocketError> = []
        for bytes in wrong {
            let error = await failure { _ = try seal.open(bytes, for: Self.purpose) }
            #expect(error?.code == .invalidArgument)
            if let error { errors.insert(error) }
        }
        #expect(errors.count == 1)
    }

    @Test("another method, tenant, collection, search or server is another purpose")
    func purposes() async {
        let seal = CursorSeal(secret: Array(repeating: 7, count: 32))
        let cursor = seal.seal([1, 2, 3], for: Self.purpose)
        let others = [
            CursorPurpose(4, TenantID(1), collection: 1, search: [1, 2]),
            CursorPurpose(3, TenantID(2), collection: 1, search: [1, 2]),
            CursorPurpose(3, TenantID(1), collection: 2, search: [1, 2]),
            CursorPurpose(3, TenantID(1), collection: 1, search: [1, 3]),
            CursorPurpose(3, TenantID(1), collection: 1, search: [1]),
        ]
        for other in others {
            let error = await failure { _ = try seal.open(cursor, for: other) }
            #expect(error?.code == .invalidArgument)
        }
        let foreign = CursorSeal(secret: Array(repeating: 8, count: 32))
        let error = await failure { _ = try foreign.open(cursor, for: Self.purpose) }
        #expect(error?.code == .invalidArgument)
    }

    /// 25 documents: few years, so that many are equal in the order, and some without a year.
    private func fill(_ client: TestClient) async throws {
        try await client.create()
        try await client.upload(
            (0..<25).map { number in
                Document(
                    id: "d\(number)",
                    title: String(repeating: "tea ", count: 1 + number % 3),
                    attributes: number % 5 == 0
                        ? [] : [Attribute("year", .number(Double(1970 + number % 4)))]
                )
            }
        )
    }

    /// The ids of all pages.
    private func pages(_ client: TestClient, _ request: SearchRequest) async throws -> [[String]] {
        var request = request
        var pages: [[String]] = []
        repeat {
            let found = try await client.search(request)
            pages.append(found.ids)
            request.cursor = found.reply.cursor
        } while !request.cursor.isEmpty && pages.count < 100
        return pages
    }

    @Test("pages neither skip nor repeat, in each order", arguments: [1, 4, 25, 26])
    func paging(_ limit: Int) async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await fill(client)
            try await test.index(tenant)
            let orders: [(String, [SortKey])] = [
                ("tea", []), ("", []), ("tea", [SortKey("year", isDescending: true)]),
                ("", [SortKey("year"), SortKey("author")]), ("tea", [SortKey("score")]),
            ]
            for (query, sort) in orders {
                var request = SearchRequest(collection: "papers", query: query, sort: sort)
                request.limit = 1000
                let all = try await client.search(request).ids
                #expect(all.count == 25)
                request.limit = limit
                let pages = try await pages(client, request)
                #expect(pages.flatMap { $0 } == all, "\(query) \(sort)")
                #expect(pages.dropLast().allSatisfy { $0.count == limit })
            }
        }
    }

    @Test("scores of later pages are relative to the best hit of the first")
    func scores() async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await fill(client)
            try await test.index(tenant)
            let all = try await client.search("tea") { $0.limit = 25 }.reply.hits.map(\.score)
            var request = SearchRequest(collection: "papers", query: "tea", limit: 10)
            var scores: [Double] = []
            repeat {
                let reply = try await client.search(request).reply
                scores += reply.hits.map(\.score)
                request.cursor = reply.cursor
            } while !request.cursor.isEmpty
            #expect(scores == all)
            #expect(scores.first == 1)
            #expect((scores.last ?? 0) < 1)
        }
    }

    @Test("a cursor serves its own search only, whatever the page shows")
    func misuse() async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client("first")
            let (other, second) = try await test.client("second")
            for client in [client, other] { try await fill(client) }
            try await client.create("notes")
            try await test.index(tenant)
            try await test.index(second)
            let cursor = try await client.search("tea") { $0.limit = 5 }.reply.cursor
            var request = SearchRequest(collection: "papers", query: "tea", cursor: cursor)
            // Limit, fields and totals may change from page to page.
            request.limit = 7
            request.fields = []
            request.total = .none
            #expect(try await client.search(request).ids.count == 7)
            var wrong = Array(repeating: request, count: 6)
            wrong[0].query = "tea tea2"
            wrong[1].filter = .exists("year")
            wrong[2].sort = [SortKey("year")]
            wrong[3].match = .all
            wrong[4].collection = "notes"
            wrong[5].cursor[cursor.count / 2] ^= 1
            for request in wrong {
                let error = await failure { _ = try await client.search(request) }
                #expect(error?.code == .invalidArgument)
                #expect(error?.details.first?.field == "cursor")
            }
            let error = await failure { _ = try await other.search(request) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.details.first?.field == "cursor")
        }
    }

    @Test("a cursor has a bound of its own")
    func length() async {
        let seal = CursorSeal(secret: [7], bytesMaximum: 100)
        let longest = seal.seal(Array(repeating: 1, count: 83), for: Self.purpose)
        #expect(await failure { _ = try seal.open(longest, for: Self.purpose) } == nil)
        let error = await failure { _ = try seal.open(longest + [1], for: Self.purpose) }
        #expect(error?.message == "cursor: is 101 bytes, the limit is 100")
    }

    @Test("pages by score have each document once while others come, go and change")
    func writes() async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await fill(client)
            try await test.index(tenant)
            var request = SearchRequest(collection: "papers", query: "tea", limit: 4)
            var seen: [String] = []
            repeat {
                let found = try await client.search(request)
                seen += found.ids
                #expect(found.reply.hits.allSatisfy { (0...1).contains($0.score) })
                request.cursor = found.reply.cursor
                try await client.upload([
                    Document(id: "other\(seen.count)", title: "coffee"),
                    Document(id: seen[seen.count - 1], title: "tea tea tea tea"),
                ])
                try await test.index(tenant)
            } while !request.cursor.isEmpty
            #expect(seen.count == 25)
            #expect(Set(seen).count == 25)
        }
    }

    @Test("a walk goes on where it was while documents come and go")
    func changes() async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await fill(client)
            try await test.index(tenant)
            var request = SearchRequest(collection: "papers", query: "", limit: 4)
            var seen: [String] = []
            repeat {
                let found = try await client.search(request)
                seen += found.ids
                request.cursor = found.reply.cursor
                if let last = found.ids.last { try await client.delete([last]) }
            } while !request.cursor.isEmpty
            #expect(seen.count == 25)
            #expect(Set(seen).count == 25)
        }
    }
}
