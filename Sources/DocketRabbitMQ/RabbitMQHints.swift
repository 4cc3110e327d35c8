package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry

/// Hints by a queue of RabbitMQ that all servers of one truth share: one connection to send, one to
/// hear, each with a thread of its own.
///
/// They are apart because a broker that is short of memory reads nothing more from a connection
/// that has published, acknowledgements included. While it is away, blocked or slow nobody waits
/// for it.
package final class RabbitMQHints: WorkHints, Service {
    package let name = "hints"
    /// nil in a process that takes no documents.
    private let publisher: BrokerThread<HintPublisher>?
    /// Whether the broker is reached and takes hints.
    package let health: HealthRecord
    /// nil in a process that does not index.
    private let consumer: BrokerThread<HintConsumer>?

    /// Connects once it is started.
    ///
    /// - Parameters:
    ///   - configuration: Where RabbitMQ is.
    ///   - isSending: Whether this process has hints to send.
    ///   - hear: Told of each hint on a thread of this, which it must not block; nil where the
    ///     process does not index.
    ///   - registry: Of the process.
    ///   - logger: Told when the broker comes and goes.
    /// - Throws: ``DocketError`` `resourceExhausted` without a descriptor.
    package init(
        _ configuration: RabbitMQConfiguration,
        isSending: Bool,
        hear: (@Sendable (WorkHint) -> Void)?,
        registry: MetricsRegistry,
        logger: Logger
    ) throws(DocketError) {
        let address = "\(configuration.host):\(configuration.port)"
        let events = BrokerEvents(address, registry, logger)
        health = events.health
        publisher = isSending ? try Self.publisher(configuration, events) : nil
        consumer = if let hear { try Self.consumer(configuration, events, hear) } else { nil }
        registry.observeGauge(
            "docket_hint_connections",
            help: "Connections to the broker of hints that stand"
        ) { [weak self] in Double(self?.connections ?? 0) }
    }

    private static func publisher(
        _ configuration: RabbitMQConfiguration,
        _ events: BrokerEvents
    ) throws(DocketError) -> BrokerThread<HintPublisher> {
        var limits = HintPublisher.Limits()
        limits.silence = configuration.silenceLimit
        return try BrokerThread("hints-send", events) { [limits] in
            BrokerLink(configuration, HintPublisher(limits), prefetch: 0, events, hear: { _ in })
        }
    }

    private static func consumer(
        _ configuration: RabbitMQConfiguration,
        _ events: BrokerEvents,
        _ hear: @escaping @Sendable (WorkHint) -> Void
    ) throws(DocketError) -> BrokerThread<HintConsumer> {
        let prefetch = configuration.prefetch
        return try BrokerThread("hints-hear", events) {
            BrokerLink(configuration, HintConsumer(), prefetch: prefetch, events, hear: hear)
        }
    }

    private var connections: Int {
        (publisher?.isOpen == true ? 1 : 0) + (consumer?.isOpen == true ? 1 : 0)
    }

    /// Returns before RabbitMQ has answered: nothing needs it.
    package func start() async throws {
        try publisher?.start()
        try consumer?.start()
    }

    package func stop(by deadline: MonotonicTime) async { close() }

    /// Ends the threads, if there are any.
    package func close() {
        publisher?.close()
        consumer?.close()
    }

    package func send(_ hint: WorkHint) { publisher?.send(hint) }
}
