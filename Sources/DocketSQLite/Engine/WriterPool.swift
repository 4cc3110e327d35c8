internal import DocketCore
internal import DocketRuntime
internal import DocketSystem
internal import Synchronization

/// The writers of all tenants, and the threads on which they are used, fairly by tenant.
///
/// A tenant's file has one writer, which one job at a time uses; so tenants do not wait for each
/// other but for a thread, and a long transaction gives that up in between.
final class WriterPool: Sendable {
    private let threads: FairThreads
    private let store: EngineShared
    private let shares: PageCacheShares
    private let idle: Mutex<IdleConnections<TenantWriter>>

    init(_ store: EngineShared) throws(ThreadError) {
        self.store = store
        let configuration = store.configuration
        var limits = FairSchedule.Limits()
        limits.width = max(1, configuration.writers)
        limits.ownerBegun = 1
        limits.begun = 8 * limits.width
        // Calls are bounded before they come here, see ``WriteQueue``.
        limits.ownerWaiting = .max
        limits.delayTarget = .max
        threads = try FairThreads(name: "writer", limits)
        shares = PageCacheShares(bytes: configuration.cacheBytes / 4)
        idle = Mutex(IdleConnections(capacity: configuration.openTenants))
    }

    // MARK: Access to a writer

    /// Runs `body` with the tenant's writer, once no other job has it.
    private func run<Value: Sendable>(
        _ tenant: TenantID,
        _ workClass: WorkClass,
        creates: Bool = false,
        _ body: @escaping @Sendable (TenantWriter) throws -> Value
    ) async throws(DocketError) -> Value {
        try await threads.answer(for: tenant, workClass, nil) {
            [self] turn throws(DocketError) in
            try store.mappingErrors(tenant) {
                let writer = try take(tenant, creates: creates)
                writer.connection.watch.begin(nil, turn)
                defer {
                    writer.connection.watch.end()
                    put(writer, tenant)
                }
                return try body(writer)
            }
        }
    }

    private func take(_ tenant: TenantID, creates: Bool) throws -> TenantWriter {
        if let writer = idle.withLock({ $0.take(tenant) }) {
            try shares.apply(to: writer.connection)
            return writer
        }
        if !creates { try store.requireFile(of: tenant) }
        let path = store.path(of: tenant)
        let writer = try TenantWriter(path: path, creates: creates, store.configuration, shares)
        try shares.apply(to: writer.connection)
        store.opened(tenant, writer.state, hasWork: try writer.hasWork())
        return writer
    }

    private func put(_ writer: TenantWriter, _ tenant: TenantID) {
        guard !store.isGone(tenant) else { return }
        let leaving = idle.withLock { $0.put(writer, tenant) }
        withExtendedLifetime(leaving) {}
    }

    // MARK: Jobs

    /// Makes the tenant's file, which must not be there: its number was never used.
    func create(_ tenant: TenantID) async throws(DocketError) {
        let store = store
        try await threads.answer(for: tenant, .interactive, nil) { _ throws(DocketError) in
            guard !FileSystem.exists(store.path(of: tenant)) else {
                throw DocketError(.dataLoss, "there is a file of the new tenant's number")
            }
        }
        try await run(tenant, .interactive, creates: true) { _ in
            try FileSystem.synchronize(store.tenantsFolder)
        }
    }

    /// Opens and migrates the tenant's file, so that readers may.
    func prepare(_ tenant: TenantID) async throws(DocketError) {
        try await run(tenant, .interactive) { _ in }
    }

    /// Writes the next group of the tenant and answers its calls.
    func writeGroup(_ tenant: TenantID) async {
        let store = store
        do throws(DocketError) {
            try await run(tenant, .interactive) { [threads] writer in
                let calls = store.queue.takeGroup(tenant, isShort: threads.waiting > 0)
                guard !calls.isEmpty else { return }
                let before = writer.state.generations
                let results = writer.write(calls[...])
                store.counters.countGroup(calls)
                store.publish(tenant, writer.state, since: before)
                store.outboxFilled(tenant)
                for (call, result) in zip(calls, results) {
                    if case .failure(let error) = result { store.logDamage(tenant, error) }
                    call.settle(result)
                }
            }
        } catch {
            for call in store.queue.takeGroup(tenant, isShort: false) {
                call.settle(.failure(error))
            }
        }
        store.queue.passLead(tenant)
    }

    func indexNext(_ tenant: TenantID) async throws(DocketError) -> IndexingProgress {
        let store = store
        return try await run(tenant, .bulk) { writer in
            let before = writer.state.generations
            let progress = try writer.indexNext()
            store.counters.countIndexing(progress)
            store.publish(tenant, writer.state, since: before)
            return progress
        }
    }

    /// Changes collections, deletes by filter, or whatever changes generations beside groups.
    func change<Value: Sendable>(
        _ tenant: TenantID,
        _ body: @escaping @Sendable (TenantWriter) throws -> Value
    ) async throws(DocketError) -> Value {
        let store = store
        return try await run(tenant, .interactive) { writer in
            let before = writer.state.generations
            let value = try body(writer)
            store.publish(tenant, writer.state, since: before)
            return value
        }
    }

    // MARK: The end

    /// Closes and removes the file of a tenant that is gone, once no job has it.
    func remove(_ tenant: TenantID) async throws(DocketError) {
        try await threads.answer(for: tenant, .interactive, nil) {
            [self] _ throws(DocketError) in
            var closing = idle.withLock { $0.removeAll(tenant) }
            closing.removeAll()
            try FileSystem.removeDatabase(store.path(of: tenant))
        }
    }

    /// Ends the threads and closes all files; nothing is under way.
    ///
    /// - Returns: Those of the tenants that were open and have nothing left to index.
    func shutdown(_ tenants: Set<TenantID>) -> [TenantID] {
        threads.shutdown()
        var done: [TenantID] = []
        for tenant in idle.withLock({ $0.tenants }) {
            for writer in idle.withLock({ $0.removeAll(tenant) })
            where tenants.contains(tenant) && (try? writer.hasWork()) == false {
                done.append(tenant)
            }
        }
        return done
    }
}

extension TenantState {
    /// The generations of the living collections.
    var generations: [UInt32: Generations] { collections.mapValues(\.generations) }
}
