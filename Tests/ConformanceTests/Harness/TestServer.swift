internal import DocketRPC
internal import DocketRuntime
internal import DocketSystem
internal import DocketTelemetry
internal import DocketTestKit
internal import DocketWire
internal import Synchronization

/// What the server of the cases does, by the number of the method.
enum Behaviour: UInt16 {
    /// Every message back as it is.
    case echo = 1
    /// The request is a list of numbers, four bytes each: a message of so many bytes for each.
    case sized
    /// The sum of the sizes of all messages, in eight bytes.
    case sum
    /// Never answers; ends when it is cancelled.
    case hold
    /// The request is a code and a message: fails so.
    case fail
    /// Two messages, then fails.
    case failLate
    /// Ends well without a message.
    case nothing
    /// Ends well before the request is complete.
    case early
    /// Fails with details.
    case detailed
    /// The one message of the request back as it is.
    case only
    /// Takes no notice of being cancelled: ends when the server's gate is opened.
    case stubborn
    /// Takes one message, and is done when the server's gate is opened.
    case single
    /// The same, saying how long the message was, of which it holds four times as much.
    case held
    /// Answered without a handler, in the turn that reads it.
    case atOnce
}

/// A server on a free port, and what became of its handlers.
final class TestServer: Sendable {
    enum Event: Sendable, Equatable {
        case began(Behaviour)
        case sent(Int)
        case cancelled(Behaviour)
        case ended(Behaviour)
        /// So many calls were answered in the turn that began then.
        case answered(Int, turn: MonotonicTime)
    }

    let loops: EventLoopGroup
    let rpc: RPCServer
    let events: AsyncStream<Event>
    let gate = Gate()
    private let resolver: NameResolver

    init(
        _ connections: ServerConnections.Limits = .init(),
        memory: ServerMemory.Limits = .init(),
        _ change: (inout ConnectionConfiguration) -> Void = { _ in }
    ) async throws {
        loops = try EventLoopGroup(count: 2)
        try loops.start()
        resolver = try NameResolver()
        let (events, report) = AsyncStream<Event>.makeStream()
        self.events = events
        var configuration = ConnectionConfiguration()
        change(&configuration)
        rpc = try RPCServer(
            at: Endpoint(host: "127.0.0.1", port: 0),
            on: loops,
            serving: BehaviourServer(report: report, gate: gate),
            tls: nil,
            connections: connections,
            memory: memory,
            configuration: configuration
        )
        try await rpc.start()
    }

    var port: UInt16 { rpc.address?.port ?? 0 }

    /// A greeted client on a connection of its own.
    func connect(
        _ change: (inout ConnectionConfiguration) -> Void = { _ in }
    ) async throws -> ClientConnection {
        var configuration = ConnectionConfiguration()
        change(&configuration)
        var hello = Hello()
        hello.receive = configuration.receive
        return try await ClientConnection.connect(
            to: Endpoint(host: "127.0.0.1", port: port),
            hello: hello,
            on: loops.next(),
            using: Connector(resolver: resolver),
            compressor: try FrameCompressor(),
            tls: nil,
            configuration: configuration,
            by: .now() + .seconds(10)
        )
    }

    /// Waits for the event; others are passed over.
    func expect(_ event: Event) async {
        for await happened in events where happened == event { return }
    }

    func stop() async {
        gate.open()
        await rpc.stop(by: .now())
        resolver.shutdown()
        loops.stop()
        loops.join()
    }
}

/// Runs `body` with a server that is stopped afterwards.
func withTestServer(
    connections: ServerConnections.Limits = .init(),
    memory: ServerMemory.Limits = .init(),
    _ change: (inout ConnectionConfiguration) -> Void = { _ in },
    _ body: (TestServer) async throws -> Void
) async throws {
    let server = try await TestServer(connections, memory: memory, change)
    do { try await body(server) } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}

/// The status code that `body` ends with, `ok` when it throws nothing.
func status(_ body: () async throws -> Void) async -> StatusCode {
    do {
        try await body()
        return .ok
    } catch {
        return (error as? CallFailure)?.status.code ?? .unknown
    }
}

extension CallMeta {
    init(_ behaviour: Behaviour, timeoutMilliseconds: UInt32 = 0) {
        self.init(method: behaviour.rawValue)
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}

/// Numbers as the methods take them.
func encoded(_ numbers: UInt32...) -> [UInt8] {
    var writer = ByteWriter()
    for number in numbers { writer.append(number) }
    return writer.bytes
}
