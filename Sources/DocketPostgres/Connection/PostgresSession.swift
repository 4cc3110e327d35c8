internal import DocketCore
internal import DocketSystem

/// One connection as the thread sees it that it belongs to: statements go out in segments, each a
/// transaction by itself unless one is open.
///
/// Calls block until the server has answered, the work's deadline has passed or it was stopped.
final class PostgresSession {
    /// How long a statement may go on after it was told to stop, before the connection is closed.
    private static let cancelPatience = Duration.milliseconds(250)

    private enum Work {
        case idle
        case running(WorkLimit, tenant: TenantID?)
    }

    private let handle: ConnectionHandle
    private let wakeup: WakeupHandle
    private let limits: SessionLimits
    private var work = Work.idle
    private var isLost = false

    init(_ handle: consuming ConnectionHandle, _ limits: SessionLimits) throws(PostgresError) {
        guard let wakeup = WakeupHandle() else {
            throw PostgresError(state: "53000", text: "no descriptor is left")
        }
        self.handle = handle
        self.wakeup = wakeup
        self.limits = limits
    }

    /// False for a connection that the server has ended while nobody used it.
    var isQuiet: Bool { handle.isQuiet }

    /// Whether another call can use it.
    var isUsable: Bool { !isLost && handle.isUsable && !handle.isInTransaction }

    /// Runs `body` for `limit`, which stops its statements.
    func perform<Value>(
        _ limit: WorkLimit,
        _ body: (PostgresSession) throws -> Value
    ) throws -> Value {
        let wakeup = wakeup
        wakeup.clear()
        limit.onStop { wakeup.signal() }
        work = .running(limit, tenant: nil)
        defer {
            limit.onStop(nil)
            work = .idle
        }
        return try body(self)
    }

    /// The tenant whose rows the following statements see; nil for none.
    func enter(_ tenant: TenantID?) {
        guard case .running(let limit, _) = work else { return }
        work = .running(limit, tenant: tenant)
    }

    // MARK: Statements

    /// Runs the statements in one segment; their results in order.
    ///
    /// - Throws: ``PostgresError`` of the first that failed: none of the segment has happened;
    ///   ``DocketError`` `cancelled` or `deadlineExceeded`.
    func run(_ statements: SQLStatement...) throws -> [ResultHandle] { try run(statements) }

    func run(_ statements: [SQLStatement]) throws -> [ResultHandle] {
        guard case .running(let limit, let tenant) = work else { return [] }
        let now = MonotonicTime.now()
        let end = min(
            MonotonicTime(nanoseconds: limit.deadlineNanoseconds),
            now + limits.statement
        )
        if let over = limit.ending(at: now.nanoseconds) {
            var error = over
            error.isNotProcessed = true
            throw error
        }
        // Rounded up: a limit of 0 would be none.
        let milliseconds = end.nanoseconds(since: now) / 1_000_000 + 1
        // Rows are found one by one by keys or places. Where statistics say that reading a whole
        // table costs less, they are a growing table's: joins that read it are ruled out.
        let prelude = SQLStatement(
            """
            SELECT set_config('docket.tenant', $1, true),
                set_config('statement_timeout', $2, true),
                set_config('enable_hashjoin', 'off', true),
                set_config('enable_mergejoin', 'off', true)
            """,
            .text(tenant.map { "\($0.number)" } ?? ""),
            .text("\(milliseconds)")
        )
        let results = try exchange([prelude] + statements, limit, until: end)
        return Array(results.dropFirst())
    }

    /// Runs `body` in a transaction: all of it has happened once this returns.
    ///
    /// - Throws: what `body` throws, then nothing has happened; `unavailable` without
    ///   `isNotProcessed` when it is not known whether the transaction was committed.
    func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        try command("BEGIN", expecting: "BEGIN")
        let value: Value
        do {
            value = try body()
        } catch {
            if handle.isUsable, !isLost {
                try? command("ROLLBACK", expecting: "ROLLBACK")
            }
            throw Self.undone(error)
        }
        do {
            try command("COMMIT", expecting: "COMMIT")
        } catch let error as PostgresError where !error.endsConnection && !error.isCancel {
            throw Self.undone(error)
        } catch {
            isLost = true
            throw DocketError(
                .unavailable,
                "the store was lost during a write, which may have been done",
                retryAfter: .milliseconds(500)
            ).caused(by: "\(error)")
        }
        return value
    }

    /// The error of a transaction that certainly left nothing behind.
    private static func undone(_ error: any Error) -> any Error {
        var shown: DocketError
        switch error {
        // Whoever runs the transaction looks at the others.
        case let error as PostgresError where error.endsConnection: shown = error.docketError
        case let error as DocketError: shown = error
        default: return error
        }
        let mayGoOn: Set = [DocketError.Code.cancelled, .deadlineExceeded, .unavailable]
        if mayGoOn.contains(shown.code) { shown.isNotProcessed = true }
        return shown
    }

    /// A statement of transactions, alone in its segment, and not stopped by the work's end.
    private func command(_ text: String, expecting tag: String) throws {
        let end = MonotonicTime.now() + limits.commit
        let results = try exchange([SQLStatement(text)], nil, until: end)
        guard let found = results.first?.tag, found == tag else {
            throw PostgresError(state: "25P02", text: "\(text) was answered by another command")
        }
    }

    // MARK: Waiting

    private func exchange(
        _ statements: [SQLStatement],
        _ limit: WorkLimit?,
        until end: MonotonicTime
    ) throws -> [ResultHandle] {
        do {
            for statement in statements { try handle.send(statement) }
            try handle.endSegment()
            return try receive(limit, until: end)
        } catch let error as PostgresError {
            if error.endsConnection { isLost = true }
            guard error.isCancel else { throw error }
            throw limit?.ending(at: MonotonicTime.now().nanoseconds)
                ?? DocketError(.deadlineExceeded, "the store took too long")
        }
    }

    private func receive(
        _ limit: WorkLimit?,
        until end: MonotonicTime
    ) throws -> [ResultHandle] {
        var segment = Segment()
        var end = end
        var isStopped = false
        while true {
            let isFlushed = try handle.flush()
            if try segment.takeResults(from: handle) { return try segment.outcome() }
            let now = MonotonicTime.now()
            if now >= end || (limit?.isStopped ?? false) && !isStopped {
                guard !isStopped else {
                    // It may wait for a server in a pool's queue, where a stop does not reach it.
                    isLost = true
                    throw limit?.ending(at: now.nanoseconds)
                        ?? DocketError(.deadlineExceeded, "the store took too long")
                }
                isStopped = true
                handle.cancel()
                wakeup.clear()
                end = .now() + Self.cancelPatience
            }
            handle.wait(writes: !isFlushed, wakeup, until: end)
            if !handle.receive() {
                _ = try? segment.takeResults(from: handle)
                throw segment.failure ?? .lost
            }
        }
    }
}

/// How long things may take at the server.
struct SessionLimits: Sendable {
    /// A segment, whatever its work's deadline.
    var statement: Duration
    /// BEGIN, COMMIT and ROLLBACK.
    var commit: Duration
}

/// What came back of one segment so far.
private struct Segment {
    private var results: [ResultHandle] = []
    private(set) var failure: PostgresError?

    /// Takes what is there; true at the segment's end.
    mutating func takeResults(
        from handle: borrowing ConnectionHandle
    ) throws(PostgresError) -> Bool {
        while !handle.isBusy {
            guard let result = handle.next() else {
                guard handle.isUsable else { throw failure ?? .lost }
                continue
            }
            if result.endsSegment { return true }
            if let error = result.error {
                if !result.isSkipped, failure == nil { failure = error }
            } else {
                results.append(result)
            }
        }
        return false
    }

    func outcome() throws(PostgresError) -> [ResultHandle] {
        if let failure { throw failure }
        return results
    }
}

extension PostgresError {
    fileprivate static let lost = PostgresError(state: "08006", text: "the connection was lost")
}
