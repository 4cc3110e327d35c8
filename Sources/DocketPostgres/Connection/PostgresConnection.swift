internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// One connection on a thread of its own, opened and closed as its pool says.
actor PostgresConnection {
    /// What became of a call, and of the connection by it.
    struct Outcome<Value: Sendable>: Sendable {
        /// nil when the connection was found dead before anything was sent.
        let result: Result<Value, DocketError>?
        let isUsable: Bool
    }

    private let thread: ThreadExecutor
    private let login: Login
    private let limits: SessionLimits
    private var session: PostgresSession?

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    init(name: String, _ login: Login, _ limits: SessionLimits) throws(ThreadError) {
        thread = try ThreadExecutor(name: name)
        self.login = login
        self.limits = limits
    }

    /// Connects; the thread waits for it.
    func open() throws(PostgresError) {
        session = nil
        session = try PostgresSession(ConnectionHandle(try login.parameters()), limits)
    }

    /// Runs `body` with the open connection.
    func perform<Value: Sendable>(
        _ work: WorkLimit,
        _ body: @Sendable (PostgresSession) throws -> Value
    ) -> Outcome<Value> {
        guard let session, session.isQuiet else {
            self.session = nil
            return Outcome(result: nil, isUsable: false)
        }
        let result: Result<Value, DocketError>
        do throws(DocketError) {
            result = .success(try answering { try session.perform(work, body) })
        } catch {
            result = .failure(error)
        }
        if !session.isUsable { self.session = nil }
        return Outcome(result: result, isUsable: self.session != nil)
    }

    func close() { session = nil }

    /// Ends the thread; the connection is closed before.
    nonisolated func shutdown() { thread.shutdown() }
}
