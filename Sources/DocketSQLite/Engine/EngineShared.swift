internal import DocketCore
internal import DocketRuntime
internal import DocketTelemetry
internal import Synchronization

/// What the threads of the store share.
final class EngineShared: Sendable {
    let configuration: EmbeddedConfiguration
    let queue: WriteQueue
    let counters = EmbeddedCounters()
    private let logger: Logger
    /// The generations of every tenant whose file was opened; presence says that it was.
    private let generations = Mutex<[TenantID: [UInt32: Generations]]>([:])
    /// Tenants deleted since the start, whose files must not be opened again.
    private let gone = Mutex<Set<TenantID>>([])
    /// Tenants whose damaged files were logged.
    private let damaged = Mutex<Set<TenantID>>([])
    /// Tenants whose documents cannot be indexed, since a part of the file is damaged.
    private let halted = Mutex<Set<TenantID>>([])
    private let observer = Mutex<(any GenerationObserver)?>(nil)

    init(_ configuration: EmbeddedConfiguration, _ logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        queue = WriteQueue(configuration.writeLimits)
    }

    var tenantsFolder: String { configuration.directory + "/tenants" }

    func path(of tenant: TenantID) -> String { "\(tenantsFolder)/\(tenant.number).db" }

    /// Whether the tenant was deleted since the start.
    func isGone(_ tenant: TenantID) -> Bool { gone.withLock { $0.contains(tenant) } }

    /// - Throws: ``DocketError`` `notFound` for a deleted tenant, `dataLoss` for a missing or an
    ///   empty file.
    func requireFile(of tenant: TenantID) throws(DocketError) {
        guard !isGone(tenant) else {
            throw DocketError.missing("tenant", "there is no such tenant")
        }
        guard FileSystem.size(path(of: tenant)) > 0 else {
            throw DocketError(
                .dataLoss,
                "the tenant's data is missing; an operator restores it from a backup"
            )
        }
    }

    /// Damage that indexing met stays until an operator restores the file.
    func indexingFailed(_ tenant: TenantID, _ error: DocketError) {
        guard error.code == .dataLoss else { return }
        _ = halted.withLock { $0.insert(tenant) }
    }

    /// - Throws: ``DocketError`` `dataLoss` where what is uploaded would never be found.
    func requireIndexing(of tenant: TenantID) throws(DocketError) {
        guard halted.withLock({ $0.contains(tenant) }) else { return }
        throw DocketError(
            .dataLoss,
            """
            the tenant's search index is damaged and takes no documents; an operator restores it \
            from a backup
            """
        )
    }

    func observe(_ observer: any GenerationObserver) {
        self.observer.withLock { $0 = observer }
    }

    private var currentObserver: (any GenerationObserver)? { observer.withLock { $0 } }

    /// The tenant's file was opened by its writer.
    func opened(_ tenant: TenantID, _ state: TenantState, hasWork: Bool) {
        generations.withLock { $0[tenant] = state.generations }
        if hasWork { outboxFilled(tenant) }
    }

    func isOpened(_ tenant: TenantID) -> Bool { generations.withLock { $0[tenant] != nil } }

    func generations(_ tenant: TenantID, _ collection: UInt32) -> Generations? {
        generations.withLock { $0[tenant]?[collection] }
    }

    /// Tells what a transaction changed, before its callers are answered.
    func publish(
        _ tenant: TenantID,
        _ state: TenantState,
        since before: [UInt32: Generations]
    ) {
        let now = state.generations
        guard now != before else { return }
        generations.withLock { $0[tenant] = now }
        guard let observer = currentObserver else { return }
        for (collection, generations) in now where before[collection] != generations {
            observer.generationsChanged(tenant, collection, generations)
        }
        for collection in before.keys where now[collection] == nil {
            observer.collectionDeleted(tenant, collection)
        }
    }

    func outboxFilled(_ tenant: TenantID) {
        currentObserver?.outboxFilled(WorkHint(tenant: tenant))
    }

    func forget(_ tenant: TenantID) {
        _ = gone.withLock { $0.insert(tenant) }
        _ = generations.withLock { $0.removeValue(forKey: tenant) }
        _ = halted.withLock { $0.remove(tenant) }
        _ = damaged.withLock { $0.remove(tenant) }
        currentObserver?.tenantDeleted(tenant)
    }

    /// Runs `body` on the tenant's file and turns what it throws into what a caller may see.
    func mappingErrors<Value>(
        _ tenant: TenantID,
        _ body: () throws -> Value
    ) throws(DocketError) -> Value {
        do throws(DocketError) {
            return try DocketSQLite.mappingErrors(body)
        } catch {
            logDamage(tenant, error)
            throw error
        }
    }

    /// Tenants whose files were found damaged since the start.
    var damagedTenants: Int { damaged.withLock { $0.count } }

    /// Logs that the tenant's file is damaged, once: every call of the tenant will find it so.
    func logDamage(_ tenant: TenantID, _ error: DocketError) {
        guard error.code == .dataLoss, damaged.withLock({ $0.insert(tenant).inserted }) else {
            return
        }
        logger.error(
            "a tenant's file is damaged; stop the server and restore a backup",
            [
                "tenant": .unsigned(tenant.number), "file": .string(path(of: tenant)),
                "cause": .string(error.cause.text ?? error.message),
                "command": .string("docketd restore BACKUP --data-dir NEW"),
            ]
        )
    }

    func log(_ message: StaticString, _ tenant: TenantID, _ error: DocketError) {
        logger.error(
            message,
            [
                "tenant": .unsigned(tenant.number), "code": .string("\(error.code)"),
                "cause": .string(error.cause.text ?? error.message),
            ]
        )
    }
}
