import DocketCache
import DocketCore
import DocketMessages
import DocketRPC
import DocketRuntime
import DocketService
import DocketSystem
import DocketTestKit
import DocketWire
import Testing

@Suite("Shared searches", .timeLimit(.minutes(1)))
struct FlightTests {
    private func run(
        searchLimit: Duration = .seconds(30),
        _ body: (TestService, TestClient, TenantID, GatedSearch) async throws -> Void
    ) async throws {
        let search = GatedSearch()
        var options = TestService.Options()
        options.search(through: search)
        options.service.searchLimit = searchLimit
        try await TestService.run(options) { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await client.upload([
                Document(id: "a", title: "tea"), Document(id: "b", title: "tea"),
            ])
            try await test.index(tenant)
            try await body(test, client, tenant, search)
        }
    }

    /// Returns when so many callers wait for a flight.
    private func wait(_ test: TestService, for count: Int) async {
        while test.service.searcher.flights.waiting != count { await Task.yield() }
    }

    @Test("a hundred equal cold searches at once ask the engine once")
    func single() async throws {
        try await run { test, client, _, search in
            let gate = Gate()
            search.hold(at: gate)
            try await withThrowingTaskGroup(of: Found.self) { group in
                for number in 0..<100 {
                    let query = number % 2 == 0 ? "tea" : "  TEA "
                    group.addTask { try await client.search(query) }
                }
                await gate.arrived()
                await wait(test, for: 100)
                gate.open()
                for try await found in group {
                    #expect(Set(found.ids) == ["a", "b"])
                    #expect(found.meta.origin.source == .engine)
                }
            }
            #expect(search.count == 1)
        }
    }

    @Test("who asks after a delete does not join a search from before it")
    func afterDelete() async throws {
        try await run { test, client, _, search in
            let gate = Gate()
            search.hold(at: gate)
            async let early = client.search("tea")
            await gate.arrived()
            try await client.delete(["a"])
            // The old search has read both documents and still holds them.
            #expect(try await client.search("tea").ids == ["b"])
            gate.open()
            _ = try await early
            #expect(try await client.search("tea").ids == ["b"])
            #expect(try await client.search(" tea ").ids == ["b"])
            #expect(search.count == 2)
        }
    }

    @Test("a caller who leaves does not end the others' search; the last one does")
    func leaving() async throws {
        try await run { test, client, _, search in
            let gate = Gate()
            search.hold(at: gate)
            let first = Task { try await client.search("tea") }
            await gate.arrived()
            let second = Task { try await client.search("tea ") }
            await wait(test, for: 2)
            let work = try #require(search.works.first)
            first.cancel()
            await wait(test, for: 1)
            #expect(!work.isStopped)
            second.cancel()
            while !work.isStopped { await Task.yield() }
            // Whoever comes now is not bound to what was given up.
            #expect(try await client.search("tea").ids.count == 2)
            gate.open()
            _ = await (first.result, second.result)
        }
    }

    @Test("a search that hangs ends in its own time, and the next one is not held by it")
    func deadline() async throws {
        try await run(searchLimit: .milliseconds(50)) { _, client, _, search in
            search.hang()
            let error = await failure { _ = try await client.search("tea") }
            #expect(error?.code == .deadlineExceeded)
            // The limit is short, so a slow machine may need more than one try.
            var found: Found?
            while found == nil { found = try? await client.search("tea") }
            #expect(found?.ids.count == 2)
        }
    }

    @Test("a caller who was not waiting when its call ended learns why", arguments: [true, false])
    func unheard(_ isLost: Bool) async throws {
        try await run { _, client, _, search in
            let gate = Gate()
            search.hold(at: gate)
            let connection = client.connection
            let call = try await connection.open(
                CallMeta(method: DocketMethod.search.rawValue),
                deadline: isLost ? .distantFuture : .now() + .milliseconds(100)
            )
            let request = SearchRequest(collection: "papers", query: "tea")
            try await call.send(request.encode(), isLast: true)
            if isLost { await connection.close() }
            while await connection.callCount > 0 { await Task.yield() }
            let error = await failure { _ = try await call.receive() }
            #expect(error?.code == (isLost ? .unavailable : .deadlineExceeded))
            await call.close()
            let over = await failure { _ = try await call.receive() }
            #expect(over?.code == .cancelled)
            gate.open()
        }
    }
}
