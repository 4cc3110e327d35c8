import DocketCore
import DocketMessages
import Testing

@Suite("Quotas", .timeLimit(.minutes(5)))
struct QuotaTests {
    @Test("documents beyond the quota are refused one by one, the others go in")
    func documents() async throws {
        try await TestService.run { test in
            let (client, _) = try await test.client(quota: Quota(documents: 3))
            try await client.create()
            let reply = try await client.upload((0..<5).map { Document(id: "d\($0)") })
            #expect(reply.accepted == 3)
            #expect(reply.rejected.map(\.item) == [3, 4])
            #expect(reply.rejected.allSatisfy { $0.error.code == .resourceExhausted })
            #expect(reply.versions.map { $0 > 0 } == [true, true, true, false, false])
            // A new version of what is there takes no more room, and a delete gives room back.
            #expect(try await client.upload([Document(id: "d0", title: "new")]).accepted == 1)
            try await client.delete(["d1"])
            #expect(try await client.upload([Document(id: "d4")]).accepted == 1)
            #expect(try await client.upload([Document(id: "d5")]).accepted == 0)
        }
    }

    @Test("bytes beyond the quota are refused")
    func bytes() async throws {
        try await TestService.run { test in
            let (client, _) = try await test.client(quota: Quota(bytes: 1000))
            try await client.create()
            let small = Document(id: "small", body: String(repeating: "a", count: 400))
            let large = Document(id: "large", body: String(repeating: "a", count: 900))
            let reply = try await client.upload([small, large])
            #expect(reply.accepted == 1)
            #expect(reply.rejected.map(\.id) == ["large"])
            #expect(reply.rejected.first?.error.code == .resourceExhausted)
        }
    }

    @Test("collections beyond the quota are refused")
    func collections() async throws {
        try await TestService.run { test in
            let (client, _) = try await test.client(quota: Quota(collections: 1))
            try await client.create("one")
            let error = await failure { try await client.create("two") }
            #expect(error?.code == .resourceExhausted)
        }
    }

    @Test("a new quota holds for connections that are open")
    func changed() async throws {
        try await TestService.run { test in
            let administrator = try await test.connect(test.key(nil, .admin))
            let (client, _) = try await test.client(quota: Quota(documents: 1))
            try await client.create()
            let two = [Document(id: "a"), Document(id: "b")]
            #expect(try await client.upload(two).accepted == 1)
            let tenant: TenantDescription = try await administrator.call(
                .setQuota,
                SetQuotaRequest(tenant: "acme", quota: Quota(documents: 2))
            )
            #expect(tenant.quota.documents == 2)
            #expect(try await client.upload(two).accepted == 2)
        }
    }
}
