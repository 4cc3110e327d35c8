package import DocketRuntime
package import DocketSystem
internal import DocketWire
internal import Synchronization

/// Listens, and serves calls on the connections that come.
package final class RPCServer: Service {
    package let name = "rpc"
    private let endpoint: Endpoint
    private let loops: EventLoopGroup
    private let server: any CallServer
    private let tls: TLSContext?
    private let configuration: ConnectionConfiguration
    private let compressors: [ObjectIdentifier: FrameCompressor]
    private let metrics: [ObjectIdentifier: RPCMetrics]
    private let resolver: NameResolver
    private let listener = Mutex<Listener?>(nil)
    package let connections: ServerConnections
    package let memory: ServerMemory

    /// A server that listens once it runs.
    ///
    /// The caller starts `loops` before this service and stops them after it; `tls` is nil for
    /// plain TCP. Throws when there is no thread for a resolver or no memory for zstd.
    package init(
        at endpoint: Endpoint,
        on loops: EventLoopGroup,
        serving server: any CallServer,
        tls: TLSContext?,
        connections: ServerConnections.Limits = .init(),
        memory: ServerMemory.Limits = .init(),
        configuration: ConnectionConfiguration
    ) throws {
        self.endpoint = endpoint
        self.loops = loops
        self.server = server
        self.tls = tls
        var announced = configuration
        announced.limits.incompleteBytesMaximum = UInt32(clamping: memory.received.owner)
        self.configuration = announced
        self.connections = ServerConnections(connections)
        self.memory = ServerMemory(memory)
        resolver = try NameResolver()
        var compressors: [ObjectIdentifier: FrameCompressor] = [:]
        var metrics: [ObjectIdentifier: RPCMetrics] = [:]
        for loop in loops.loops {
            compressors[ObjectIdentifier(loop)] = try FrameCompressor()
            metrics[ObjectIdentifier(loop)] = configuration.metrics.part()
        }
        self.compressors = compressors
        self.metrics = metrics
    }

    /// Where it listens, once it has started.
    package var address: PeerAddress? { listener.withLock { $0 }?.address }

    package func start() async throws {
        let listener = try await Listener.listen(at: endpoint, on: loops, resolver: resolver) {
            [self] socket, loop in
            take(socket, on: loop)
        }
        self.listener.withLock { $0 = listener }
        try await listener.start()
    }

    /// Takes no more connections, lets calls finish, and cancels them at `deadline`.
    package func stop(by deadline: MonotonicTime) async {
        await listener.withLock { $0 }?.close()
        // What is left when the calls have had their time is for their last words.
        let end = deadline - Self.farewellTime
        for connection in connections.open { await connection.drain(.shutdown, by: end) }
        await waitForConnections(until: end)
        for connection in connections.open { await connection.endGrace() }
        await waitForConnections(until: deadline)
        for connection in connections.open { await connection.lose("the server has stopped") }
        resolver.shutdown()
    }

    private static let farewellTime = Duration.milliseconds(250)

    private func waitForConnections(until deadline: MonotonicTime) async {
        while connections.count > 0, MonotonicTime.now() < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Reads the certificate's files again; false when they have not changed.
    package func reloadCertificate() throws -> Bool { try tls?.reload() ?? false }

    /// Serves a connection that exists already, as the in-process transport makes it.
    package func take(_ socket: ConnectedSocket, on loop: EventLoop) {
        guard let compressor = compressors[ObjectIdentifier(loop)],
            let bytes = try? stream(on: socket)
        else { return socket.close() }
        var configuration = configuration
        if let metrics = metrics[ObjectIdentifier(loop)] { configuration.metrics = metrics }
        let connection = Connection(
            on: loop,
            bytes,
            side: .server(server, connections, memory),
            compressor: compressor,
            configuration: configuration
        )
        let place = connections.opened(connection)
        if let oldest = place.leaving {
            oldest.loop.execute { oldest.assumeIsolated { $0.turnAway() } }
        }
        if place.isTaken { configuration.metrics.accepted() }
        connection.assumeIsolated { connection in
            if !place.isTaken { connection.turnAway() }
            guard connection.frames.machine.phase != .closed else { return }
            do { try connection.start() } catch { connection.lose("cannot be watched") }
        }
    }

    private func stream(on socket: ConnectedSocket) throws -> any ByteStream {
        guard let tls else { return SocketStream(socket) }
        return try tls.makeStream(on: socket)
    }
}
