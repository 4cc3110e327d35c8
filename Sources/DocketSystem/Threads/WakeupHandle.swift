internal import CDocketSystem
internal import Glibc

/// Owns an eventfd by which another thread ends a wait of this one.
package final class WakeupHandle: Sendable {
    package let descriptor: Int32

    /// nil when the process has no descriptor left.
    package init?() {
        descriptor = docket_wakeup()
        guard descriptor >= 0 else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    package func signal() {
        var one: UInt64 = 1
        // Possible failure: EAGAIN, when it is signalled already.
        _ = unsafe write(descriptor, &one, 8)
    }

    /// Waits until it is signalled, `socket` can be read, or written where `writes` says so, or
    /// `deadline` has passed; a minute at most.
    package func wait(
        orOn socket: Int32? = nil,
        writes: Bool = false,
        until deadline: MonotonicTime
    ) {
        var entries = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        if let socket {
            let events = Int16(POLLIN) | (writes ? Int16(POLLOUT) : 0)
            entries.append(pollfd(fd: socket, events: events, revents: 0))
        }
        let rest = deadline.nanoseconds(since: .now())
        // Rounded up, or the last millisecond would be spent in turns of no length.
        let milliseconds = rest == 0 ? 0 : Int32(clamping: min(rest / 1_000_000 + 1, 60_000))
        _ = unsafe poll(&entries, nfds_t(entries.count), milliseconds)
    }

    /// Forgets signals from before.
    package func clear() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }
}
