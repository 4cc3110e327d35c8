internal import CDocketUV

/// What a descriptor is ready for, or is waited for.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: Int32
    @inlinable package init(rawValue: Int32) { self.rawValue = rawValue }
    package static let readable = Readiness(rawValue: 1)
    package static let writable = Readiness(rawValue: 2)
    /// The descriptor is in error (reading it tells which); only ever reported.
    package static let failed = Readiness(rawValue: 1 << 16)

    /// As the protocols have them, by one comparison instead of three calls.
    @inlinable package func contains(_ member: Readiness) -> Bool {
        rawValue & member.rawValue == member.rawValue
    }

    @inlinable package static func == (left: Readiness, right: Readiness) -> Bool {
        left.rawValue == right.rawValue
    }
}

/// A descriptor that an event loop watches; belongs to the loop's thread.
///
/// Stays, and keeps what its closure captures, until `close()`. The descriptor remains its owner's,
/// who closes the watch first.
@safe package final class Watch {
    private let handle: UnsafeMutablePointer<uv_poll_t>
    private let loop: EventLoop
    private var onReady: ((Readiness) -> Void)?
    private var interest: Readiness = []

    fileprivate init(
        takingOwnershipOf handle: UnsafeMutablePointer<uv_poll_t>,
        on loop: EventLoop,
        _ onReady: @escaping (Readiness) -> Void
    ) {
        unsafe self.handle = unsafe handle
        self.loop = loop
        self.onReady = onReady
        unsafe handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    /// Waits for `wanted` from now on; nothing is reported before the first call.
    package func setInterest(_ wanted: Readiness) {
        assert(loop.isCurrent)
        guard wanted != interest, onReady != nil else { return }
        interest = wanted
        guard !wanted.isEmpty else {
            unsafe uv_poll_stop(handle)
            return
        }
        unsafe uv_poll_start(handle, wanted.rawValue) { handle, status, events in
            guard let data = unsafe handle?.pointee.data else { return }
            let watch = unsafe Unmanaged<Watch>.fromOpaque(data).takeUnretainedValue()
            watch.report(status < 0 ? .failed : Readiness(rawValue: events))
        }
    }

    /// Ends the watch; its closure is never called again; a second call does nothing.
    package func close() {
        assert(loop.isCurrent)
        guard onReady != nil else { return }
        onReady = nil
        unsafe handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) { handle in
            unsafe uv_close(handle) { handle in
                guard let handle = unsafe handle else { return }
                unsafe Unmanaged<Watch>.fromOpaque(handle.pointee.data).release()
                unsafe UnsafeMutableRawPointer(handle).deallocate()
            }
        }
    }

    private func report(_ readiness: Readiness) {
        loop.turn { onReady?(readiness) }
    }
}

extension EventLoop {
    /// Watches `descriptor` and calls `onReady` in a turn of its own whenever it is ready.
    ///
    /// Fails for what cannot be polled, such as a file, and for what is watched already.
    package func watch(
        _ descriptor: Int32,
        _ onReady: @escaping (Readiness) -> Void
    ) throws(EventLoopError) -> Watch {
        assert(isCurrent)
        guard let poll = try unsafe handle?.makePoll(descriptor) else {
            throw EventLoopError(code: UV_ECANCELED.rawValue)
        }
        return unsafe Watch(takingOwnershipOf: poll, on: self, onReady)
    }
}
