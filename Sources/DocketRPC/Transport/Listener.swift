package import DocketRuntime
internal import DocketSystem
internal import Glibc

/// Takes connections on one port and deals them round the event loops.
package actor Listener {
    /// Connections that the system may hold for us.
    private static let backlog: Int32 = 1_024
    /// Connections taken in one turn; more wait for the next, after what the loop has else to do.
    private static let acceptsPerTurn = 64
    /// How long to leave the port alone when descriptors or memory ran out.
    private static let pause = Duration.milliseconds(100)
    private static let resolutionLimit = Duration.seconds(10)

    /// What a connection is given to, on the loop that it is to live on.
    package typealias Accept = @Sendable (ConnectedSocket, EventLoop) -> Void
    /// Takes the next connection that waits on a descriptor.
    package typealias Take = @Sendable (Int32) throws(StreamFailure) -> ConnectedSocket

    private nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe loop.asUnownedSerialExecutor()
    }

    /// Where it listens, with the port that was free if port 0 was asked for.
    package nonisolated let address: PeerAddress

    private let descriptor: Int32
    private let loops: EventLoopGroup
    private let take: Take
    private let accept: Accept
    private var watch: Watch?
    private var pauseEnd: DeadlineToken?
    private var isClosed = false

    /// Listens at `endpoint`, whose port may be 0; no connection is taken before `start()`.
    ///
    /// Throws `ResolutionError`, or `StreamFailure` when the address is not to be had. Tests let
    /// `take` fail as the system does when it runs out of descriptors.
    package static func listen(
        at endpoint: Endpoint,
        on loops: EventLoopGroup,
        resolver: NameResolver,
        take: @escaping Take = Listener.takeFromSystem,
        accept: @escaping Accept
    ) async throws -> Listener {
        let addresses = try await resolver.addresses(of: endpoint, by: .now() + resolutionLimit)
        guard let address = addresses.first else {
            throw ResolutionError(endpoint: endpoint, reason: "no address")
        }
        let descriptor = try SocketHandle.listen(at: address, backlog: backlog)
        return Listener(descriptor, address: address.peer, on: loops, take, accept)
    }

    /// The system's own `accept`.
    package static let takeFromSystem: Take = { (descriptor) throws(StreamFailure) in
        try SocketHandle.accept(descriptor)
    }

    private init(
        _ descriptor: Int32,
        address: PeerAddress,
        on loops: EventLoopGroup,
        _ take: @escaping Take,
        _ accept: @escaping Accept
    ) {
        self.descriptor = descriptor
        self.address = SocketHandle.localAddress(of: descriptor) ?? address
        self.loops = loops
        self.take = take
        self.accept = accept
        loop = loops.next()
    }

    /// Takes connections from now on.
    package func start() throws {
        guard watch == nil else { return }
        watch = try loop.watch(descriptor) { _ in self.takeConnections() }
        watch?.setInterest(.readable)
    }

    /// Takes no more and frees the port; once.
    package func close() {
        if let pauseEnd { loop.cancel(pauseEnd) }
        pauseEnd = nil
        watch?.close()
        watch = nil
        if !isClosed { _ = Glibc.close(descriptor) }
        isClosed = true
    }

    private func takeConnections() {
        for _ in 0..<Self.acceptsPerTurn {
            do throws(StreamFailure) {
                deal(try take(descriptor))
            } catch {
                guard handle(error) else { return }
            }
        }
    }

    private func deal(_ socket: ConnectedSocket) {
        let target = loops.next()
        guard target !== loop else { return accept(socket, target) }
        target.execute { [accept] in accept(socket, target) }
    }

    /// Whether more may be taken in this turn.
    private func handle(_ failure: StreamFailure) -> Bool {
        switch failure {
        case .system(EMFILE), .system(ENFILE), .system(ENOBUFS), .system(ENOMEM):
            // The port would stay ready, and the loop would spin on it.
            watch?.setInterest([])
            pauseEnd = loop.schedule(after: Self.pause) { self.resume() }
            return false
        case .system(EAGAIN): return false
        // The connection was gone before it was taken.
        default: return true
        }
    }

    private func resume() {
        pauseEnd = nil
        watch?.setInterest(.readable)
    }
}
