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

    /// Forgets signals from before.
    package func clear() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }
}
