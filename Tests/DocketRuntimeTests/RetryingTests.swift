internal import DocketRuntime
internal import DocketTestKit
internal import Testing

@Suite("Backoff", .timeLimit(.minutes(5)))
struct BackoffTests {
    @Test("stays between zero and the doubled delay with full jitter", arguments: 1...10)
    func fullJitter(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var backoff = Backoff(base: .milliseconds(25), cap: .milliseconds(250), jitter: .full)
        for longest in [25, 50, 100, 200, 250, 250, 250] {
            let delay = backoff.next(using: &generator)
            #expect(delay >= .zero && delay <= .milliseconds(longest))
        }
    }

    @Test("never falls below half the delay with equal jitter", arguments: 1...10)
    func equalJitter(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var backoff = Backoff(base: .seconds(1), cap: .seconds(60), jitter: .equal)
        for longest in [1, 2, 4, 8, 16, 32, 60, 60] {
            let delay = backoff.next(using: &generator)
            #expect(delay >= .seconds(longest) / 2 && delay <= .seconds(longest))
        }
    }

    @Test("uses the whole of its range")
    func spread() {
        var generator = SeededGenerator(seed: 7)
        var delays: [Duration] = []
        for _ in 0..<200 {
            var backoff = Backoff(base: .seconds(1), cap: .seconds(1), jitter: .full)
            delays.append(backoff.next(using: &generator))
        }
        #expect(delays.contains { $0 < .milliseconds(100) })
        #expect(delays.contains { $0 > .milliseconds(900) })
    }

    @Test("begins anew after a success")
    func reset() {
        var generator = SeededGenerator(seed: 1)
        var backoff = Backoff(base: .seconds(1), cap: .seconds(60), jitter: .equal)
        for _ in 0..<5 { _ = backoff.next(using: &generator) }
        backoff.reset()
        #expect(backoff.next(using: &generator) <= .seconds(1))
    }

    @Test("overflows for no number of attempts")
    func manyAttempts() {
        var backoff = Backoff(base: .seconds(1), cap: .seconds(1 << 40), jitter: .equal)
        for _ in 0..<200 { _ = backoff.next() }
        #expect(backoff.next() >= .seconds(1 << 32))
    }
}

@Suite("Retry budget", .timeLimit(.minutes(5)))
struct RetryBudgetTests {
    @Test("allows retries until half of the tokens are gone")
    func exhausts() {
        var budget = RetryBudget(maximum: 10, ratio: 0.1)
        for _ in 0..<4 { budget.recordFailure() }
        #expect(budget.allowsRetry)
        budget.recordFailure()
        #expect(!budget.allowsRetry)
    }

    @Test("allows them again after enough successes, and keeps no more than its maximum")
    func recovers() {
        var budget = RetryBudget(maximum: 10, ratio: 0.5)
        for _ in 0..<20 { budget.recordFailure() }
        #expect(budget.tokens == 0)
        for _ in 0..<10 { budget.recordSuccess() }
        #expect(!budget.allowsRetry)
        budget.recordSuccess()
        #expect(budget.allowsRetry)
        for _ in 0..<100 { budget.recordSuccess() }
        #expect(budget.tokens == 10)
    }
}
