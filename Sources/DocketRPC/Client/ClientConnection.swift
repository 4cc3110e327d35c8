package import DocketRuntime
package import DocketSystem
package import DocketWire

/// A client's connection, greeted and ready for calls.
package struct ClientConnection: Sendable {
    /// What the server announced.
    package let server: HelloAck
    let connection: Connection

    /// Connects, and waits for the answer to HELLO, until the deadline.
    ///
    /// Throws ``CallFailure``: `unavailable`, `deadlineExceeded`, `unauthenticated`.
    package static func connect(
        to endpoint: Endpoint,
        hello: Hello,
        on loop: EventLoop,
        using connector: Connector,
        compressor: FrameCompressor,
        tls: (context: TLSContext, serverName: String)?,
        configuration: ConnectionConfiguration,
        by deadline: MonotonicTime
    ) async throws -> ClientConnection {
        let socket: ConnectedSocket
        do {
            socket = try await connector.connect(to: endpoint, on: loop, by: deadline)
        } catch let error as CancellationError {
            throw error
        } catch {
            let reason = error is DeadlineExceeded ? "no answer in time" : "\(error)"
            throw CallFailure(
                .unavailable,
                "no connection to \(endpoint): \(reason)",
                notProcessed: true
            )
        }
        return try await greet(
            on: socket,
            hello: hello,
            on: loop,
            compressor: compressor,
            tls: tls,
            configuration: configuration,
            by: deadline
        )
    }

    /// Greets the server at the other end of `socket`.
    package static func greet(
        on socket: ConnectedSocket,
        hello: Hello,
        on loop: EventLoop,
        compressor: FrameCompressor,
        tls: (context: TLSContext, serverName: String)?,
        configuration: ConnectionConfiguration,
        by deadline: MonotonicTime
    ) async throws -> ClientConnection {
        let starter = ConnectionStarter(loop: loop)
        let connection = try await starter.start(
            socket,
            hello: hello,
            compressor: compressor,
            tls: tls,
            configuration: configuration
        )
        do {
            return ClientConnection(
                server: try await connection.greeting.value(by: deadline),
                connection: connection
            )
        } catch {
            await connection.lose("not greeted")
            if error is DeadlineExceeded {
                throw CallFailure(
                    .unavailable,
                    "the server did not greet in time",
                    notProcessed: true
                )
            }
            throw error
        }
    }

    /// Whether new calls may be made.
    package var isUsable: Bool {
        get async { await connection.isUsable }
    }

    /// Calls under way.
    package var callCount: Int {
        get async { await connection.callCount }
    }

    /// Opens a call; its request follows with `send`.
    ///
    /// - Throws: ``CallFailure`` `unavailable`, not processed, when the connection takes no more.
    package func open(
        _ meta: CallMeta,
        priority: Priority = .interactive,
        deadline: MonotonicTime = .distantFuture
    ) async throws -> ClientCall {
        let stream = try await connection.openCall(meta, priority: priority, deadline: deadline)
        return ClientCall(stream: stream, connection: connection)
    }

    /// One message each way; cancelling the task cancels the call on the server.
    package func call(
        _ meta: CallMeta,
        _ body: [UInt8],
        priority: Priority = .interactive,
        deadline: MonotonicTime = .distantFuture
    ) async throws -> (body: [UInt8], meta: ReplyMeta) {
        let call = try await open(meta, priority: priority, deadline: deadline)
        return try await withTaskCancellationHandler {
            do {
                try await call.send(body, isLast: true)
                guard let reply = try await call.receive() else {
                    throw CallFailure(.internalError, "the reply has no message")
                }
                guard try await call.receive() == nil else {
                    throw CallFailure(.internalError, "the reply has two messages")
                }
                let meta = await call.replyMeta ?? ReplyMeta()
                await call.close()
                return (reply, meta)
            } catch {
                await call.cancel()
                throw error
            }
        } onCancel: {
            call.cancelSoon()
        }
    }

    /// Ends the connection; calls under way fail as `unavailable`.
    package func close() async { await connection.lose("closed") }
}

/// One call as its caller sees it, who ends it with `close` or `cancel`.
package struct ClientCall: Sendable {
    let stream: UInt32
    let connection: Connection

    /// Sends a message; returns when the connection has taken all of it.
    package func send(_ message: [UInt8], isLast: Bool) async throws {
        try await connection.send(message, on: stream, ending: isLast ? ReplyMeta() : nil)
    }

    /// Ends the request without another message.
    package func finishSending() async throws {
        try await connection.send(nil, on: stream, ending: ReplyMeta())
    }

    /// The next message of the reply, nil after the last; throws the status of a call that failed.
    package func receive() async throws -> [UInt8]? { try await connection.receive(on: stream) }

    /// What came with the end of the reply.
    package var replyMeta: ReplyMeta? {
        get async { await connection.replyMeta(of: stream) }
    }

    /// Gives the call up.
    package func cancel() async { await connection.cancelCall(stream) }

    /// Gives the call up from code that cannot wait.
    package func cancelSoon() {
        connection.loop.execute { connection.assumeIsolated { $0.cancelCall(stream) } }
    }

    /// The call is done: forgets it, or gives it up when it is not over.
    package func close() async { await connection.cancelCall(stream) }
}

/// Makes a connection on its loop.
private actor ConnectionStarter {
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(loop: EventLoop) { self.loop = loop }

    func start(
        _ socket: ConnectedSocket,
        hello: Hello,
        compressor: FrameCompressor,
        tls: (context: TLSContext, serverName: String)?,
        configuration: ConnectionConfiguration
    ) throws -> Connection {
        let bytes: any ByteStream
        if let tls {
            bytes = try tls.context.makeStream(on: socket, serverName: tls.serverName)
        } else {
            bytes = SocketStream(socket)
        }
        let connection = Connection(
            on: loop,
            bytes,
            side: .client(hello),
            compressor: compressor,
            configuration: configuration
        )
        try connection.assumeIsolated { try $0.start() }
        return connection
    }
}
