/// The receiving half of flow control for one stream or the connection: what the peer may still
/// send, and what has been used up here and not been granted again.
///
/// Counts raw bytes as `FrameHeader.creditCost` does, so memory is bounded whatever the
/// compression.
package struct CreditWindow: Hashable, Sendable {
    /// What the peer starts with.
    package let size: Int
    /// What the peer may still send.
    package private(set) var left: Int
    private var returned = 0

    package init(size: Int) {
        self.size = size
        left = size
    }

    /// A frame of this cost arrived; `false` when the peer had no credit for it.
    package mutating func receive(_ cost: Int) -> Bool {
        left -= cost
        return left >= 0
    }

    /// Bytes are no longer held here; returns what to grant the peer now, mostly nothing.
    ///
    /// Grants are collected to 64 KiB or a quarter of the window, whichever is less: so they cost
    /// few frames, and little is missing where other streams hold most of the connection's window.
    package mutating func release(_ cost: Int) -> Int {
        returned += cost
        guard returned >= min(size / 4, 64 << 10) else { return 0 }
        defer { returned = 0 }
        left += returned
        return returned
    }
}

/// Counts events in a window of time: more than `maximum` in 30 s is abuse.
package struct AbuseCounter: Hashable, Sendable {
    private static let windowNanoseconds: UInt64 = 30_000_000_000
    package let maximum: Int
    private var count = 0
    private var began: UInt64 = 0

    package init(maximum: Int) { self.maximum = maximum }

    /// Counts one event at `now` (nanoseconds); `true` when it is one too many.
    package mutating func count(at now: UInt64) -> Bool {
        if now &- began > Self.windowNanoseconds {
            began = now
            count = 0
        }
        count += 1
        return maximum > 0 && count > maximum
    }
}
