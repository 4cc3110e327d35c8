import DocketCore
import DocketService
import DocketTelemetry
import DocketTestKit
import DocketWire
import Testing

@Suite("Replies that are asked for anew", .timeLimit(.minutes(5)))
struct RenewalTests {
    private static let lenient: @Sendable (inout CallMeta) -> Void = {
        $0.maxStaleMilliseconds = 3_600_000
    }

    /// A client of a collection whose search for "tea" is cached and outdated by one document.
    private func run(
        _ body: (TestService, TestClient, GatedSearch) async throws -> Void
    ) async throws {
        let search = GatedSearch()
        var options = TestService.Options()
        options.search(through: search)
        options.service.renewals.due = 0...0
        options.service.renewals.rest = .zero
        try await TestService.run(options) { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await client.upload([Document(id: "a", title: "tea")])
            try await test.index(tenant)
            _ = try await client.search("tea")
            try await client.upload([Document(id: "b", title: "tea")])
            try await test.index(tenant)
            try await body(test, client, search)
        }
    }

    /// Searches as somebody who takes an old reply, and expects these documents.
    private func expect(
        _ ids: Set<String>,
        _ client: TestClient,
        _ query: String = "tea"
    ) async throws {
        let found = try await client.search(query, meta: Self.lenient)
        #expect(Set(found.ids) == ids && found.meta.origin.source == .l1)
    }

    private func waitUntil(_ isMet: () -> Bool) async {
        while !isMet(), !Task.isCancelled { await Task.yield() }
    }

    @Test("an old reply is given at once, and the next caller finds a new one")
    func renews() async throws {
        try await run { test, client, search in
            let gate = Gate()
            search.hold(at: gate)
            for _ in 0..<5 {
                try await expect(["a"], client)
            }
            await waitUntil { search.count == 2 }
            // It is a call of its tenant.
            #expect(test.service.admission.underWay >= 1)
            gate.open()
            let counts = test.service.searcher.renewer.counts
            await waitUntil { counts.done.value == 1 }
            try await expect(["a", "b"], client)
            #expect(search.count == 2 && counts.done.value == 1)
            await waitUntil { test.service.admission.underWay == 0 }
        }
    }

    @Test("a reply of the canonical form is asked for anew as well")
    func canonical() async throws {
        try await run { test, client, search in
            try await expect(["a"], client, "  TEA ")
            await waitUntil { test.service.searcher.renewer.counts.done.value == 1 }
            try await expect(["a", "b"], client, "  TEA ")
            // What the bytes of another request led to is renewed from there.
            try await expect(["a"], client)
            await waitUntil { test.service.searcher.renewer.counts.done.value == 2 }
            try await expect(["a", "b"], client)
            #expect(search.count == 2)
        }
    }

    @Test("callers who allow no old reply, or find a new one, have nothing asked for")
    func unasked() async throws {
        try await run { test, client, search in
            _ = try await client.search("tea")
            try await expect(["a", "b"], client)
            #expect(search.count == 2)
            let counts = test.service.searcher.renewer.counts
            #expect(counts.done.value == 0 && counts.dropped.value == 0)
        }
    }

    @Test("a failure is nobody's, and the old reply stays")
    func fails() async throws {
        try await run { test, client, search in
            search.fail(with: DocketError(.unavailable, "away"))
            let counts = test.service.searcher.renewer.counts
            try await expect(["a"], client)
            await waitUntil { counts.failed.value == 1 }
            search.fail(with: nil)
            try await expect(["a"], client)
            await waitUntil { counts.done.value == 1 }
            try await expect(["a", "b"], client)
        }
    }

    @Test("what was deleted meanwhile is not given, nor brought back by a search from before")
    func deletes() async throws {
        try await run { test, client, search in
            let gate = Gate()
            search.hold(at: gate)
            try await expect(["a"], client)
            await waitUntil { search.count == 2 }
            _ = try await client.delete(["a"])
            gate.open()
            await waitUntil { test.service.searcher.renewer.counts.done.value == 1 }
            #expect(try await client.search("tea", meta: Self.lenient).ids == ["b"])
        }
    }
}
