internal import DocketCore
internal import DocketRPC
internal import DocketRuntime
internal import DocketSystem
internal import DocketWire
internal import Synchronization

/// Runs calls on the pool's connections, again where that is safe and may help.
final class CallRunner: Sendable {
    /// One call, whatever its attempts.
    struct Call: Sendable {
        var meta: CallMeta
        var body: [UInt8]
        /// Whether doing it twice is the same as doing it once.
        var isRepeatable: Bool
        var priority = Priority.interactive
        var deadline: MonotonicTime
    }

    struct Reply: Sendable {
        let body: [UInt8]
        let meta: ReplyMeta
    }

    let pool: ConnectionPool
    private let attemptsMaximum: Int
    private let budget = Mutex(RetryBudget())

    init(pool: ConnectionPool, attemptsMaximum: Int) {
        self.pool = pool
        self.attemptsMaximum = max(1, attemptsMaximum)
    }

    /// One message each way.
    func run(_ call: Call) async throws(DocketError) -> Reply {
        var retry = makeRetry(for: call)
        var call = call
        while true {
            do throws(DocketError) {
                let reply = try await attempt(call)
                succeeded()
                return reply
            } catch {
                try await waitForRetry(&retry, after: error)
                call.meta.attempt = UInt8(clamping: retry.attempt)
            }
        }
    }

    func makeRetry(for call: Call) -> RetryStateMachine {
        RetryStateMachine(
            attemptsMaximum: attemptsMaximum,
            isRepeatable: call.isRepeatable,
            deadline: call.deadline
        )
    }

    func succeeded() { budget.withLock { $0.recordSuccess() } }

    /// Returns when the call may be tried again.
    ///
    /// - Throws: The error itself when it may not.
    func waitForRetry(
        _ retry: inout RetryStateMachine,
        after error: DocketError
    ) async throws(DocketError) {
        let decision = budget.withLock { retry.failed(error, at: .now(), budget: &$0) }
        guard case .retry(let delay) = decision else { throw error }
        do {
            if delay > .zero { try await Task.sleep(for: delay) } else { await Task.yield() }
            try Task.checkCancellation()
        } catch {
            throw .taskCancelled
        }
    }

    private func attempt(_ call: Call) async throws(DocketError) -> Reply {
        let lease = try await pool.lease(by: call.deadline)
        defer { pool.release(lease) }
        do {
            let reply = try await lease.connection.call(
                call.meta(at: .now()),
                call.body,
                priority: call.priority,
                deadline: call.deadline
            )
            let status = reply.meta.status
            guard status.code == .ok else { throw CallFailure(status) }
            return Reply(body: reply.body, meta: reply.meta)
        } catch {
            throw await failure(of: error, on: lease)
        }
    }

    /// The error as the caller sees it; a connection that takes no more calls gets none.
    func failure(of error: any Error, on lease: ConnectionPool.Lease) async -> DocketError {
        if Task.isCancelled { return .taskCancelled }
        var failure = DocketError(calling: error)
        guard failure.code == .unavailable else { return failure }
        if !pool.isStanding(lease) {
            failure.isUnreachable = true
        } else if failure.isNotProcessed, !(await lease.connection.isUsable) {
            pool.retire(lease)
        }
        return failure
    }
}

extension CallRunner.Call {
    /// The metadata with the time that is left.
    func meta(at now: MonotonicTime) -> CallMeta {
        var meta = meta
        guard deadline < .distantFuture else { return meta }
        let left = max(0, (deadline - now).wholeNanoseconds)
        meta.timeoutMilliseconds = UInt32(clamping: max(1, left / 1_000_000))
        return meta
    }
}
