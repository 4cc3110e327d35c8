import DocketCore
import DocketRuntime
import DocketSystem
import DocketTelemetry
import DocketTestKit
import Testing

@testable import DocketRedis

@Suite("Replies shared by Redis", .needs(.redis), .timeLimit(.minutes(5)))
struct RedisCacheTests {
    private func key(_ text: String) -> SharedReplyKey {
        let bytes = Array(text.utf8)
        return SharedReplyKey(bytes + [UInt8](repeating: 0, count: max(0, 32 - bytes.count)))
    }

    /// A cache at `server`, which answers unless it is said to be refused.
    private func run(
        _ server: RedisServer,
        user: String? = nil,
        password: String? = nil,
        database: Int = 0,
        opens: Bool = true,
        isPatient: Bool = true,
        _ body: (TestCache) async throws -> Void
    ) async throws {
        let test = try await TestCache(
            server,
            user: user,
            password: password,
            database: database,
            isPatient: isPatient
        )
        if opens { try await test.log.wait(for: "the shared cache answers") }
        let result: Result<Void, any Error>
        do { result = .success(try await body(test)) } catch { result = .failure(error) }
        await test.cache.stop(by: .now())
        try result.get()
    }

    @Test("it says that it answers once lookups are taken")
    func opening() async throws {
        try await run(Engines.shared.redis()) { test in
            let metrics = try #require(test.log.metrics(at: "the shared cache answers"))
            #expect(metrics.contains("docket_shared_cache_state 2"))
        }
    }

    @Test("what is stored is found by another server, many at once and in their order")
    func sharing() async throws {
        let server = try await Engines.shared.redis()
        try await run(server) { first in
            try await run(server) { second in
                let keys = (0..<200).map { key("sharing \($0)") }
                for (number, key) in keys.enumerated() where number % 2 == 0 {
                    first.cache.store(SharedReply([UInt8(number)]), under: key)
                }
                // On one connection, so behind the stores; a batch of stores may outlast a lookup.
                var found = await first.cache.lookup(keys, work: WorkLimit())
                while found[198] == nil {
                    found = await first.cache.lookup(keys, work: WorkLimit())
                }
                let others = await second.cache.lookup(keys, work: WorkLimit())
                #expect(others == found)
                for number in keys.indices {
                    let stored = number % 2 == 0 ? SharedReply([UInt8(number)]) : nil
                    #expect(others[number] == stored)
                }
            }
        }
        let life = try await server.run("PTTL", "docket:reply:" + key("sharing 0").hexadecimal)
        let milliseconds = try #require(life.first.flatMap(Int.init))
        #expect((1...300_000).contains(milliseconds))
    }

    @Test("lookups that come together share few answers")
    func batches() async throws {
        try await run(Engines.shared.redis()) { test in
            let asked = test.batches
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<500 {
                    group.addTask {
                        _ = await test.cache.lookup(
                            [key("batch \(number)")],
                            work: WorkLimit()
                        )
                    }
                }
            }
            #expect(test.batches - asked < 250)
        }
    }

    @Test("a key of another type, a refused command and values of others are misses")
    func refusals() async throws {
        let server = try await Engines.shared.redis()
        let odd = key("odd")
        try await server.run("LPUSH", "docket:reply:" + odd.hexadecimal, "one")
        try await run(server) { test in
            #expect(await test.cache.lookup([odd], work: WorkLimit()) == [nil])
        }
        let file = "docketless"
        try await server.run("ACL", "SETUSER", file, "on", ">secret", "~docket:*", "+ping", "+auth")
        try await run(server, user: file, password: "secret") { test in
            #expect(await test.cache.lookup([odd], work: WorkLimit()) == [nil])
            try await test.log.wait(for: "the shared cache refuses a command")
        }
    }

    @Test("the least privileges of docs/OPERATIONS.md suffice, in another database")
    func privileges() async throws {
        let server = try await Engines.shared.redis()
        try await server.run(
            "ACL",
            "SETUSER",
            "docket",
            "on",
            ">secret",
            "resetkeys",
            "~docket:reply:*",
            "-@all",
            "+ping",
            "+select",
            "+mget",
            "+set"
        )
        try await run(server, user: "docket", password: "secret", database: 3) { test in
            try await test.roundTrip(key("least"))
        }
        #expect(try await server.run("EXISTS", "docket:reply:" + key("least").hexadecimal) == ["0"])
    }

    @Test("a wrong password is said once, and everything is a miss")
    func wrongPassword() async throws {
        let server = try await Engines.shared.redis()
        try await run(server, password: "wrong", opens: false) { test in
            try await test.log.wait(for: "the shared cache is away")
            #expect(test.log.line(with: "the shared cache is away")?.contains("WRONGPASS") == true)
            test.cache.store(SharedReply([1]), under: key("wrong"))
            #expect(await test.cache.lookup([key("wrong")], work: WorkLimit()) == [nil])
        }
        try await run(server, password: "", opens: false) { test in
            try await test.log.wait(for: "the shared cache is away")
            #expect(test.log.line(with: "the shared cache is away")?.contains("NOAUTH") == true)
        }
    }

    @Test("frozen, it costs lookups their time until the breaker opens; thawed, it serves again")
    func frozen() async throws {
        let server = try await Engines().redis()
        try await run(server, isPatient: false) { test in
            try await test.roundTrip(key("kept"))
            try await server.engine.freeze()
            // Five that are late in a row open it, or the connection is given up before.
            for _ in 0..<5 {
                #expect(await test.cache.lookup([key("kept")], work: WorkLimit()) == [nil])
            }
            // Hardly a lookup reaches the connection now.
            let asked = test.batches
            for _ in 0..<1000 {
                #expect(await test.cache.lookup([key("kept")], work: WorkLimit()) == [nil])
            }
            #expect(test.batches <= asked + 1)
            try await server.engine.thaw()
            try await test.found(key("kept"))
        }
        try await server.engine.stop()
    }

    @Test("killed, it is away at once; started again, it is used again")
    func killed() async throws {
        let server = try await Engines().redis()
        try await run(server) { test in
            try await test.roundTrip(key("gone"))
            try await server.engine.crash()
            try await test.log.wait(for: "the shared cache is away")
            #expect(await test.cache.lookup([key("gone")], work: WorkLimit()) == [nil])
            try await server.engine.start()
            try await test.roundTrip(key("again"))
            #expect(await test.cache.lookup([key("gone")], work: WorkLimit()) == [nil])
        }
        try await server.engine.stop()
    }

    @Test("what Redis evicts, or has no room for, is a miss")
    func eviction() async throws {
        let server = try await Engines().redis(settings: ["maxmemory=3mb"])
        try await run(server) { test in
            let large = SharedReply([UInt8](repeating: 1, count: 900_000))
            for number in 0..<20 {
                test.cache.store(large, under: key("large \(number)"))
                _ = await test.cache.lookup([key("small")], work: WorkLimit())
            }
            try await test.log.wait(for: "the shared cache refuses a command")
            #expect(test.log.line(with: "refuses a command")?.contains("OOM") == true)
            try await server.run("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
            try await test.roundTrip(key("small"))
        }
        try await server.engine.stop()
    }

    @Test("closed while lookups wait, it tells all of them")
    func closing() async throws {
        let test = try await TestCache(Engines.shared.redis())
        try await test.log.wait(for: "the shared cache answers")
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    _ = await test.cache.lookup([key("closing \(number)")], work: WorkLimit())
                }
            }
            group.addTask { test.cache.close() }
        }
        #expect(await test.cache.lookup([key("closing 1")], work: WorkLimit()) == [nil])
    }
}
