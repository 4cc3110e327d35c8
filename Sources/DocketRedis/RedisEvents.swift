internal import DocketCore
internal import DocketTelemetry
internal import Synchronization

/// What happens between this server and Redis, counted and, at most a line a second, logged.
final class RedisEvents: Sendable {
    private let connections: Counter
    private let batches: Histogram
    private let droppedStores: Counter
    private let refusals: Counter
    private let lateLookups: Counter
    private let openings: Counter
    private let logger: Logger
    let health: HealthRecord
    private let refusalRate = LogRate(maximum: 1)
    /// Whether the log says already that it is away.
    private let isAway = Atomic<Bool>(false)

    /// `address` as people read it.
    init(_ address: String, _ registry: MetricsRegistry, _ logger: Logger) {
        self.logger = logger
        health = HealthRecord("redis", address: address)
        connections = registry.counter(
            "docket_shared_cache_connections_total",
            help: "Connections to the shared cache that were made"
        )
        batches = registry.histogram(
            "docket_shared_cache_batch_count",
            help: "Keys that were asked for at once",
            unit: .count
        )
        droppedStores = registry.counter(
            "docket_shared_cache_dropped_total",
            help: "Replies that were not shared, because the shared cache did not keep up"
        )
        refusals = registry.counter(
            "docket_shared_cache_refusals_total",
            help: "Commands that the shared cache refused"
        )
        lateLookups = registry.counter(
            "docket_shared_cache_late_total",
            help: "Lookups that were not answered in time"
        )
        openings = registry.counter(
            "docket_shared_cache_breaker_openings_total",
            help: "Times that searches stopped asking the shared cache"
        )
    }

    func opened() {
        connections.increment()
        health.set(.up)
        isAway.store(false, ordering: .relaxed)
        logger.info("the shared cache answers")
    }

    /// The connection ended, or was not made.
    func lost(_ reason: String) {
        health.set(.away, error: reason)
        guard !isAway.exchange(true, ordering: .relaxed) else { return }
        logger.warning(
            "the shared cache is away, searches go on without it",
            ["cause": .string(reason)]
        )
    }

    func asked(_ keys: Int) { batches.record(UInt64(keys)) }

    func dropped() { droppedStores.increment() }

    func late() { lateLookups.increment() }

    func refused(_ text: String) {
        refusals.increment()
        guard let leftOut = refusalRate.next() else { return }
        logger.warning(
            "the shared cache refuses a command",
            ["cause": .string(text), "left_out": .number(leftOut)]
        )
    }

    func breakerOpened() {
        openings.increment()
        health.set(.open, error: "too slow")
        logger.warning("searches no longer ask the shared cache")
    }

    func breakerClosed() {
        health.set(.up)
        logger.info("searches ask the shared cache again")
    }
}
