import DocketCore
import Testing

@Suite("Uploads and searches")
struct SmokeTests {
    @Test("what was uploaded is found once it is indexed")
    func roundTrip() async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            let reply = try await client.upload([Document(id: "a", title: "green tea")])
            #expect(reply.accepted == 1)
            try await test.index(tenant)
            let found = try await client.search("tea")
            #expect(found.ids == ["a"])
        }
    }
}
