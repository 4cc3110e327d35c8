internal import DocketCore
internal import DocketTelemetry
internal import Synchronization

/// What happens between this server and RabbitMQ, counted and logged when it changes.
final class BrokerEvents: Sendable {
    private let connections: Counter
    private let fates: [HintFate: Counter]
    private let logger: Logger
    let health: HealthRecord
    /// Whether the log says already that it is away.
    private let isAway = Atomic<Bool>(false)

    /// `address` as people read it.
    init(_ address: String, _ registry: MetricsRegistry, _ logger: Logger) {
        self.logger = logger
        health = HealthRecord("rabbitmq", address: address)
        connections = registry.counter(
            "docket_hint_connections_total",
            help: "Connections to the broker of hints that were made"
        )
        var fates: [HintFate: Counter] = [:]
        for fate in HintFate.allCases {
            fates[fate] = registry.counter(
                "docket_hints_total",
                help: "Hints that documents wait, by what became of them here",
                labels: [("outcome", fate.rawValue)]
            )
        }
        self.fates = fates
    }

    func opened() {
        connections.increment()
        health.set(.up)
        isAway.store(false, ordering: .relaxed)
        logger.info("the broker of hints answers")
    }

    /// The connection ended, or was not made.
    func lost(_ reason: String) {
        health.set(.away, error: reason)
        guard !isAway.exchange(true, ordering: .relaxed) else { return }
        logger.warning(
            "the broker of hints is away, indexers look for documents by themselves",
            ["cause": .string(reason)]
        )
    }

    func blocked(_ isBlocked: Bool) {
        if isBlocked {
            health.set(.blocked, error: "it is short of memory or disk")
            logger.warning("the broker of hints takes none, it is short of memory or disk")
        } else {
            health.set(.up)
            logger.info("the broker of hints takes them again")
        }
    }

    func count(_ fate: HintFate, _ count: Int) { fates[fate]?.add(count) }
}
