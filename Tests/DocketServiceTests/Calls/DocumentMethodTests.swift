import DocketCore
import DocketMessages
import DocketWire
import Testing

@Suite("Get, Delete and Status", .timeLimit(.minutes(5)))
struct DocumentMethodTests {
    private func run(
        _ body: (TestService, TestClient, TenantID) async throws -> Void
    ) async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await body(test, client, tenant)
        }
    }

    private func fill(_ client: TestClient, _ count: Int) async throws {
        for start in stride(from: 0, to: count, by: 1000) {
            try await client.upload(
                (start..<min(count, start + 1000)).map { number in
                    Document(
                        id: "d\(number)",
                        title: "tea",
                        attributes: [Attribute("year", number % 5 == 0 ? 1975 : 1974)]
                    )
                }
            )
        }
    }

    // MARK: Get

    @Test("found and missing ids come apart, in the order asked")
    func get() async throws {
        try await run { _, client, _ in
            try await fill(client, 3)
            let reply = try await client.get(["d2", "none", "d0", "d2"])
            #expect(reply.documents.map(\.document.id) == ["d2", "d0", "d2"])
            #expect(reply.missing == ["none"])
            #expect(reply.left.isEmpty)
        }
    }

    @Test("what does not fit into the reply is left, by id")
    func left() async throws {
        try await run { _, client, _ in
            let body = String(repeating: "b", count: 1_000_000)
            let ids = (0..<6).map { "d\($0)" }
            for id in ids { try await client.upload([Document(id: id, body: body)]) }
            var wanted = ids
            var got: [String] = []
            while !wanted.isEmpty {
                let reply = try await client.get(wanted)
                #expect(!reply.documents.isEmpty && reply.documents.count <= 4)
                got += reply.documents.map(\.document.id)
                wanted = reply.left
            }
            #expect(got == ids)
        }
    }

    @Test("only the fields that are named come back, and unknown ones are refused")
    func fields() async throws {
        try await run { _, client, _ in
            try await fill(client, 1)
            func get(_ fields: [String]) async throws -> GetReply {
                try await client.call(
                    .get,
                    GetRequest(collection: "papers", ids: ["d0"], fields: fields)
                )
            }
            #expect(try await get([]).documents.first?.document == Document(id: "d0"))
            #expect(try await get(["title"]).documents.first?.document.attributes == [])
            #expect(try await get(["year"]).documents.first?.document["year"] == [1975])
            let error = await failure { _ = try await get(["unknown"]) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains("unknown") == true)
        }
    }

    @Test(
        "ids are 1 to 1,000, and a wrong one is named by its place",
        arguments: [
            DocketMethod.get, .delete, .status,
        ]
    )
    func ids(_ method: DocketMethod) async throws {
        try await run { _, client, _ in
            func call(_ ids: [String]) async -> DocketError? {
                let body =
                    switch method {
                    case .get: GetRequest(collection: "papers", ids: ids).encode()
                    case .delete: DeleteRequest(collection: "papers", ids: ids).encode()
                    default: StatusRequest(collection: "papers", ids: ids).encode()
                    }
                return await failure { _ = try await client.raw(method, body) }
            }
            let many = await call((0...1000).map { "d\($0)" })
            #expect(many?.code == .invalidArgument)
            #expect(many?.message.contains("1000") == true)
            for wrong in ["", String(repeating: "i", count: 513)] {
                let error = await call(["a", wrong, "b"])
                #expect(error?.code == .invalidArgument)
                #expect(error?.details.first?.item == 1)
                #expect(error?.details.first?.field == "ids")
                #expect(error?.message.contains("512") == true)
            }
            #expect(await call((0..<1000).map { "d\($0)" }) == nil)
        }
    }

    // MARK: Delete

    @Test("a delete says how many went and which were not there, each id once")
    func delete() async throws {
        try await run { test, client, tenant in
            try await fill(client, 3)
            let reply = try await client.delete(["d0", "none", "d0", "d1"])
            #expect(reply.deleted == 2)
            #expect(reply.missing == ["none"])
            #expect(try await client.get(["d0", "d1", "d2"]).missing == ["d0", "d1"])
            #expect(try await client.delete(["d0"]).missing == ["d0"])
            try await test.index(tenant)
            let states = try await client.status(["d0", "d2"]).documents.map(\.state)
            #expect(states == [.deleted, .indexed])
        }
    }

    @Test("a delete by filter goes in slices of 1,000, and on where the last one ended")
    func slices() async throws {
        try await run { test, client, tenant in
            try await fill(client, 2500)
            try await test.index(tenant)
            var request = DeleteRequest(collection: "papers", filter: .equal("year", 1974))
            var deleted: [Int] = []
            repeat {
                let reply: DeleteReply = try await client.call(.delete, request)
                deleted.append(reply.deleted)
                request.cursor = reply.cursor
            } while !request.cursor.isEmpty && deleted.count < 10
            #expect(deleted.reduce(0, +) == 2000)
            #expect(deleted.allSatisfy { $0 <= 1000 })
            #expect(deleted.count <= 4)
            #expect(try await client.search("").reply.total.value == 500)
        }
    }

    @Test("the cursor of a delete serves its own filter only")
    func sliceCursor() async throws {
        try await run { test, client, tenant in
            try await fill(client, 1500)
            try await test.index(tenant)
            var request = DeleteRequest(collection: "papers", filter: .exists("year"))
            let reply: DeleteReply = try await client.call(.delete, request)
            #expect(reply.deleted == 1000)
            #expect(!reply.cursor.isEmpty)
            request.cursor = reply.cursor
            request.filter = .equal("year", 1974)
            let error = await failure { _ = try await client.raw(.delete, request.encode()) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.details.first?.field == "cursor")
        }
    }

    @Test("ids and a filter together, or neither, are refused")
    func ambiguous() async throws {
        try await run { _, client, _ in
            try await fill(client, 1)
            for request in [
                DeleteRequest(collection: "papers"),
                DeleteRequest(collection: "papers", ids: ["d0"], filter: .exists("year")),
                DeleteRequest(collection: "papers", filter: .exists("unknown")),
            ] {
                let error = await failure { _ = try await client.raw(.delete, request.encode()) }
                #expect(error?.code == .invalidArgument)
            }
            #expect(try await client.get(["d0"]).missing.isEmpty)
        }
    }

    @Test("a delete with a key replays its reply, although nothing is left to delete")
    func replay() async throws {
        try await run { _, client, _ in
            try await fill(client, 2)
            func delete(_ id: String) async throws -> DeleteReply {
                try await client.call(.delete, DeleteRequest(collection: "papers", ids: [id])) {
                    $0.idempotencyKey = [1]
                }
            }
            let first = try await delete("d0")
            #expect(first.deleted == 1)
            #expect(try await delete("d0") == first)
            let error = await failure { _ = try await delete("d1") }
            #expect(error?.code == .alreadyExists)
            #expect(try await client.get(["d1"]).missing.isEmpty)
        }
    }

    @Test("ids that differ only in the form of a character are two, for every method")
    func forms() async throws {
        try await run { test, client, tenant in
            let ids = ["caf\u{E9}", "cafe\u{301}"]
            func bytes(_ ids: [String]) -> [[UInt8]] { ids.map { Array($0.utf8) } }
            let documents = zip(ids, ["one", "two"]).map { Document(id: $0, title: $1) }
            let uploaded = try await client.upload(documents)
            #expect(uploaded.accepted == 2 && Set(uploaded.versions).count == 2)
            try await test.index(tenant)
            let found = try await client.get(ids).documents.map(\.document)
            #expect(bytes(found.map(\.id)) == bytes(ids))
            #expect(found.map(\.title) == ["one", "two"])
            #expect(try await client.status(ids).documents.map(\.state) == [.indexed, .indexed])
            #expect(try await client.delete([ids[0]]).deleted == 1)
            #expect(bytes(try await client.get(ids).missing) == bytes([ids[0]]))
            #expect(try await client.upload([documents[0]]).accepted == 1)
            #expect(try await client.delete(ids).deleted == 2)
            #expect(bytes(try await client.get(ids).missing) == bytes(ids))
        }
    }

    // MARK: Status

    @Test("status counts each collection, and knows ids never seen from deleted ones")
    func status() async throws {
        try await run { test, client, tenant in
            try await client.create("empty")
            try await fill(client, 5)
            try await test.index(tenant)
            try await client.upload([Document(id: "late")])
            try await client.delete(["d0"])
            let reply = try await client.status(["d0", "d1", "late", "none"])
            #expect(reply.documents.map(\.state) == [.deleting, .indexed, .indexing])
            #expect(reply.missing == ["none"])
            let counts = try #require(reply.collections.first).counts
            #expect((counts.indexing, counts.indexed, counts.deleting) == (1, 4, 1))
            let all: StatusReply = try await client.call(.status, StatusRequest())
            #expect(all.collections.map(\.name) == ["empty", "papers"])
            let error = await failure {
                let _: StatusReply = try await client.call(.status, StatusRequest(ids: ["d0"]))
            }
            #expect(error?.details.first?.field == "collection")
        }
    }
}
