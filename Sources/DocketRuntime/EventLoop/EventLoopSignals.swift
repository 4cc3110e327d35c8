internal import CDocketUV
internal import DocketSystem

/// A signal to the process that Docket answers.
package enum Signal: Sendable, CaseIterable {
    /// SIGTERM: end in order.
    case terminate
    /// SIGINT: end in order.
    case interrupt
    /// SIGHUP: read certificates and settings again.
    case reload

    fileprivate var number: Int32 {
        switch self {
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .reload: SIGHUP
        }
    }

    /// From now on a write to a closed pipe or socket fails instead of ending the process.
    package static func ignoreBrokenPipes() { docket_ignore_broken_pipes() }
}

extension EventLoop {
    /// Signals that may wait for a slow reader; of more, the newest are kept.
    private static let pendingSignals = 8

    /// The `signals` that come from now on; their default action no longer happens.
    ///
    /// Returns once they are caught. The stream ends with the loop.
    package func signals(
        _ signals: [Signal] = Signal.allCases
    ) async throws -> AsyncStream<Signal> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Signal.self,
            bufferingPolicy: .bufferingNewest(Self.pendingSignals)
        )
        let caught = OneShot<Void>()
        execute { [self] in
            caught.settle(Result { for signal in signals { try watch(signal, continuation) } })
        }
        try await caught.value()
        return stream
    }

    private func watch(
        _ signal: Signal,
        _ continuation: AsyncStream<Signal>.Continuation
    ) throws(EventLoopError) {
        guard let pointer = try unsafe handle?.makeSignal() else { return }
        let watch = unsafe SignalWatch(
            takingOwnershipOf: pointer,
            of: signal,
            on: self,
            continuation
        )
        keepUntilClosed(watch)
        try watch.start()
    }
}

/// One signal that an event loop waits for; stays until `close()`.
@safe final class SignalWatch {
    private let handle: UnsafeMutablePointer<uv_signal_t>
    private let loop: EventLoop
    private let signal: Signal
    private let continuation: AsyncStream<Signal>.Continuation

    fileprivate init(
        takingOwnershipOf handle: UnsafeMutablePointer<uv_signal_t>,
        of signal: Signal,
        on loop: EventLoop,
        _ continuation: AsyncStream<Signal>.Continuation
    ) {
        unsafe self.handle = unsafe handle
        self.loop = loop
        self.signal = signal
        self.continuation = continuation
        unsafe handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    fileprivate func start() throws(EventLoopError) {
        let status = unsafe uv_signal_start(
            handle,
            { handle, _ in
                guard let data = unsafe handle?.pointee.data else { return }
                let watch = unsafe Unmanaged<SignalWatch>.fromOpaque(data).takeUnretainedValue()
                watch.loop.turn { watch.continuation.yield(watch.signal) }
            },
            signal.number
        )
        try EventLoopError.check(status)
    }

    func close() {
        continuation.finish()
        unsafe handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { handle in
            unsafe uv_close(handle) { handle in
                guard let handle = unsafe handle else { return }
                unsafe Unmanaged<SignalWatch>.fromOpaque(handle.pointee.data).release()
                unsafe UnsafeMutableRawPointer(handle).deallocate()
            }
        }
    }
}
