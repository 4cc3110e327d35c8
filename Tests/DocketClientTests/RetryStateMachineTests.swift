import DocketCore
import DocketRuntime
import DocketSystem
import Testing

@testable import DocketClient

@Suite("Retry state machine", .timeLimit(.minutes(5)))
struct RetryStateMachineTests {
    private let start = MonotonicTime(nanoseconds: 1_000_000_000)

    private func decision(
        _ error: DocketError,
        isRepeatable: Bool,
        afterFailures failures: Int = 0,
        deadline: Duration = .seconds(60),
        tokens: Int = 10
    ) -> RetryStateMachine.Decision {
        var budget = RetryBudget(maximum: 10)
        for _ in 0..<(10 - tokens) { budget.recordFailure() }
        var retry = RetryStateMachine(
            attemptsMaximum: 4,
            isRepeatable: isRepeatable,
            deadline: start + deadline
        )
        for _ in 0..<failures {
            var unlimited = RetryBudget(maximum: 1000)
            _ = retry.failed(error, at: start, budget: &unlimited)
        }
        return retry.failed(error, at: start, budget: &budget)
    }

    private func isRetry(_ decision: RetryStateMachine.Decision) -> Bool { decision != .giveUp }

    @Test(
        "tries again only what is of the moment and safe",
        arguments: [
            // code, not processed, retry after, repeatable, tried again
            (DocketError.Code.unavailable, true, nil, false, true),
            (.unavailable, false, nil, true, true),
            (.unavailable, false, nil, false, false),
            (.resourceExhausted, true, Duration.seconds(1), false, true),
            (.resourceExhausted, false, .seconds(1), true, true),
            (.resourceExhausted, false, .seconds(1), false, false),
            (.resourceExhausted, true, nil, false, true),
            (.resourceExhausted, false, nil, true, false),
            (.cancelled, true, nil, false, true),
            (.cancelled, false, nil, true, false),
            (.aborted, true, nil, false, true),
            (.invalidArgument, true, nil, true, false),
            (.unauthenticated, true, nil, true, false),
            (.permissionDenied, true, nil, true, false),
            (.notFound, false, nil, true, false),
            (.deadlineExceeded, true, nil, true, false),
            (.internalError, false, nil, true, false),
            (.unimplemented, true, nil, true, false),
        ] as [(DocketError.Code, Bool, Duration?, Bool, Bool)]
    )
    func table(
        code: DocketError.Code,
        isNotProcessed: Bool,
        retryAfter: Duration?,
        isRepeatable: Bool,
        isTriedAgain: Bool
    ) {
        let error = DocketError(
            code,
            "",
            retryAfter: retryAfter,
            isNotProcessed: isNotProcessed
        )
        #expect(isRetry(decision(error, isRepeatable: isRepeatable)) == isTriedAgain)
    }

    @Test("tries again at once the first time that nothing was done, later with a delay")
    func firstIsFree() {
        let error = DocketError(.unavailable, "", isNotProcessed: true)
        #expect(decision(error, isRepeatable: false) == .retry(after: .zero))
        guard
            case .retry(let delay) = decision(error, isRepeatable: false, afterFailures: 1)
        else {
            Issue.record("gave up")
            return
        }
        #expect(delay >= .milliseconds(25))
    }

    @Test("waits the first time, too, where something is full")
    func fullIsNotFree() {
        let error = DocketError(.resourceExhausted, "", isNotProcessed: true)
        guard case .retry(let delay) = decision(error, isRepeatable: false) else {
            Issue.record("gave up")
            return
        }
        #expect(delay >= .milliseconds(25))
    }

    @Test("waits as long as the server says, even the first time")
    func retryAfter() {
        let error = DocketError(.unavailable, "", retryAfter: .seconds(7), isNotProcessed: true)
        #expect(decision(error, isRepeatable: false) == .retry(after: .seconds(7)))
    }

    @Test("does not begin a wait that would pass the deadline")
    func deadline() {
        let error = DocketError(.unavailable, "", retryAfter: .seconds(7), isNotProcessed: true)
        #expect(decision(error, isRepeatable: true, deadline: .seconds(7)) == .giveUp)
        #expect(
            decision(error, isRepeatable: true, deadline: .seconds(8))
                == .retry(after: .seconds(7))
        )
    }

    @Test("gives up after the last attempt")
    func attempts() {
        let error = DocketError(.unavailable, "", isNotProcessed: true)
        #expect(isRetry(decision(error, isRepeatable: true, afterFailures: 2)))
        #expect(decision(error, isRepeatable: true, afterFailures: 3) == .giveUp)
    }

    @Test("an empty budget ends retries of what may have been done, not of what was refused")
    func budget() {
        let maybeDone = DocketError(.unavailable, "")
        let refused = DocketError(.unavailable, "", isNotProcessed: true)
        #expect(isRetry(decision(maybeDone, isRepeatable: true, tokens: 7)))
        #expect(decision(maybeDone, isRepeatable: true, tokens: 6) == .giveUp)
        #expect(isRetry(decision(refused, isRepeatable: true, tokens: 5)))
    }
}
