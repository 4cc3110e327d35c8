import DocketCore
import DocketRuntime
import DocketSystem
import DocketTelemetry
import DocketTestKit

@testable import DocketRedis

/// One cache under test, with what it logs and counts.
struct TestCache: Sendable {
    let cache: RedisCache
    let log: LineLog
    private let registry = MetricsRegistry()
    private let folder: TestFolder

    /// Started; it connects by itself.
    ///
    /// A patient one waits for answers however slow the machine is.
    init(
        _ server: RedisServer,
        user: String? = nil,
        password: String? = nil,
        database: Int = 0,
        isPatient: Bool = true
    ) async throws {
        log = LineLog { [registry] in registry.text() }
        folder = try TestFolder()
        let file = try folder.write((password ?? server.password) + "\n", to: "password")
        let address = "\(server.engine.host):\(server.engine.port)"
        var configuration = try RedisConfiguration(
            url: "redis://" + (user.map { $0 + "@" } ?? "") + "\(address)/\(database)",
            passwordFile: password == "" ? nil : file
        )
        if isPatient {
            configuration.callLimit = .seconds(60)
            configuration.silenceLimit = .seconds(60)
        }
        cache = try RedisCache(configuration, registry: registry, logger: Logger(log))
        try await cache.start()
    }

    /// How often Redis was asked.
    var batches: Int {
        let line = registry.text().split(separator: "\n")
            .first { $0.hasPrefix("docket_shared_cache_batch_count_count ") }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    /// Stores under `key`, and returns once it is found there.
    func roundTrip(_ key: SharedReplyKey) async throws {
        let reply = SharedReply([1, 2, 3])
        while true {
            cache.store(reply, under: key)
            if await cache.lookup([key], work: WorkLimit()) == [reply] { return }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Returns once something is found under `key`.
    func found(_ key: SharedReplyKey) async throws {
        while await cache.lookup([key], work: WorkLimit()) == [nil] {
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

extension SharedReplyKey {
    var hexadecimal: String { Hexadecimal.text(bytes) }
}
