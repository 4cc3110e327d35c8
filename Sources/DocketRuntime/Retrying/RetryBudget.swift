/// Bounds how much retries add to the load of a failing peer: the token bucket of gRPC's A6.
///
/// A failed attempt takes one token, a successful one gives `ratio` back; retries are allowed while
/// more than half of the tokens are there. A retry that is not allowed is given up, not queued.
package struct RetryBudget: Sendable {
    package let maximum: Double
    package let ratio: Double
    package private(set) var tokens: Double

    package init(maximum: Double = 10, ratio: Double = 0.1) {
        self.maximum = max(1, maximum)
        self.ratio = max(0, ratio)
        tokens = self.maximum
    }

    package var allowsRetry: Bool { tokens > maximum / 2 }

    package mutating func recordSuccess() { tokens = min(maximum, tokens + ratio) }

    package mutating func recordFailure() { tokens = max(0, tokens - 1) }
}
