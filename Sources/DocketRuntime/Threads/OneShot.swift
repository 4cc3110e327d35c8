internal import Synchronization

/// What is waited for did not come in time.
package struct DeadlineExceeded: Error, Sendable {
    package init() {}
}

/// A value that one party sets, from any thread, and one task waits for.
///
/// The first outcome counts; later ones are ignored, so a result and its deadline may race.
package final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, any Error>)
        case settled(Result<Value, any Error>)
    }

    private let state = Mutex(State.open)

    package init() {}

    /// Settles the value; `false` when it was settled before.
    @discardableResult
    package func settle(_ result: Result<Value, any Error>) -> Bool {
        let (isFirst, waiter) = state.withLock { state in
            switch state {
            case .open:
                state = .settled(result)
                return (true, CheckedContinuation<Value, any Error>?.none)
            case .awaited(let continuation):
                state = .settled(result)
                return (true, continuation)
            case .settled:
                return (false, nil)
            }
        }
        waiter?.resume(with: result)
        return isFirst
    }

    package var isSettled: Bool {
        state.withLock { state in
            if case .settled = state { true } else { false }
        }
    }

    package func succeed(_ value: Value) { settle(.success(value)) }

    package func fail(_ error: any Error) { settle(.failure(error)) }

    /// The value, once it is there.
    ///
    /// One task waits; its cancellation settles the value as a `CancellationError`.
    package func value() async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait($0) }
        } onCancel: {
            fail(CancellationError())
        }
    }

    /// The value, or `DeadlineExceeded` when it is not there in time.
    package func value(by deadline: MonotonicTime) async throws -> Value {
        // Owned by this call: cancelled before it returns. A day is for ever to a task.
        let timer = Task {
            try await Task.sleep(for: min(deadline - .now(), .seconds(86_400)))
            fail(DeadlineExceeded())
        }
        defer { timer.cancel() }
        return try await value()
    }

    private func wait(_ continuation: CheckedContinuation<Value, any Error>) {
        let result = state.withLock { state in
            switch state {
            case .open:
                state = .awaited(continuation)
                return Result<Value, any Error>?.none
            case .awaited:
                return .failure(CancellationError())
            case .settled(let result):
                return result
            }
        }
        if let result { continuation.resume(with: result) }
    }
}

/// Runs `body`, and stops waiting for it at `deadline`, whether or not it heeds its cancellation.
///
/// - Throws: `DeadlineExceeded`, or what `body` throws.
package func withDeadline<Value: Sendable>(
    _ deadline: MonotonicTime,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let outcome = OneShot<Value>()
    // Owned by this call; cancelled before it returns, and abandoned only if it ignores that.
    let task = Task {
        do { outcome.succeed(try await body()) } catch { outcome.fail(error) }
    }
    defer { task.cancel() }
    return try await outcome.value(by: deadline)
}
