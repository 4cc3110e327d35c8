internal import DocketRuntime
package import DocketWire
internal import Synchronization

/// What a connection announces and keeps.
package struct ConnectionConfiguration: Sendable {
    package var receive = ReceiveLimits()
    package var limits = ConnectionLimits()
    package var service = ServiceLimits()
    package var serverID = ""
    /// Time for TLS and the greeting together.
    package var greetingLimit = Duration.seconds(5)
    /// Time in which a frame that has begun must be whole.
    package var frameLimit = Duration.seconds(10)
    /// Whether bodies are compressed when the peer reads zstd.
    package var compresses = true
    /// Client: a ping goes out when nothing was read for so long; twice as long ends the
    /// connection.
    package var keepalive = Duration.seconds(30)
    package var metrics: RPCMetrics
    /// Client: hears of the connection's end, on its loop, before the calls that it ends.
    package var observer: (@Sendable (ConnectionEvent) -> Void)?
    /// Server: hears how each connection ended, on its loop.
    package var ended: (@Sendable (ConnectionEnd) -> Void)?

    package init(metrics: RPCMetrics = RPCMetrics()) { self.metrics = metrics }
}

/// What a client's connection tells beside its calls.
package enum ConnectionEvent: Sendable {
    /// The server takes no new calls here; those that run go on.
    case goingAway(retryAfter: Duration?)
    /// The connection is gone; sent once, last.
    case lost(CallFailure)
}

/// How a connection of a server ended.
package struct ConnectionEnd: Sendable {
    package let peer: PeerAddress
    /// One sentence without bytes of the peer.
    package let reason: String
    /// Whether the peer broke a rule or a limit, rather than went away or was asked to.
    package let isFault: Bool
    package let lasted: Duration
}

/// Which role a connection plays, and what that role needs.
enum ConnectionSide {
    case server(any CallServer, ServerConnections, ServerMemory)
    case client(Hello)

    var role: ConnectionRole {
        if case .server = self { .server } else { .client }
    }
}

/// Counts over all connections; written on the loops, read for the metrics.
package final class RPCMetrics: Sendable {
    private let readsCount = Atomic<Int>(0)
    private let bytesRead = Atomic<Int>(0)
    private let bytesWritten = Atomic<Int>(0)
    private let callsCount = Atomic<Int>(0)
    private let atOnceCount = Atomic<Int>(0)
    private let acceptedCount = Atomic<Int>(0)
    private let refusedCount = Atomic<Int>(0)
    private let parts = Mutex<[RPCMetrics]>([])

    package init() {}

    /// Counts that are part of these: for each loop its own, since memory that two cores write to
    /// in turn is slow.
    func part() -> RPCMetrics {
        let part = RPCMetrics()
        parts.withLock { $0.append(part) }
        return part
    }

    /// What was counted since the start.
    package struct Values: Sendable {
        package var reads = 0
        package var bytesRead = 0
        package var bytesWritten = 0
        package var calls = 0
        package var answeredAtOnce = 0
        package var accepted = 0
        package var refused = 0

        fileprivate mutating func add(_ more: Values) {
            reads += more.reads
            bytesRead += more.bytesRead
            bytesWritten += more.bytesWritten
            calls += more.calls
            answeredAtOnce += more.answeredAtOnce
            accepted += more.accepted
            refused += more.refused
        }
    }

    package var values: Values {
        parts.withLock { $0 }.reduce(into: own) { $0.add($1.values) }
    }

    private var own: Values {
        Values(
            reads: readsCount.load(ordering: .relaxed),
            bytesRead: bytesRead.load(ordering: .relaxed),
            bytesWritten: bytesWritten.load(ordering: .relaxed),
            calls: callsCount.load(ordering: .relaxed),
            answeredAtOnce: atOnceCount.load(ordering: .relaxed),
            accepted: acceptedCount.load(ordering: .relaxed),
            refused: refusedCount.load(ordering: .relaxed)
        )
    }

    func read(_ bytes: Int) {
        readsCount.add(1, ordering: .relaxed)
        bytesRead.add(bytes, ordering: .relaxed)
    }

    /// What a turn read, and answered of it.
    func took(_ bytes: Int, answered: Int) {
        read(bytes)
        if answered > 0 { answeredAtOnce(answered) }
    }

    func wrote(_ bytes: Int) { bytesWritten.add(bytes, ordering: .relaxed) }

    func called() { callsCount.add(1, ordering: .relaxed) }

    func answeredAtOnce(_ count: Int) {
        callsCount.add(count, ordering: .relaxed)
        atOnceCount.add(count, ordering: .relaxed)
    }

    func accepted() { acceptedCount.add(1, ordering: .relaxed) }

    func refused() { refusedCount.add(1, ordering: .relaxed) }
}
