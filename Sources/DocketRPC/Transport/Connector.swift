package import DocketRuntime
package import DocketSystem

/// Makes TCP connections.
package struct Connector: Sendable {
    /// No address gets less than this, however many share the time.
    private static let shareMinimum = Duration.milliseconds(250)

    private let resolver: NameResolver

    package init(resolver: NameResolver) { self.resolver = resolver }

    /// Connects to the first address of `endpoint` that answers, watched by `loop` meanwhile.
    ///
    /// The time until `deadline` is shared out among the addresses.
    ///
    /// - Throws: `ResolutionError`, `DeadlineExceeded`, or the `StreamFailure` of the last address.
    package func connect(
        to endpoint: Endpoint,
        on loop: EventLoop,
        by deadline: MonotonicTime
    ) async throws -> ConnectedSocket {
        let addresses = try await resolver.addresses(of: endpoint, by: deadline)
        let attempt = ConnectAttempt(on: loop)
        var failure: any Error = ResolutionError(endpoint: endpoint, reason: "no address")
        for (index, address) in addresses.enumerated() {
            let remaining = deadline - .now()
            guard remaining > .zero else { throw DeadlineExceeded() }
            let share = max(Self.shareMinimum, remaining / (addresses.count - index))
            do {
                return try await attempt.connect(to: address, by: min(deadline, .now() + share))
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                failure = error
            }
        }
        throw failure
    }
}

/// Waits on an event loop until a connection is established.
private actor ConnectAttempt {
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(on loop: EventLoop) { self.loop = loop }

    func connect(
        to address: SocketAddress,
        by deadline: MonotonicTime
    ) async throws -> ConnectedSocket {
        let descriptor = try SocketHandle.make(for: address)
        // Closes the descriptor whenever this is left without it.
        let socket = ConnectedSocket(takingOwnershipOf: descriptor, peer: address.peer)
        switch SocketHandle.connect(descriptor, to: address) {
        case .failed(let failure): throw failure
        case .moved, .ended: return socket
        case .wouldBlock: break
        }
        let isReady = OneShot<Void>()
        let watch = try loop.watch(descriptor) { _ in isReady.succeed(()) }
        let limit = loop.schedule(at: deadline) { isReady.fail(DeadlineExceeded()) }
        defer {
            watch.close()
            loop.cancel(limit)
        }
        watch.setInterest(.writable)
        try await isReady.value()
        let code = SocketHandle.takeError(descriptor)
        guard code == 0 else { throw StreamFailure.system(code: code) }
        return socket
    }
}
