internal import DocketSystem

/// Delays between attempts that double from `base` to `cap`, each drawn at random.
///
/// Full jitter spreads the retries of transient errors widest; equal jitter never falls below half
/// the delay, which is what an overloaded peer needs.
package struct Backoff: Sendable {
    package enum Jitter: Sendable {
        /// Between zero and the delay.
        case full
        /// Between half the delay and the delay.
        case equal
    }

    package let base: Duration
    package let cap: Duration
    package let jitter: Jitter
    private var attempts = 0

    package init(base: Duration, cap: Duration, jitter: Jitter) {
        self.base = max(.nanoseconds(1), base)
        self.cap = max(self.base, cap)
        self.jitter = jitter
    }

    /// The delay before the next attempt.
    package mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let longest = delay.wholeNanoseconds
        if delay < cap { attempts += 1 }
        let shortest = jitter == .full ? 0 : longest / 2
        return .nanoseconds(Int64.random(in: shortest...longest, using: &generator))
    }

    /// The delay before the next attempt, by the system's random numbers.
    package mutating func next() -> Duration {
        var generator = SystemRandomNumberGenerator()
        return next(using: &generator)
    }

    /// After a success: the next delay is the first one again.
    package mutating func reset() { attempts = 0 }

    /// The delay before jitter; the exponent stops at the cap, so nothing overflows.
    private var delay: Duration {
        let factor = Int64(1) << min(attempts, 62)
        let (nanoseconds, overflow) = base.wholeNanoseconds.multipliedReportingOverflow(by: factor)
        return overflow ? cap : min(cap, .nanoseconds(nanoseconds))
    }
}
