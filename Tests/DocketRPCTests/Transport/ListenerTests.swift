internal import DocketRPC
internal import DocketRuntime
internal import DocketSystem
internal import Glibc
internal import Synchronization
internal import Testing

@Suite("Listener and connector", .timeLimit(.minutes(5)))
struct ListenerTests {
    /// Echoes what comes, until the peer ends.
    private final class Echo {
        private let stream: any ByteStream
        private var watch: Watch?
        private var isReady = false
        private var received = ReceiveBuffer(capacity: 4_096)
        private var unsent = SendBuffer(limit: 1 << 20)

        init(_ stream: any ByteStream) { self.stream = stream }

        func start(on loop: EventLoop) {
            watch = try? loop.watch(stream.descriptor) { _ in self.step() }
            step()
        }

        private func step() {
            if !isReady {
                switch stream.handshake() {
                case .moved: isReady = true
                case .wouldBlock: break
                case .ended, .failed: return close()
                }
            }
            var progress = StreamProgress.wouldBlock
            while isReady {
                progress = stream.read(into: &received)
                guard case .moved = progress else { break }
                unsent.append(received.unread)
                received.consume(received.count)
            }
            if !unsent.isEmpty { _ = stream.write(from: &unsent) }
            if progress == .ended { return close() }
            watch?.setInterest(stream.wants)
        }

        private func close() {
            watch?.close()
            watch = nil
            stream.close()
        }
    }

    private struct Network: Sendable {
        let loops: EventLoopGroup
        let resolver: NameResolver
        let connector: Connector
    }

    private func withNetwork(_ body: @Sendable (Network) async throws -> Void) async throws {
        let loops = try EventLoopGroup(count: 2)
        try loops.start()
        let resolver = try NameResolver()
        defer {
            resolver.shutdown()
            loops.stop()
            loops.join()
        }
        let connector = Connector(resolver: resolver)
        try await body(Network(loops: loops, resolver: resolver, connector: connector))
    }

    private let soon = Duration.seconds(30)

    @Test(
        "takes connections on a free port of each family, and deals them round",
        arguments: ["127.0.0.1", "::1"]
    )
    func accept(host: String) async throws {
        try await withNetwork { network in
            let dealt = Mutex<[ObjectIdentifier]>([])
            let listener = try await Listener.listen(
                at: Endpoint(host: host, port: 0),
                on: network.loops,
                resolver: network.resolver
            ) { socket, loop in
                #expect(loop.isCurrent)
                #expect(socket.peer.isLoopback)
                dealt.withLock { $0.append(ObjectIdentifier(loop)) }
                socket.close()
            }
            try await listener.start()
            #expect(listener.address.port != 0)
            #expect(listener.address.host == host)
            let endpoint = Endpoint(host: host, port: listener.address.port)
            for count in 1...4 {
                let socket = try await network.connector.connect(
                    to: endpoint,
                    on: network.loops.loops[0],
                    by: .now() + soon
                )
                #expect(socket.peer.port == endpoint.port)
                while dealt.withLock({ $0.count }) < count { await Task.yield() }
            }
            #expect(Set(dealt.withLock { $0 }).count == 2)
            await listener.close()
            await listener.close()
            await #expect(throws: StreamFailure.system(code: ECONNREFUSED)) {
                _ = try await network.connector.connect(
                    to: endpoint,
                    on: network.loops.next(),
                    by: .now() + soon
                )
            }
        }
    }

    @Test("echoes through event loops, plain and in TLS", arguments: [false, true])
    func echo(isSecure: Bool) async throws {
        let certificates = try TestCertificates()
        let identity = try certificates.make("server")
        let context = isSecure ? try TLSContext(.server(identity: identity)) : nil
        try await withNetwork { network in
            let listener = try await Listener.listen(
                at: Endpoint(host: "localhost", port: 0),
                on: network.loops,
                resolver: network.resolver
            ) { socket, loop in
                let stream: (any ByteStream)? =
                    if let context { try? context.makeStream(on: socket) } else {
                        SocketStream(socket)
                    }
                if let stream { Echo(stream).start(on: loop) }
            }
            try await listener.start()
            let endpoint = Endpoint(host: listener.address.host, port: listener.address.port)
            let socket = try await network.connector.connect(
                to: endpoint,
                on: network.loops.next(),
                by: .now() + soon
            )
            let client: any ByteStream =
                if isSecure {
                    try TLSContext(.client(authorities: identity.certificateFile))
                        .makeStream(on: socket, serverName: "localhost")
                } else { SocketStream(socket) }
            while client.handshake() == .wouldBlock { await Task.yield() }
            var unsent = SendBuffer(limit: .max)
            let sent = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            unsent.append(sent)
            var received: [UInt8] = []
            let end = MonotonicTime.now() + soon
            while received.count < sent.count, .now() < end {
                if !unsent.isEmpty { _ = client.write(from: &unsent) }
                received += client.readAll().bytes
                await Task.yield()
            }
            #expect(received == sent)
            client.close()
            await listener.close()
        }
    }

    @Test("leaves the port alone for a while when descriptors run out, and goes on")
    func outOfDescriptors() async throws {
        try await withNetwork { network in
            let calls = Atomic<Int>(0)
            let accepted = OneShot<Void>()
            let listener = try await Listener.listen(
                at: Endpoint(host: "127.0.0.1", port: 0),
                on: network.loops,
                resolver: network.resolver,
                take: { (descriptor) throws(StreamFailure) in
                    let (call, _) = calls.add(1, ordering: .relaxed)
                    if call < 3 { throw .system(code: EMFILE) }
                    return try Listener.takeFromSystem(descriptor)
                },
                accept: { _, _ in accepted.succeed(()) }
            )
            try await listener.start()
            let endpoint = Endpoint(host: "127.0.0.1", port: listener.address.port)
            let socket = try await network.connector.connect(
                to: endpoint,
                on: network.loops.next(),
                by: .now() + soon
            )
            try await accepted.value()
            // Three failures, the connection, and the end of its burst: no spinning in between.
            #expect((4...6).contains(calls.load(ordering: .relaxed)))
            socket.close()
            await listener.close()
        }
    }

    @Test("refuses a port that is taken")
    func portTaken() async throws {
        try await withNetwork { network in
            let first = try await Listener.listen(
                at: Endpoint(host: "127.0.0.1", port: 0),
                on: network.loops,
                resolver: network.resolver
            ) { _, _ in }
            await #expect(throws: StreamFailure.system(code: EADDRINUSE)) {
                _ = try await Listener.listen(
                    at: Endpoint(host: "127.0.0.1", port: first.address.port),
                    on: network.loops,
                    resolver: network.resolver
                ) { _, _ in }
            }
            await first.close()
        }
    }

    @Test("says which name has no address")
    func unknownName() async throws {
        try await withNetwork { network in
            let endpoint = Endpoint(host: "no-such-host.invalid", port: 1)
            await #expect(throws: (any Error).self) {
                _ = try await network.connector.connect(
                    to: endpoint,
                    on: network.loops.next(),
                    by: .now() + .seconds(5)
                )
            }
        }
    }

    @Test("refuses clients of another protocol or of an older TLS")
    func otherProtocols() async throws {
        let certificates = try TestCertificates()
        let identity = try certificates.make("server")
        let context = try TLSContext(.server(identity: identity))
        try await withNetwork { network in
            let listener = try await Listener.listen(
                at: Endpoint(host: "127.0.0.1", port: 0),
                on: network.loops,
                resolver: network.resolver
            ) { socket, loop in
                if let stream = try? context.makeStream(on: socket) { Echo(stream).start(on: loop) }
            }
            try await listener.start()
            let connect = ["s_client", "-connect", "127.0.0.1:\(listener.address.port)"]
            let accepted = try await run(connect + ["-alpn", "docket/1"])
            #expect(accepted.contains("ALPN protocol: docket/1"))
            for refused in [["-alpn", "h2"], ["-alpn", "docket/1", "-tls1_2"]] {
                await #expect(throws: CommandFailed.self) { try await run(connect + refused) }
            }
            await listener.close()
        }
    }

    /// Runs the blocking command away from the tasks of other tests.
    private func run(_ arguments: [String]) async throws -> String {
        let executor = try ThreadExecutor(name: "openssl")
        defer { executor.shutdown() }
        return try await Task(executorPreference: executor) { try openssl(arguments) }.value
    }
}
