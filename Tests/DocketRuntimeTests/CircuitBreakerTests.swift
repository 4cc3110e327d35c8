internal import DocketRuntime
internal import DocketSystem
internal import DocketTestKit
internal import Testing

@Suite("Circuit breaker", .timeLimit(.minutes(5)))
struct CircuitBreakerTests {
    /// A breaker on a clock that the test moves.
    private final class Bench {
        var breaker: CircuitBreaker
        var now = MonotonicTime(nanoseconds: 1_000_000_000_000)
        var generator = SeededGenerator(seed: 1)
        private(set) var changes: [CircuitBreaker.Change] = []

        init(_ configuration: CircuitBreaker.Configuration = .init()) {
            breaker = CircuitBreaker(configuration)
        }

        func admit() -> CircuitBreaker.Permit? {
            guard case .allowed(let permit) = breaker.admit(at: now) else { return nil }
            return permit
        }

        func end(_ permit: CircuitBreaker.Permit?, _ outcome: CircuitBreaker.Outcome) {
            guard let permit else { return }
            let change = breaker.ended(permit, outcome, at: now, using: &generator)
            if let change { changes.append(change) }
        }

        /// One call that takes so long; false when it was not let through.
        @discardableResult
        func call(
            _ outcome: CircuitBreaker.Outcome,
            taking time: Duration = .milliseconds(1)
        ) -> Bool {
            let permit = admit()
            now = now + time
            end(permit, outcome)
            return permit != nil
        }

        func open() { for _ in 0..<5 { call(.failed) } }
    }

    @Test("opens after failures in a row, however few calls there were")
    func inRow() {
        let bench = Bench()
        for _ in 0..<4 { bench.call(.failed) }
        bench.call(.answered)
        for _ in 0..<4 { bench.call(.failed) }
        #expect(bench.breaker.isClosed)
        bench.call(.failed)
        #expect(!bench.breaker.isClosed && bench.changes == [.opened])
        #expect(bench.admit() == nil)
    }

    @Test("opens when half of enough calls in the window have failed")
    func share() {
        let bench = Bench()
        for _ in 0..<9 {
            bench.call(.answered)
            bench.call(.failed)
        }
        bench.call(.answered)
        #expect(bench.breaker.isClosed)
        bench.call(.failed)
        #expect(!bench.breaker.isClosed)
    }

    @Test("forgets what is behind the window")
    func window() {
        let bench = Bench()
        for _ in 0..<4 {
            for _ in 0..<4 { bench.call(.failed) }
            bench.call(.answered)
            bench.now = bench.now + .seconds(10)
        }
        #expect(bench.breaker.isClosed)
    }

    @Test("opens when most calls are slow, and says when to come back")
    func slow() {
        let bench = Bench()
        for _ in 0..<4 { bench.call(.answered) }
        let slow = (0..<16).map { _ in bench.admit() }
        bench.now = bench.now + .seconds(1)
        for permit in slow {
            #expect(bench.breaker.isClosed)
            bench.end(permit, .answered)
        }
        #expect(!bench.breaker.isClosed)
        guard case .refused(let wait) = bench.breaker.admit(at: bench.now) else {
            Issue.record("an open breaker lets a call through")
            return
        }
        #expect(wait >= .milliseconds(500) && wait <= .seconds(1))
    }

    @Test("after its time lets three try, and closes after five good answers in a row")
    func trials() {
        let bench = Bench()
        bench.open()
        bench.now = bench.now + .seconds(1)
        let trials = (0..<3).map { _ in bench.admit() }
        #expect(trials.allSatisfy { $0 != nil })
        #expect(bench.admit() == nil)
        for trial in trials { bench.end(trial, .answered) }
        #expect(bench.call(.answered))
        #expect(!bench.breaker.isClosed)
        #expect(bench.call(.answered))
        #expect(bench.breaker.isClosed && bench.changes == [.opened, .closed])
    }

    @Test("a failed trial opens it again, for twice as long up to the cap")
    func reopening() {
        let bench = Bench()
        bench.open()
        for longest in [1, 2, 4, 8, 15, 15] {
            guard case .refused(let wait) = bench.breaker.admit(at: bench.now) else {
                Issue.record("an open breaker lets a call through")
                return
            }
            #expect(wait >= .seconds(longest) / 2 && wait <= .seconds(longest))
            bench.now = bench.now + wait
            #expect(bench.call(.failed))
        }
        #expect(
            bench.changes == [.opened] + [CircuitBreaker.Change](repeating: .reopened, count: 6)
        )
    }

    @Test("a call from before the last change says nothing, one given up gives its place back")
    func late() {
        let bench = Bench()
        let early = bench.admit()
        bench.open()
        bench.now = bench.now + .seconds(1)
        let trial = bench.admit()
        bench.end(early, .failed)
        let others = (0..<2).map { _ in bench.admit() }
        #expect(trial != nil && others.allSatisfy { $0 != nil } && bench.admit() == nil)
        bench.end(trial, .abandoned)
        #expect(bench.admit() != nil && bench.admit() == nil)
        // Trials that never end lose their places.
        bench.now = bench.now + .seconds(5)
        #expect(bench.admit() != nil)
    }

    @Test("callers who give up are no failures")
    func abandoned() {
        let bench = Bench()
        for _ in 0..<100 { bench.call(.abandoned, taking: .seconds(2)) }
        #expect(bench.breaker.isClosed)
    }
}
