internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// The writers of the tenants of one thread.
actor WriterEngine {
    private let thread: ThreadExecutor
    private let store: EngineShared
    private var writers: OpenTenants<TenantWriter>

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    init(thread: ThreadExecutor, _ store: EngineShared) {
        self.thread = thread
        self.store = store
        let threads = max(1, store.configuration.writers)
        writers = OpenTenants(
            capacity: max(1, store.configuration.openTenants / threads),
            cacheBytes: store.configuration.cacheBytes / 4 / threads
        )
    }

    /// The tenant's writer, whose file is opened when it is not.
    private func open(_ tenant: TenantID, creates: Bool = false) throws -> TenantWriter {
        if let writer = writers.value(tenant) { return writer }
        if !creates { try store.requireFile(of: tenant) }
        let path = store.path(of: tenant)
        let writer = try TenantWriter(path: path, creates: creates, store.configuration)
        try writers.insert(writer, tenant, writer.connection)
        store.opened(tenant, writer.state, hasWork: try writer.hasWork())
        return writer
    }

    /// Makes the tenant's file, which must not be there: its number was never used.
    func create(_ tenant: TenantID) throws(DocketError) {
        try answering {
            guard !FilesHandle.exists(store.path(of: tenant)) else {
                throw DocketError(.dataLoss, "there is a file of the new tenant's number")
            }
            _ = try open(tenant, creates: true)
            try FilesHandle.synchronize(store.tenantsFolder)
        }
    }

    /// Opens and migrates the tenant's file, so that readers may.
    func prepare(_ tenant: TenantID) throws(DocketError) {
        try store.answering(tenant) { _ = try open(tenant) }
    }

    /// Writes the next group of the tenant and answers its calls.
    func writeGroup(_ tenant: TenantID) {
        let calls = store.queue.takeGroup(tenant)
        guard !calls.isEmpty else { return store.queue.passLead(tenant) }
        var results: [Result<WriteResult, DocketError>]
        do throws(DocketError) {
            let writer = try store.answering(tenant) { try open(tenant) }
            let before = writer.state.generations
            results = writer.write(calls[...])
            store.counters.countGroup(calls)
            store.publish(tenant, writer.state, since: before)
            store.outboxFilled(tenant)
        } catch {
            results = calls.map { _ in .failure(error) }
        }
        for (call, result) in zip(calls, results) {
            if case .failure(let error) = result { store.logDamage(tenant, error) }
            call.settle(result)
        }
        store.queue.passLead(tenant)
    }

    func indexNext(_ tenant: TenantID) throws(DocketError) -> IndexingProgress {
        let writer = try store.answering(tenant) { try open(tenant) }
        let before = writer.state.generations
        let progress = try store.answering(tenant) { try writer.indexNext() }
        store.counters.countIndexing(progress)
        store.publish(tenant, writer.state, since: before)
        return progress
    }

    /// Changes collections, deletes by filter, or whatever changes generations beside groups.
    func change<Value: Sendable>(
        _ tenant: TenantID,
        _ body: @Sendable (TenantWriter) throws -> Value
    ) throws(DocketError) -> Value {
        let writer = try store.answering(tenant) { try open(tenant) }
        let before = writer.state.generations
        let value = try store.answering(tenant) { try body(writer) }
        store.publish(tenant, writer.state, since: before)
        return value
    }

    func close(_ tenant: TenantID) { writers.remove(tenant) }

    /// Those of the tenants that are open and have nothing left to index.
    func idle(of tenants: Set<TenantID>) -> [TenantID] {
        tenants.filter { (try? writers.value($0)?.hasWork()) == false }
    }

    func closeAll() { writers.removeAll() }
}

extension TenantState {
    /// The generations of the living collections.
    var generations: [UInt32: Generations] { collections.mapValues(\.generations) }
}
