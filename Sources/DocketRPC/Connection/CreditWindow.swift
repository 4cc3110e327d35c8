/// The receiving half of flow control for one stream or the connection: what the peer may still
/// send, and what has been used up here and not been granted again.
///
/// Counts raw bytes as `FrameHeader.creditCost` does, so memory is bounded whatever the
/// compression.
package struct CreditWindow: Hashable, Sendable {
    /// What the peer starts with.
    package let size: Int
    /// What the peer may send at any time, however much is held here; at most `size`.
    package let reserve: Int
    /// What the peer may still send.
    package private(set) var left: Int
    private var returned = 0
    /// Granted to keep the reserve, for bytes that are still held.
    private var lent = 0

    package init(size: Int, reserve: Int = 0) {
        self.size = size
        self.reserve = min(size, reserve)
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
        let repaid = min(lent, cost)
        lent -= repaid
        returned += cost - repaid
        guard returned >= grantMinimum else { return 0 }
        defer { returned = 0 }
        left += returned
        return returned
    }

    /// Returns what to grant the peer now so that the reserve stays open, mostly nothing.
    package mutating func keepReserve() -> Int {
        guard left < reserve else { return 0 }
        // Some more than is missing, or each frame that follows would cost a grant.
        let grant = min(size, reserve + grantMinimum) - left
        let due = min(grant, returned)
        returned -= due
        lent += grant - due
        left += grant
        return grant
    }

    private var grantMinimum: Int { min(size / 4, 64 << 10) }
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
