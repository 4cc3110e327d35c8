/// A rate with a burst: `rate` tokens a second flow in, at most `burst` are kept.
package struct TokenBucket: Sendable {
    package let rate: Double
    package let burst: Double
    private var tokens: Double
    private var filledAt: MonotonicTime

    /// A full bucket; `rate` and `burst` are at least a thousandth.
    package init(rate: Double, burst: Double, at now: MonotonicTime) {
        self.rate = max(0.001, rate)
        self.burst = max(0.001, burst)
        tokens = self.burst
        filledAt = now
    }

    /// Takes `count` tokens, or none and says `false`; more than `burst` is never granted.
    package mutating func take(_ count: Double = 1, at now: MonotonicTime) -> Bool {
        fill(at: now)
        guard tokens >= count else { return false }
        tokens -= count
        return true
    }

    /// How long until `count` tokens (at most `burst`) will be there, for "retry after".
    package mutating func wait(for count: Double = 1, at now: MonotonicTime) -> Duration {
        fill(at: now)
        let missing = min(count, burst) - tokens
        return missing > 0 ? .seconds(missing / rate) : .zero
    }

    private mutating func fill(at now: MonotonicTime) {
        guard now > filledAt else { return }
        let seconds = Double(now.nanoseconds - filledAt.nanoseconds) / 1e9
        tokens = min(burst, tokens + seconds * rate)
        filledAt = now
    }
}
