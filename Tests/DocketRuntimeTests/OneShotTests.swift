internal import DocketRuntime
internal import DocketSystem
internal import Testing

@Suite("One-shot value", .timeLimit(.minutes(5)))
struct OneShotTests {
    @Test("gives the value set before and after the wait began")
    func value() async throws {
        let early = OneShot<Int>()
        early.succeed(1)
        #expect(try await early.value() == 1)
        let late = OneShot<Int>()
        let waiting = Task { try await late.value() }
        await Task.yield()
        late.succeed(2)
        #expect(try await waiting.value == 2)
    }

    @Test("keeps its first outcome")
    func first() async throws {
        let outcome = OneShot<Int>()
        #expect(outcome.settle(.success(1)))
        #expect(!outcome.settle(.success(2)))
        outcome.fail(DeadlineExceeded())
        #expect(try await outcome.value() == 1)
    }

    @Test("ends the wait when the task is cancelled")
    func cancellation() async {
        let outcome = OneShot<Int>()
        let waiting = Task { try await outcome.value() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test("ends the wait at the deadline")
    func deadline() async {
        let outcome = OneShot<Int>()
        await #expect(throws: DeadlineExceeded.self) {
            try await outcome.value(by: .now() + .milliseconds(1))
        }
        #expect(outcome.isSettled)
    }

    @Test("stops waiting for work that ignores its cancellation")
    func abandoned() async {
        let never = OneShot<Void>()
        await #expect(throws: DeadlineExceeded.self) {
            try await withDeadline(.now() + .milliseconds(1)) {
                await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                    Task {
                        _ = try? await never.value()
                        continuation.resume()
                    }
                }
            }
        }
        never.succeed(())
    }

    @Test("passes on what the work throws")
    func failure() async {
        struct Broken: Error {}
        await #expect(throws: Broken.self) {
            try await withDeadline(.distantFuture) { throw Broken() }
        }
    }
}
