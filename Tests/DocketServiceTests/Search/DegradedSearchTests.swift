import DocketCache
import DocketCore
import DocketMessages
import DocketRPC
import DocketRuntime
import DocketTelemetry
import DocketWire
import Testing

@testable import DocketService

@Suite("Searches while the engine is away", .timeLimit(.minutes(5)))
struct DegradedSearchTests {
    private static let away = DocketError(.unavailable, "away", retryAfter: .seconds(2))
    private let allow: (inout CallMeta) -> Void = { $0.allowDegraded = true }

    /// A client with one cached search, of which something newer is indexed.
    private func run(
        removals: KnownRemovals? = nil,
        _ body: (TestService, TestClient, Found, GatedSearch) async throws -> Void
    ) async throws {
        let search = GatedSearch()
        var options = TestService.Options()
        options.search(through: search)
        options.removals = removals
        // With removals, a reply is confirmed by nobody as soon as it is there.
        if removals != nil { options.service.cache.confirmationNanoseconds = 0 }
        try await TestService.run(options) { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await client.upload([
                Document(id: "a", title: "tea"), Document(id: "b", title: "tea"),
            ])
            try await test.index(tenant)
            let found = try await client.search("tea")
            if removals == nil {
                try await client.upload([Document(id: "c", title: "tea")])
                try await test.index(tenant)
            }
            try await body(test, client, found, search)
        }
    }

    @Test("who allows it gets what is cached, flagged and with its age; nobody else does")
    func outdated() async throws {
        try await run { test, client, old, search in
            search.fail(with: Self.away)
            for _ in 0..<2 {
                let found = try await client.search("tea", meta: allow)
                #expect(found.reply == old.reply)
                #expect(found.meta.origin.degraded && found.meta.origin.source == .l1)
                #expect(found.meta.origin.asOfMicroseconds == old.meta.origin.asOfMicroseconds)
            }
            let refused = await failure { _ = try await client.search("tea") }
            #expect(refused?.code == .unavailable && refused?.retryAfter == .seconds(2))
            let bypassing = await failure {
                _ = try await client.search(
                    "tea",
                    meta: {
                        $0.allowDegraded = true
                        $0.bypassCache = true
                    }
                )
            }
            #expect(bypassing?.code == .unavailable)
            #expect(test.registry.text().contains("\ndocket_degraded_answers_total 2\n"))
            search.fail(with: nil)
            let fresh = try await client.search("tea", meta: allow)
            #expect(!fresh.meta.origin.degraded && fresh.ids.count == 3)
        }
    }

    @Test("a search that nobody asked before, or that is wrong, is not answered so")
    func misses() async throws {
        try await run { _, client, _, search in
            search.fail(with: Self.away)
            let missed = await failure { _ = try await client.search("coffee", meta: allow) }
            #expect(missed?.code == .unavailable)
            search.fail(with: DocketError(.internalError, "broken"))
            let broken = await failure { _ = try await client.search("tea", meta: allow) }
            #expect(broken?.code == .internalError)
        }
    }

    @Test("what is known to be deleted does not come back")
    func deleted() async throws {
        try await run { _, client, old, search in
            try await client.delete(["a"])
            search.fail(with: Self.away)
            for _ in 0..<2 {
                let found = try await client.search("tea", meta: allow)
                #expect(found.meta.origin.degraded && found.meta.origin.approximate)
                #expect(found.meta.origin.asOfMicroseconds == old.meta.origin.asOfMicroseconds)
                #expect(found.ids == ["b"] && found.reply.total.value == 1)
            }
            let error = await failure { _ = try await client.search("tea") }
            #expect(error?.code == .unavailable)
        }
    }

    @Test("what was deleted and is there again is shown as it is now")
    func uploadedAgain() async throws {
        try await run { _, client, old, search in
            try await client.delete(["a"])
            let again = Document(id: "a", title: "coffee")
            try await client.upload([again])
            search.fail(with: Self.away)
            let found = try await client.search("tea", meta: allow)
            #expect(Set(found.ids) == Set(old.ids))
            let hit = try #require(found.reply.hits.first { $0.document.id == "a" })
            #expect(hit.document == again && hit.highlights.isEmpty)
        }
    }

    @Test("a reply that nobody confirms is given while the engine is away, and only then")
    func unconfirmed() async throws {
        try await run(removals: KnownRemovals()) { _, client, old, search in
            #expect(try await client.search("tea", meta: allow).meta.origin.source == .engine)
            search.fail(with: Self.away)
            let found = try await client.search("tea", meta: allow)
            #expect(found.meta.origin.degraded && found.reply == old.reply)
            let error = await failure { _ = try await client.search("tea") }
            #expect(error?.code == .unavailable)
        }
    }
}
