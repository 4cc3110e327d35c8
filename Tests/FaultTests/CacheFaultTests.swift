internal import DocketClient
internal import DocketTestKit
internal import Testing

/// Redis and RabbitMQ hurt beside uploads, deletes and searches, which is never felt.
@Suite(
    "Redis and RabbitMQ hurt under load",
    .serialized,
    .needs(.postgres, .elasticsearch, .redis, .rabbitmq),
    .rehearsed,
    .timeLimit(.minutes(20))
)
struct CacheFaultTests {
    /// No other suite's: these are hurt.
    private static let engines = Engines()

    private func run(
        _ name: String,
        begin: (RedisServer) async throws -> Void,
        end: (RedisServer) async throws -> Void
    ) async throws {
        let rehearsal = try await Rehearsal(on: Self.engines)
        let told = try await rehearsal.run(name) {
            try await begin(rehearsal.redis)
        } isFelt: {
            $0.isAnswered
        } end: {
            try await end(rehearsal.redis)
        }
        told.expectUnfelt()
    }

    @Test("Redis killed")
    func killed() async throws {
        try await run("40: Redis killed") {
            try await $0.engine.crash()
        } end: {
            try await $0.engine.start()
        }
    }

    @Test("Redis emptied")
    func emptied() async throws {
        try await run("42: Redis emptied again and again") { redis in
            for _ in 0..<20 {
                try await redis.run("FLUSHALL")
                try await Task.sleep(for: .milliseconds(100))
            }
        } end: { _ in
        }
    }

    @Test("Redis without room")
    func full() async throws {
        try await run("43: Redis without room") { redis in
            try await redis.run("CONFIG", "SET", "maxmemory-policy", "noeviction")
            try await redis.run("CONFIG", "SET", "maxmemory", "1")
        } end: { redis in
            try await redis.run("CONFIG", "SET", "maxmemory", "0")
        }
    }

    @Test("Redis a copy of one that is gone, which takes no writes")
    func readOnly() async throws {
        try await run("45: Redis takes no writes") { redis in
            try await redis.run("REPLICAOF", "127.0.0.1", "1")
        } end: { redis in
            try await redis.run("REPLICAOF", "NO", "ONE")
        }
    }

    @Test("Redis that holds all calls back")
    func paused() async throws {
        try await run("41: Redis holds calls back") { redis in
            try await redis.run("CLIENT", "PAUSE", "60000", "ALL")
        } end: { redis in
            try await redis.run("CLIENT", "UNPAUSE")
        }
    }

    @Test("every value in Redis another one")
    func foreign() async throws {
        let script = """
            for _, key in ipairs(redis.call('KEYS', '*')) do
              if redis.call('TYPE', key).ok == 'string' then redis.call('SET', key, 'garbage') end
            end
            """
        try await run("44: values in Redis that are none of Docket's") { redis in
            try await redis.run("EVAL", script, "0")
        } end: { redis in
            try await redis.run("EVAL", script, "0")
        }
    }

    @Test("RabbitMQ's queue deleted")
    func queueDeleted() async throws {
        let roles = ["api", "indexer"]
        let rehearsal = try await Rehearsal(on: Self.engines, roles: roles, isHinted: true)
        let broker = try #require(rehearsal.rabbitmq)
        let told = try await rehearsal.run("51: RabbitMQ's queue deleted") {
            let names = try await broker.run("-q", "list_queues", "name", "--no-table-headers")
            for name in names where !name.isEmpty { try await broker.run("delete_queue", name) }
        } isFelt: {
            $0.isAnswered
        } end: {
        }
        told.expectUnfelt()
    }

    @Test("the way to RabbitMQ a black hole")
    func blackHole() async throws {
        let rehearsal = try await Rehearsal(
            on: Self.engines,
            roles: ["api", "indexer"],
            isHinted: true,
            through: [.rabbitmq]
        )
        let way = rehearsal.ways(.rabbitmq)[0]
        let told = try await rehearsal.run("52: the way to RabbitMQ a black hole") {
            way.set(.blackHole)
        } isFelt: {
            $0.isAnswered
        } end: {
            way.set(.none)
        }
        told.expectUnfelt()
    }
}
