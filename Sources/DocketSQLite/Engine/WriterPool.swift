internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// The writers of all tenants.
///
/// A tenant's file has one writer, which one job at a time uses; so tenants do not wait for each
/// other but for a thread, and a long transaction gives that up in between.
final class WriterPool: Sendable {
    private let connections: TenantConnections<TenantWriter>

    private var store: EngineShared { connections.store }

    init(_ store: EngineShared) throws(ThreadError) {
        let configuration = store.configuration
        var limits = FairSchedule.Limits()
        limits.width = max(1, configuration.writers)
        limits.ownerBegun = 1
        // Calls are bounded before they come here, see ``WriteQueue``.
        limits.ownerWaiting = .max
        limits.delayTarget = .max
        connections = try TenantConnections(
            store,
            name: "writer",
            limits,
            cacheBytes: configuration.cacheBytes / 4
        )
    }

    /// Runs `body` with the tenant's writer, once no other job has it.
    ///
    /// `work` ends the wait for it, and unless `isShared`, what `body` does.
    private func run<Value: Sendable>(
        _ tenant: TenantID,
        _ workClass: WorkClass,
        _ work: WorkLimit? = nil,
        isShared: Bool = false,
        creates: Bool = false,
        _ body: @escaping @Sendable (TenantWriter) throws -> Value
    ) async throws(DocketError) -> Value {
        let store = store
        return try await connections.use(
            tenant,
            workClass,
            work,
            isShared: isShared,
            open: { shares in
                if !creates { try store.requireFile(of: tenant) }
                let path = store.path(of: tenant)
                let writer = try TenantWriter(
                    path: path,
                    creates: creates,
                    store.configuration,
                    shares
                )
                store.opened(tenant, writer.state, hasWork: try writer.hasWork())
                return writer
            },
            body
        )
    }

    // MARK: Jobs

    /// Makes the tenant's file, which must not be there: its number was never used.
    func create(_ tenant: TenantID) async throws(DocketError) {
        let store = store
        try await connections.threads.answer(for: tenant, .interactive, nil) {
            _ throws(DocketError) in
            guard !FileSystem.exists(store.path(of: tenant)) else {
                throw DocketError(.dataLoss, "there is a file of the new tenant's number")
            }
        }
        try await run(tenant, .interactive, creates: true) { _ in
            try FileSystem.synchronize(store.tenantsFolder)
        }
    }

    /// Opens and migrates the tenant's file, so that readers may.
    func prepare(_ tenant: TenantID, _ work: WorkLimit?) async throws(DocketError) {
        try await run(tenant, .interactive, work) { _ in }
    }

    /// Writes the next group of the tenant and answers its calls; passes the lead on when the
    /// leader's work ends before.
    func writeGroup(_ tenant: TenantID, ledBy leader: WriteCall, _ work: WorkLimit) async {
        let store = store
        do throws(DocketError) {
            try await run(tenant, .interactive, work, isShared: true) {
                [threads = connections.threads] writer in
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
            if [.cancelled, .deadlineExceeded].contains(error.code) {
                store.queue.giveUp(leader, tenant, work)
            } else {
                for call in store.queue.takeGroup(tenant, isShort: false) {
                    call.settle(.failure(error))
                }
            }
        }
        store.queue.passLead(tenant)
    }

    /// Reads the next group of the tenant's outbox on its writer.
    func nextGroup(_ tenant: TenantID) async throws(DocketError) -> IndexGroup {
        let configuration = store.configuration
        return try await run(tenant, .bulk) { writer in
            try writer.connection.reading {
                try IndexGroup(writer.connection, after: 0, configuration)
            }
        }
    }

    func indexNext(
        _ tenant: TenantID,
        _ group: IndexGroup
    ) async throws(DocketError) -> IndexingProgress {
        let store = store
        return try await run(tenant, .bulk) { writer in
            let before = writer.state.generations
            let progress = try writer.indexNext(group)
            store.counters.countIndex(writer.indexCounts)
            writer.indexCounts = IndexCounts()
            store.publish(tenant, writer.state, since: before)
            return progress
        }
    }

    /// Changes collections, deletes by filter, or whatever changes generations beside groups.
    func change<Value: Sendable>(
        _ tenant: TenantID,
        _ work: WorkLimit,
        _ body: @escaping @Sendable (TenantWriter) throws -> Value
    ) async throws(DocketError) -> Value {
        let store = store
        return try await run(tenant, .interactive, work) { writer in
            let before = writer.state.generations
            let value = try body(writer)
            store.publish(tenant, writer.state, since: before)
            return value
        }
    }

    // MARK: The end

    /// Closes and removes the file of a tenant that is gone, once no job has it.
    func remove(_ tenant: TenantID) async throws(DocketError) {
        let store = store
        let connections = connections
        try await connections.threads.answer(for: tenant, .interactive, nil) {
            _ throws(DocketError) in
            connections.close(tenant)
            try FileSystem.removeDatabase(store.path(of: tenant))
        }
    }

    /// Ends the threads and closes all files; nothing is under way.
    ///
    /// - Returns: Those of the tenants that were open and have nothing left to index.
    func shutdown(_ tenants: Set<TenantID>) -> [TenantID] {
        connections.shutdown().compactMap { tenant, writers in
            let isDone = writers.contains { (try? $0.hasWork()) == false }
            return tenants.contains(tenant) && isDone ? tenant : nil
        }
    }
}

extension TenantState {
    /// The generations of the living collections.
    var generations: [UInt32: Generations] { collections.mapValues(\.generations) }
}
