package import DocketSystem

/// Keeps calls from a peer that does not answer, so that those who wait learn it at once.
///
/// Closed, it lets all calls through and counts them over the last seconds; once too many have
/// failed or were slow, it opens. Open, it lets none through for a time that doubles with each
/// opening in a row. Then a few at once try the peer: enough good answers in a row close it, one
/// failure opens it again. Time comes from the caller.
package struct CircuitBreaker: Sendable {
    package struct Configuration: Sendable {
        /// Calls are counted in buckets of a second: so many of them.
        package var windowSeconds = 10
        /// Calls in the window below which it never opens by shares.
        package var callsMinimum = 20
        /// Share of failures that opens it, in percent.
        package var failurePercent = 50
        /// What counts as slow.
        package var slow = Duration.seconds(1)
        /// Share of slow calls that opens it, in percent.
        package var slowPercent = 80
        /// Failures in a row that open it, however few calls there were.
        package var failuresInRow = 5
        /// Open for between half of this and this, at first.
        package var openBase = Duration.seconds(1)
        package var openCap = Duration.seconds(15)
        /// Calls that try the peer at once.
        package var trialsAtOnce = 3
        /// Good answers in a row that close it.
        package var trialsToClose = 5
        /// A trial that has not ended after this time no longer takes a place.
        package var trialTime = Duration.seconds(5)

        package init() {}
    }

    /// A call that was let through.
    package struct Permit: Sendable {
        fileprivate let epoch: UInt64
        fileprivate let began: MonotonicTime
    }

    package enum Admission: Sendable {
        case allowed(Permit)
        case refused(retryAfter: Duration)
    }

    package enum Outcome: Sendable {
        /// The peer has answered, if only that the request was wrong.
        case answered
        /// It has not, or not with anything that can be an answer.
        case failed
        /// The caller gave up: nothing was learned.
        case abandoned
    }

    /// What the end of a call has changed.
    package enum Change: Sendable {
        case opened
        /// A trial has failed.
        case reopened
        case closed
    }

    /// Calls that ended in one second.
    private struct Bucket {
        var second: UInt64
        var calls = 0
        var failed = 0
        var slow = 0
    }

    private enum State {
        case closed([Bucket], failuresInRow: Int)
        case open(until: MonotonicTime)
        case trying(began: [MonotonicTime], answers: Int)
    }

    private let configuration: Configuration
    private var state = State.closed([], failuresInRow: 0)
    private var backoff: Backoff
    /// Rises with each change of the state: calls let through before it say nothing of it.
    private var epoch: UInt64 = 0

    package init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        backoff = Backoff(
            base: configuration.openBase,
            cap: configuration.openCap,
            jitter: .equal
        )
    }

    package var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    /// Whether a call may go to the peer at `now`; each that may is to be ended.
    package mutating func admit(at now: MonotonicTime) -> Admission {
        switch state {
        case .closed: return .allowed(Permit(epoch: epoch, began: now))
        case .open(let until):
            guard now >= until else { return .refused(retryAfter: until - now) }
            change(to: .trying(began: [now], answers: 0))
            return .allowed(Permit(epoch: epoch, began: now))
        case .trying(var began, let answers):
            began.removeAll { now >= $0 + configuration.trialTime }
            guard began.count < configuration.trialsAtOnce else {
                return .refused(retryAfter: configuration.openBase)
            }
            state = .trying(began: began + [now], answers: answers)
            return .allowed(Permit(epoch: epoch, began: now))
        }
    }

    /// A call has ended at `now`; nil when that changes nothing.
    package mutating func ended(
        _ permit: Permit,
        _ outcome: Outcome,
        at now: MonotonicTime,
        using generator: inout some RandomNumberGenerator
    ) -> Change? {
        guard permit.epoch == epoch else { return nil }
        switch state {
        case .closed(let buckets, let inRow):
            guard outcome != .abandoned else { return nil }
            guard !count(outcome, now - permit.began, buckets, inRow, at: now) else { return nil }
            open(at: now, using: &generator)
            return .opened
        case .open: return nil
        case .trying(var began, let answers):
            if let place = began.firstIndex(of: permit.began) { began.remove(at: place) }
            switch outcome {
            case .abandoned: state = .trying(began: began, answers: answers)
            case .failed:
                open(at: now, using: &generator)
                return .reopened
            case .answered where answers + 1 < configuration.trialsToClose:
                state = .trying(began: began, answers: answers + 1)
            case .answered:
                backoff.reset()
                change(to: .closed([], failuresInRow: 0))
                return .closed
            }
            return nil
        }
    }

    /// As ``ended(_:_:at:using:)``, by the system's random numbers.
    package mutating func ended(
        _ permit: Permit,
        _ outcome: Outcome,
        at now: MonotonicTime
    ) -> Change? {
        var generator = SystemRandomNumberGenerator()
        return ended(permit, outcome, at: now, using: &generator)
    }

    /// Counts a call of the closed state, which holds on; false when it was one too many.
    private mutating func count(
        _ outcome: Outcome,
        _ took: Duration,
        _ counted: [Bucket],
        _ inRow: Int,
        at now: MonotonicTime
    ) -> Bool {
        let second = now.nanoseconds / 1_000_000_000
        let hasFailed = outcome == .failed
        let inRow = hasFailed ? inRow + 1 : 0
        var buckets = counted.filter { $0.second + UInt64(configuration.windowSeconds) > second }
        if buckets.last?.second != second { buckets.append(Bucket(second: second)) }
        buckets[buckets.count - 1].calls += 1
        if hasFailed { buckets[buckets.count - 1].failed += 1 }
        if took >= configuration.slow { buckets[buckets.count - 1].slow += 1 }
        state = .closed(buckets, failuresInRow: inRow)
        return inRow < configuration.failuresInRow && !isOverShare(buckets)
    }

    private func isOverShare(_ buckets: [Bucket]) -> Bool {
        let calls = buckets.reduce(0) { $0 + $1.calls }
        guard calls >= configuration.callsMinimum else { return false }
        let failed = buckets.reduce(0) { $0 + $1.failed }
        let slow = buckets.reduce(0) { $0 + $1.slow }
        return 100 * failed >= configuration.failurePercent * calls
            || 100 * slow >= configuration.slowPercent * calls
    }

    private mutating func open(
        at now: MonotonicTime,
        using generator: inout some RandomNumberGenerator
    ) {
        change(to: .open(until: now + backoff.next(using: &generator)))
    }

    private mutating func change(to next: State) {
        epoch += 1
        state = next
    }
}
