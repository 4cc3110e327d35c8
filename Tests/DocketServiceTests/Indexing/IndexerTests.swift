import DocketCore
import DocketMessages
import DocketRuntime
import DocketService
import DocketSystem
import DocketTelemetry
import DocketWire
import Synchronization
import Testing

@testable import DocketSQLite

/// The store's indexing, which may fail until it is mended, with each end of a group reported.
private final class FlakyIndexing: DocumentIndexing {
    let inner: any DocumentIndexing & IndexingControl
    private let isBroken: Mutex<Bool>
    private let ends: AsyncStream<Void>
    private let ended: AsyncStream<Void>.Continuation

    init(_ inner: any DocumentIndexing & IndexingControl, isBroken: Bool = false) {
        self.inner = inner
        self.isBroken = Mutex(isBroken)
        (ends, ended) = AsyncStream.makeStream()
    }

    func mend() { isBroken.withLock { $0 = false } }

    /// Returns after the end of the next group.
    func groupEnded() async { for await _ in ends { return } }

    func tenantsToIndex() async throws(DocketError) -> [TenantID] {
        try await inner.tenantsToIndex()
    }

    func indexNext(_ tenant: TenantID) async throws(DocketError) -> IndexingProgress {
        defer { ended.yield() }
        guard !isBroken.withLock({ $0 }) else {
            throw DocketError(.unavailable, "the index is away")
        }
        return try await inner.indexNext(tenant)
    }
}

/// Where the service's news of filled outboxes go once there is an indexer.
private final class Waker: Sendable {
    private let indexer = Mutex<Indexer?>(nil)

    func attach(_ indexer: Indexer) { self.indexer.withLock { $0 = indexer } }

    func wake(_ tenant: TenantID) { indexer.withLock { $0 }?.wake(tenant) }
}

@Suite("Indexer", .timeLimit(.minutes(1)))
struct IndexerTests {
    private let counters = IndexingCounters()

    /// Runs `body` beside an indexer over `indexing`, woken by uploads.
    private func run(
        _ indexing: FlakyIndexing,
        _ waker: Waker,
        _ body: () async throws -> Void
    ) async throws {
        let indexer = Indexer(
            indexing,
            control: indexing.inner,
            width: 2,
            counters: counters,
            logger: .silent
        )
        waker.attach(indexer)
        try await indexer.start()
        async let running: Void = indexer.run()
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        await indexer.stop(by: .now())
        try? await running
        try result.get()
    }

    private func options(_ waker: Waker) -> TestService.Options {
        var options = TestService.Options()
        options.onFilled = { waker.wake($0.tenant) }
        return options
    }

    /// Returns when the document stands so.
    private func wait(_ client: TestClient, _ id: String, _ state: DocumentState) async throws {
        while try await client.status([id]).documents.first?.state != state { await Task.yield() }
    }

    @Test("what is uploaded is indexed, and found, without anybody's asking")
    func indexes() async throws {
        let waker = Waker()
        try await TestService.run(options(waker)) { test in
            let (client, _) = try await test.client()
            try await client.create()
            try await run(FlakyIndexing(test.store), waker) {
                let reply = try await client.upload([Document(id: "a", title: "tea")])
                #expect(reply.accepted == 1)
                try await wait(client, "a", .indexed)
                #expect(try await client.search("tea").ids == ["a"])
                try await client.delete(["a"])
                try await wait(client, "a", .deleted)
            }
            #expect(counters.values.indexed == 1)
            #expect(counters.values.deleted == 1)
        }
    }

    @Test("a group that fails is tried again until it is done; nothing is lost")
    func retries() async throws {
        let waker = Waker()
        try await TestService.run(options(waker)) { test in
            let (client, _) = try await test.client()
            try await client.create()
            let indexing = FlakyIndexing(test.store, isBroken: true)
            try await run(indexing, waker) {
                try await client.upload([Document(id: "a", title: "tea")])
                for _ in 0..<2 { await indexing.groupEnded() }
                #expect(try await client.status(["a"]).documents.first?.state == .indexing)
                indexing.mend()
                try await wait(client, "a", .indexed)
            }
            #expect(counters.values.failures >= 2)
            #expect(counters.values.indexed == 1)
        }
    }

    @Test("an indexer that starts goes on with what waited before it")
    func restart() async throws {
        let waker = Waker()
        try await TestService.run(options(waker)) { test in
            let (client, _) = try await test.client()
            try await client.create()
            try await client.upload([Document(id: "a", title: "tea")])
            try await run(FlakyIndexing(test.store), waker) {
                try await wait(client, "a", .indexed)
            }
            // Stopped: the next one waits for the next indexer.
            try await client.upload([Document(id: "b", title: "tea")])
            #expect(try await client.status(["b"]).documents.first?.state == .indexing)
            try await run(FlakyIndexing(test.store), waker) {
                try await wait(client, "b", .indexed)
                #expect(Set(try await client.search("tea").ids) == ["a", "b"])
            }
        }
    }

    @Test("many tenants with many groups are all indexed")
    func many() async throws {
        let waker = Waker()
        var options = options(waker)
        options.store = { $0.indexGroup = 7 }
        try await TestService.run(options) { test in
            var clients: [TestClient] = []
            for number in 0..<5 {
                let (client, _) = try await test.client("tenant\(number)")
                try await client.create()
                clients.append(client)
            }
            try await run(FlakyIndexing(test.store), waker) {
                for client in clients {
                    try await client.upload((0..<50).map { Document(id: "d\($0)", title: "tea") })
                }
                for client in clients {
                    while try await client.status([]).collections.first?.counts.indexed != 50 {
                        await Task.yield()
                    }
                    #expect(try await client.search("tea").reply.total.value == 50)
                }
            }
            #expect(counters.values.groups > 5)
        }
    }

    @Test("a document that cannot be indexed fails with a reason and hides; a newer one mends it")
    func failed() async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await client.upload([Document(id: "bad", title: "tea")])
            try await test.index(tenant)
            _ = try await client.search("tea")
            try await client.upload([
                Document(id: "bad", title: "tea"), Document(id: "good", title: "tea"),
            ])
            let file = try ConnectionHandle(
                path: test.store.shared.path(of: tenant),
                creates: false,
                vfs: nil
            )
            try file.execute("UPDATE contents SET attributes = x'0102' WHERE number = 1")
            try await test.index(tenant)
            let status = try #require(try await client.status(["bad"]).documents.first)
            #expect(status.state == .failed)
            #expect(!status.error.isEmpty)
            let found = try await client.search("tea", meta: { $0.maxStaleMilliseconds = 60_000 })
            #expect(found.ids == ["good"])
            try await client.upload([Document(id: "bad", title: "mended tea")])
            try await test.index(tenant)
            let mended = try await client.status(["bad"]).documents.first
            #expect(mended?.state == .indexed && mended?.error.isEmpty == true)
            #expect(Set(try await client.search("tea").ids) == ["bad", "good"])
        }
    }
}
