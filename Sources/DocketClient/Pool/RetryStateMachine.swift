internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// Whether and when one call is tried again: decisions only.
///
/// A refusal before anything was done (NOT_PROCESSED) is tried again whatever the method, once at
/// once unless something is full, and then after growing delays. What may have been done is tried
/// again only if doing it twice is the same as once, and only while the client's budget of retries
/// allows. `retryAfter` of the server is kept to; a wait that would pass the deadline is not begun.
struct RetryStateMachine: Sendable {
    enum Decision: Equatable, Sendable {
        case retry(after: Duration)
        case giveUp
    }

    /// Most attempts of one call, the first included.
    let attemptsMaximum: Int
    /// Whether doing the call twice is the same as doing it once.
    let isRepeatable: Bool
    let deadline: MonotonicTime
    private(set) var attempt = 0
    private var backoff: Backoff

    init(
        attemptsMaximum: Int,
        isRepeatable: Bool,
        deadline: MonotonicTime,
        backoff: Backoff = Backoff(base: .milliseconds(50), cap: .seconds(5), jitter: .equal)
    ) {
        self.attemptsMaximum = attemptsMaximum
        self.isRepeatable = isRepeatable
        self.deadline = deadline
        self.backoff = backoff
    }

    /// What to do after a failed attempt; `budget` is the client's, shared by all calls.
    mutating func failed(
        _ error: DocketError,
        at now: MonotonicTime,
        budget: inout RetryBudget
    ) -> Decision {
        defer { attempt += 1 }
        guard Self.isTransient(error) else { return .giveUp }
        if !error.isNotProcessed {
            budget.recordFailure()
            guard isRepeatable, budget.allowsRetry else { return .giveUp }
        }
        guard attempt + 1 < attemptsMaximum else { return .giveUp }
        // What is full will be full on another connection, too.
        let isFree =
            error.isNotProcessed && error.code != .resourceExhausted && attempt == 0
            && error.retryAfter == nil
        let delay = isFree ? .zero : max(backoff.next(), error.retryAfter ?? .zero)
        return now + delay < deadline ? .retry(after: delay) : .giveUp
    }

    /// Failures of the moment: of a full quota nothing says that trying again could help.
    private static func isTransient(_ error: DocketError) -> Bool {
        switch error.code {
        case .unavailable: true
        case .resourceExhausted: error.retryAfter != nil || error.isNotProcessed
        case .cancelled, .aborted: error.isNotProcessed
        default: false
        }
    }
}
