internal import DocketCore
internal import DocketRuntime
internal import DocketSystem
internal import DocketTelemetry
internal import Synchronization

/// A fixed number of connections, opened when they are needed and kept.
///
/// Calls wait in the order in which they came, so many at most, each until its own deadline. While
/// the server is away calls fail at once, and it is tried again after pauses that grow.
final class ConnectionPool: Sendable {
    private struct State {
        var idle: [Int] = []
        /// Without a connection.
        var closed: [Int]
        var opening = 0
        var waiting: [OneShot<Int>] = []
        var backoff = Backoff(base: .milliseconds(100), cap: .seconds(5), jitter: .equal)
        /// No attempt to connect before.
        var retryTime = MonotonicTime(nanoseconds: 0)
        /// Why the last attempt failed, unless it did not.
        var failure: PostgresError?
        var isEnded = false
    }

    /// What is to be done outside of the lock.
    private struct Actions {
        var open: [Int] = []
        var refuse: [OneShot<Int>] = []
        var retryAfter: Duration = .zero
        var failure: PostgresError?
    }

    private let name: String
    private let connections: [PostgresConnection]
    private let waitingMaximum: Int
    private let logger: Logger
    private let state: Mutex<State>
    private let tasks = TaskSet()
    /// Whether the server is reached by these connections.
    let health: HealthRecord

    /// `name` is for its threads and the log, `part` for ``health``.
    init(
        name: String,
        part: String,
        _ login: Login,
        count: Int,
        waitingMaximum: Int,
        _ limits: SessionLimits,
        _ logger: Logger
    ) throws(ThreadError) {
        var connections: [PostgresConnection] = []
        for number in 0..<max(1, count) {
            connections.append(try PostgresConnection(name: "\(name)-\(number)", login, limits))
        }
        self.name = name
        health = HealthRecord(part, address: login.address)
        self.connections = connections
        self.waitingMaximum = waitingMaximum
        self.logger = logger
        state = Mutex(State(closed: Array(connections.indices.reversed())))
    }

    /// Calls that wait for a connection.
    var waiting: Int { state.withLock { state in state.waiting.count { !$0.isSettled } } }

    /// Runs `body` on the thread of a connection that nobody else uses meanwhile.
    func run<Value: Sendable>(
        _ work: WorkLimit,
        _ body: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws(DocketError) -> Value {
        // As many as there are may have been ended while nobody used them.
        for _ in 0...connections.count {
            let place = try await take(work)
            let outcome = await connections[place].perform(work, body)
            giveBack(place, isUsable: outcome.isUsable)
            if let result = outcome.result { return try result.get() }
        }
        throw Self.unreachable(after: .milliseconds(100), state.withLock { $0.failure })
    }

    // MARK: Waiting

    private func take(_ work: WorkLimit) async throws(DocketError) -> Int {
        let waiter = OneShot<Int>()
        let (place, actions, error) = state.withLock { state in
            enqueue(waiter, in: &state)
        }
        if let error { throw error }
        if let place { return place }
        perform(actions)
        work.onStop {
            waiter.fail(DocketError(.cancelled, "the work was stopped", isNotProcessed: true))
        }
        defer { work.onStop(nil) }
        do {
            let deadline = MonotonicTime(nanoseconds: work.deadlineNanoseconds)
            // Not for the task alone: others may wait for what is asked.
            return try await waiter.outcome(by: deadline)
        } catch let error as DocketError {
            throw error
        } catch is DeadlineExceeded {
            throw DocketError(
                .deadlineExceeded,
                "the deadline passed while the call waited for the store",
                isNotProcessed: true
            )
        } catch {
            throw DocketError(.cancelled, "the caller gave up", isNotProcessed: true)
        }
    }

    private func enqueue(
        _ waiter: OneShot<Int>,
        in state: inout State
    ) -> (Int?, Actions, DocketError?) {
        guard !state.isEnded else {
            return (nil, Actions(), DocketError(.unavailable, "the store is closed"))
        }
        if let place = state.idle.popLast() { return (place, Actions(), nil) }
        if state.waiting.count >= waitingMaximum { state.waiting.removeAll { $0.isSettled } }
        guard state.waiting.count < waitingMaximum else {
            let error = DocketError(
                .resourceExhausted,
                "too many calls wait for the store",
                retryAfter: .milliseconds(200),
                isNotProcessed: true
            )
            return (nil, Actions(), error)
        }
        state.waiting.append(waiter)
        return (nil, actions(&state), nil)
    }

    private func giveBack(_ place: Int, isUsable: Bool) {
        let actions = state.withLock { state in
            guard isUsable else {
                state.closed.append(place)
                return self.actions(&state)
            }
            handOver(place, in: &state)
            return Actions()
        }
        perform(actions)
    }

    /// Gives the connection to the first that still waits.
    private func handOver(_ place: Int, in state: inout State) {
        while !state.waiting.isEmpty {
            if state.waiting.removeFirst().settle(.success(place)) { return }
        }
        state.idle.append(place)
    }

    // MARK: Opening

    /// Connections to open for those who wait, or whom to refuse since there will be none.
    private func actions(_ state: inout State) -> Actions {
        var actions = Actions()
        guard !state.waiting.isEmpty, !state.isEnded else { return actions }
        let now = MonotonicTime.now()
        if now >= state.retryTime {
            while state.opening < state.waiting.count, let place = state.closed.popLast() {
                state.opening += 1
                actions.open.append(place)
            }
        } else if state.closed.count == connections.count {
            actions.refuse = state.waiting
            actions.retryAfter = state.retryTime - now
            actions.failure = state.failure
            state.waiting = []
        }
        return actions
    }

    private func perform(_ actions: Actions) {
        for waiter in actions.refuse {
            waiter.fail(Self.unreachable(after: actions.retryAfter, actions.failure))
        }
        for place in actions.open {
            tasks.start { [self] in await open(place) }
        }
    }

    private func open(_ place: Int) async {
        var failure: PostgresError?
        do throws(PostgresError) {
            try await connections[place].open()
            health.set(.up)
        } catch {
            failure = error
            health.set(.away, error: error.text)
            logger.warning(
                "postgres cannot be reached",
                ["pool": .string(name), "cause": .string(error.text)]
            )
        }
        let actions = state.withLock { state in
            state.opening -= 1
            state.failure = failure
            guard failure != nil else {
                state.backoff.reset()
                state.retryTime = MonotonicTime(nanoseconds: 0)
                handOver(place, in: &state)
                return Actions()
            }
            state.closed.append(place)
            // Attempts that began together count as one.
            if state.retryTime <= .now() { state.retryTime = .now() + state.backoff.next() }
            return self.actions(&state)
        }
        perform(actions)
    }

    private static func unreachable(
        after delay: Duration,
        _ failure: PostgresError?
    ) -> DocketError {
        let error = DocketError(
            .unavailable,
            "the store cannot be reached now",
            retryAfter: max(delay, .milliseconds(50)),
            isNotProcessed: true
        )
        return failure.map { error.caused(by: $0.cause) } ?? error
    }

    /// Closes the connections and ends their threads; calls under way have ended before.
    func close() async {
        let waiting = state.withLock { state in
            state.isEnded = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.fail(DocketError(.unavailable, "the store is closed")) }
        await tasks.end()
        for connection in connections {
            await connection.close()
            connection.shutdown()
        }
    }
}
