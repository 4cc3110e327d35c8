import DocketCore
import DocketSystem
import DocketTelemetry
import DocketTestKit

@testable import DocketRabbitMQ

/// One server's hints under test, with what they log, count and hear.
struct TestHints: Sendable {
    let hints: RabbitMQHints
    let log: LineLog
    let heard = HeardHints()
    let configuration: RabbitMQConfiguration
    private let registry = MetricsRegistry()
    private let folder: TestFolder

    /// Started; it connects by itself.
    init(
        _ server: RabbitMQServer,
        queue: String,
        isSending: Bool = false,
        isHearing: Bool = false,
        password: String? = nil,
        adjust: (inout RabbitMQConfiguration) -> Void = { _ in }
    ) async throws {
        log = LineLog { [registry] in registry.text() }
        folder = try TestFolder()
        var configuration = try RabbitMQConfiguration(
            url: "amqp://docket@\(server.engine.host):\(server.engine.port)",
            passwordFile: try folder.write(password ?? server.password, to: "password")
        )
        configuration.queue = queue
        configuration.retryBase = .milliseconds(10)
        configuration.retryCap = .milliseconds(100)
        // Tests wait for what a broker on a busy machine does.
        configuration.silenceLimit = .seconds(60)
        adjust(&configuration)
        self.configuration = configuration
        hints = try RabbitMQHints(
            configuration,
            isSending: isSending,
            hear: isHearing ? { @Sendable [heard] (hint: WorkHint) in heard.add(hint) } : nil,
            registry: registry,
            logger: Logger(log)
        )
        try await hints.start()
    }

    func count(_ fate: HintFate) -> Int {
        let name = "docket_hints_total{outcome=\"\(fate.rawValue)\"} "
        let line = registry.text().split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    /// Sends the hint until the other has heard it: what is sent while the broker is away is
    /// dropped.
    func send(_ hint: WorkHint, to other: TestHints) async throws {
        let sending = Task {
            while !Task.isCancelled {
                hints.send(hint)
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        defer { sending.cancel() }
        try await other.heard.wait(for: hint)
    }

    /// Sends hints until one has met this fate.
    func send(_ hint: WorkHint, until fate: HintFate) async throws {
        while count(fate) == 0 {
            hints.send(hint)
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
