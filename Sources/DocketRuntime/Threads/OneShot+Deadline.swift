package import DocketSystem

/// The deadline passed before the value was set.
package struct DeadlineExceeded: Error, Sendable {
    package init() {}
}

extension OneShot {
    /// The value, or `DeadlineExceeded` when it is not there in time.
    package func value(by deadline: MonotonicTime) async throws -> Value {
        try await withAlarm(at: deadline) {
            self.fail(DeadlineExceeded())
        } during: {
            try await value()
        }
    }

    /// The same for a task that waits on when it is cancelled; see ``outcome()``.
    package func outcome(by deadline: MonotonicTime) async throws -> Value {
        try await withAlarm(at: deadline) {
            self.fail(DeadlineExceeded())
        } during: {
            try await outcome()
        }
    }
}

/// Runs `body`, and beside it `ring` once `time` has come.
package func withAlarm<Value, Failure: Error>(
    at time: MonotonicTime,
    _ ring: @escaping @Sendable () -> Void,
    during body: () async throws(Failure) -> Value
) async throws(Failure) -> Value {
    // Owned by this call: cancelled before it returns. A day is for ever to a task.
    let timer = Task {
        try await Task.sleep(for: min(time - .now(), .seconds(86_400)))
        ring()
    }
    defer { timer.cancel() }
    return try await body()
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
