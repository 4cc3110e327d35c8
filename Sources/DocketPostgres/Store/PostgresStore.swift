package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry
internal import Synchronization

/// The truth in PostgreSQL: tenants, documents with their versions and states, the outbox.
///
/// Several servers share one database. Calls go by connections of the role `docket_app`, whose
/// transactions name their tenant; the outbox and the change feed by those of `docket_worker`.
package final class PostgresStore: Service {
    package let name = "postgres"
    let configuration: PostgresConfiguration
    let calls: ConnectionPool
    let workers: ConnectionPool
    let writes: WriteQueue
    let logger: Logger
    /// The tenant that was leased last: the next lease begins behind it.
    let leasedTenant = Atomic<UInt64>(0)
    /// Groups of writes under way, whoever waits for them.
    let tasks = TaskSet()
    private let observer = Mutex<(any GenerationObserver)?>(nil)

    /// Connects to nothing yet.
    package init(
        _ configuration: PostgresConfiguration,
        logger: Logger = .silent
    ) throws(DocketError) {
        self.configuration = configuration
        self.logger = logger
        writes = WriteQueue(configuration.writeLimits)
        let limits = SessionLimits(
            statement: configuration.statementTime,
            commit: configuration.commitTime
        )
        do {
            calls = try ConnectionPool(
                name: "pg-call",
                part: "postgres calls",
                configuration.login,
                count: configuration.connections,
                waitingMaximum: configuration.waitingMaximum,
                limits,
                logger
            )
            workers = try ConnectionPool(
                name: "pg-worker",
                part: "postgres indexing",
                configuration.workerLogin,
                count: configuration.workerConnections,
                waitingMaximum: configuration.waitingMaximum,
                limits,
                logger
            )
        } catch {
            throw DocketError(.unavailable, "the threads of the store cannot be started")
        }
    }

    /// Looks at the schema and at the rights of both users.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` with one line that names what is wrong;
    ///   `unavailable` when the server cannot be reached.
    package func checkSchema(work: WorkLimit) async throws(DocketError) {
        let isOpenToAll = try await calls.run(work) { session in
            try SchemaCheck.require(.app, session)
            return try SchemaCheck.seesAllTenants(session)
        }
        try await workers.run(work) { session in try SchemaCheck.require(.worker, session) }
        if isOpenToAll {
            logger.warning(
                "row level security does not bind the user of the calls; use one of docket_app"
            )
        }
    }

    /// Connections are made as they are needed; ``checkSchema(work:)`` comes before.
    package func start() async throws {}

    package func stop(by deadline: MonotonicTime) async { await close() }

    /// Closes the connections; calls under way have ended before.
    package func close() async {
        await tasks.end()
        await calls.close()
        await workers.close()
    }

    /// Whether the server is reached, by calls and by indexing.
    package var health: [HealthRecord] { [calls.health, workers.health] }

    // MARK: Observing

    /// Who is told of new generations and of documents to index; before the first call.
    package func observe(_ observer: any GenerationObserver) {
        self.observer.withLock { $0 = observer }
    }

    var currentObserver: (any GenerationObserver)? { observer.withLock { $0 } }

    func tell(_ changes: [GenerationChange]) {
        guard let observer = currentObserver else { return }
        for change in changes {
            // Before the generations: a search that begins at the new ones knows what is removed.
            if !change.removed.isEmpty {
                observer.documentsRemoved(change.tenant, change.collection, change.removed)
            }
            observer.generationsChanged(change.tenant, change.collection, change.generations)
        }
    }

    /// The same, and that so many documents of the tenant were queued.
    func tell(_ changes: [GenerationChange], queued: Int, of tenant: TenantID) {
        tell(changes)
        if queued > 0 { currentObserver?.outboxFilled(WorkHint(tenant: tenant)) }
    }

    // MARK: Running

    /// Runs `body` with the rows of one tenant.
    func run<Value: Sendable>(
        _ tenant: TenantID,
        _ work: WorkLimit,
        _ body: @escaping @Sendable (TenantSession) throws -> Value
    ) async throws(DocketError) -> Value {
        try await calls.run(work) { session in
            session.enter(tenant)
            return try body(TenantSession(tenant: tenant, session: session))
        }
    }
}

/// A collection whose generations a transaction has changed.
struct GenerationChange: Sendable {
    let tenant: TenantID
    let collection: UInt32
    let generations: Generations
    /// Numbers of documents that must no longer be seen although the index may hold them.
    var removed: [UInt64] = []
}

extension Duration {
    /// Whole microseconds, as the database keeps times.
    var microseconds: Int64 { wholeNanoseconds / 1000 }
}
