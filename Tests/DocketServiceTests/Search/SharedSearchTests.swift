import DocketCore
import DocketMessages
import DocketRedis
import DocketRuntime
import DocketSystem
import DocketTelemetry
import DocketTestKit
import DocketWire
import Synchronization
import Testing

@testable import DocketService

@Suite("Searches of servers that share replies", .timeLimit(.minutes(5)))
struct SharedSearchTests {
    /// A server that has answered "tea" by its engine.
    private struct First {
        let server: TestService
        let client: TestClient
        let tenant: TenantID
        let key: APIKey
        let found: Found
    }

    private func run(
        _ cache: any SharedReplyCache,
        _ body: (First) async throws -> Void
    ) async throws {
        var options = TestService.Options()
        options.share(through: cache, GatedSearch())
        try await TestService.run(options) { test in
            let tenant = try await test.tenant("acme")
            let key = try await test.key(tenant)
            let client = try await test.connect(key)
            try await client.create()
            try await client.upload([
                Document(id: "a", title: "tea"), Document(id: "b", title: "tea"),
                Document(id: "c", title: "coffee"),
            ])
            try await test.index(tenant)
            let found = try await client.search("tea")
            #expect(found.meta.origin.source == .engine && found.ids.count == 2)
            try await body(
                First(server: test, client: client, tenant: tenant, key: key, found: found)
            )
        }
    }

    /// A second server of the same truth.
    private func beside(
        _ first: First,
        _ cache: any SharedReplyCache,
        logger: Logger = .silent,
        _ body: (TestService, GatedSearch) async throws -> Void
    ) async throws {
        let search = GatedSearch()
        var options = TestService.Options()
        options.share(through: cache, search)
        options.logger = logger
        try await first.server.withAnother(options) { try await body($0, search) }
    }

    @Test("the second one answers from what the first one found, and then from its own memory")
    func secondServer() async throws {
        let cache = MemorySharedCache()
        try await run(cache) { first in
            try await beside(first, cache) { second, search in
                let client = try await second.connect(first.key)
                let shared = try await client.search("tea")
                #expect(shared.reply == first.found.reply)
                #expect(shared.meta.origin.source == .l2)
                let asOf = shared.meta.origin.asOfMicroseconds
                #expect(asOf == first.found.meta.origin.asOfMicroseconds)
                #expect(try await client.search("tea").meta.origin.source == .l1)
                // Of the same meaning, in other bytes.
                #expect(try await client.search("  TEA ").meta.origin.source == .l1)
                #expect(search.count == 0)
                #expect(second.service.searcher.shared?.counts.hits.value == 1)
            }
        }
    }

    @Test("who asks for the engine gets it, and no cache is looked into")
    func bypass() async throws {
        let cache = MemorySharedCache()
        try await run(cache) { first in
            try await beside(first, cache) { second, search in
                let client = try await second.connect(first.key)
                let asked = cache.lookups
                let found = try await client.search("tea", meta: { $0.bypassCache = true })
                #expect(found.meta.origin.source == .engine && search.count == 1)
                #expect(cache.lookups == asked)
            }
        }
    }

    @Test("what is new in the index is given only to who allows an older reply")
    func freshness() async throws {
        let cache = MemorySharedCache()
        try await run(cache) { first in
            try await first.client.upload([Document(id: "d", title: "tea")])
            try await first.server.index(first.tenant)
            try await beside(first, cache) { second, search in
                let other = try await second.connect(first.key)
                let lenient = try await other.search(
                    "tea",
                    meta: {
                        $0.maxStaleMilliseconds = 600_000
                    }
                )
                #expect(lenient.reply == first.found.reply && lenient.meta.origin.source == .l2)
                #expect(search.count == 0)
                let strict = try await other.search("tea")
                #expect(strict.ids.count == 3 && strict.meta.origin.source == .engine)
                #expect(search.count == 1)
            }
        }
    }

    @Test("a deleted document is in no shared reply, whatever its age may be")
    func deleted() async throws {
        let cache = MemorySharedCache()
        try await run(cache) { first in
            try await first.client.delete(["a"])
            try await beside(first, cache) { second, _ in
                let other = try await second.connect(first.key)
                let found = try await other.search(
                    "tea",
                    meta: {
                        $0.maxStaleMilliseconds = 600_000
                    }
                )
                #expect(found.ids == ["b"] && found.meta.origin.source == .engine)
            }
        }
    }

    @Test("a value moved under the key of another search is a miss and an alarm")
    func moved() async throws {
        let cache = MemorySharedCache()
        try await run(cache) { first in
            let tea = try #require(cache.keys.first)
            _ = try await first.client.search("coffee")
            let coffee = try #require(cache.keys.subtracting([tea]).first)
            cache.store(try #require(cache.reply(tea)), under: coffee)
            let log = AlarmLog()
            try await beside(first, cache, logger: Logger(log)) { second, search in
                let other = try await second.connect(first.key)
                let found = try await other.search("coffee")
                #expect(found.ids == ["c"] && found.meta.origin.source == .engine)
                #expect(search.count == 1)
                #expect(second.service.searcher.shared?.counts.foreign.value == 1)
                #expect(log.errors == ["the shared cache gave a reply of another request"])
            }
        }
    }

    @Test("a damaged value is a miss")
    func damaged() async throws {
        let cache = MemorySharedCache()
        try await run(cache) { first in
            let tea = try #require(cache.keys.first)
            var bytes = try #require(cache.reply(tea)).bytes
            bytes[bytes.count / 2] ^= 1
            cache.store(SharedReply(bytes), under: tea)
            try await beside(first, cache) { second, search in
                let other = try await second.connect(first.key)
                let again = try await other.search("tea")
                #expect(again.reply == first.found.reply && again.meta.origin.source == .engine)
                #expect(search.count == 1)
                #expect(second.service.searcher.shared?.counts.damaged.value == 1)
            }
        }
    }

    @Test("the same holds with Redis; frozen, it fails no search", .needs(.redis))
    func redis() async throws {
        let server = try await Engines().redis()
        let folder = try TestFolder()
        var configuration = try RedisConfiguration(
            url: "redis://\(server.engine.host):\(server.engine.port)",
            passwordFile: folder.write(server.password, to: "password")
        )
        // Longer than any answer takes on a busy machine, and as long as the frozen one delays.
        configuration.callLimit = .seconds(5)
        configuration.silenceLimit = .seconds(5)
        let cache = try RedisCache(configuration, registry: MetricsRegistry(), logger: .silent)
        try await cache.start()
        // Stored behind each lookup; there once it is found.
        let probe = SharedReplyKey([UInt8](repeating: 1, count: 32))
        while await cache.lookup([probe], work: WorkLimit()) == [nil] {
            cache.store(SharedReply([1]), under: probe)
        }
        try await run(cache) { first in
            while try await server.run("DBSIZE") != ["2"] { await Task.yield() }
            try await beside(first, cache) { second, search in
                let client = try await second.connect(first.key)
                let shared = try await client.search("tea")
                #expect(shared.reply == first.found.reply && shared.meta.origin.source == .l2)
                try await server.engine.freeze()
                for number in 0..<20 {
                    let other = try await client.search("coffee \(number)")
                    #expect(other.meta.origin.source == .engine)
                }
                #expect(search.count == 20)
                try await server.engine.thaw()
            }
        }
        await cache.stop(by: .now())
        try await server.engine.stop()
    }
}

/// The messages of errors.
private final class AlarmLog: LogSink {
    private let messages = Mutex<[String]>([])

    var errors: [String] { messages.withLock { $0 } }

    func accept(_ record: LogRecord) {
        if record.level == .error { messages.withLock { $0.append(record.message) } }
    }
}
