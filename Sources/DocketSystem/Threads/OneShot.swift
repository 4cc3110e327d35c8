internal import Synchronization

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

    /// The value, once it is there; a task that was cancelled waits on.
    ///
    /// For what others may need as well, and what is settled in any case.
    package func outcome() async throws -> Value {
        try await withCheckedThrowingContinuation { wait($0) }
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
