internal import DocketCore
internal import DocketRuntime
internal import DocketSystem
internal import Synchronization

/// A connection to one tenant's file, which one job at a time uses.
protocol TenantConnection: AnyObject, Sendable {
    var connection: ConnectionHandle { get }
}

/// The readers or the writers of all tenants, and the threads on which they are used, fairly by
/// tenant.
final class TenantConnections<Connection: TenantConnection>: Sendable {
    let threads: FairThreads
    let store: EngineShared
    private let shares: PageCacheShares
    private let idle: Mutex<IdleConnections<Connection>>

    /// Starts the threads: `limits` without `begun`, which follows from its width.
    ///
    /// The connections keep `cacheBytes` of pages in memory together.
    init(
        _ store: EngineShared,
        name: String,
        _ limits: FairSchedule.Limits,
        cacheBytes: Int
    ) throws(ThreadError) {
        self.store = store
        var limits = limits
        limits.begun = 8 * limits.width
        threads = try FairThreads(name: name, limits)
        shares = PageCacheShares(bytes: cacheBytes)
        idle = Mutex(IdleConnections(capacity: store.configuration.openTenants))
    }

    /// Runs `body` with a connection to the tenant's file: an idle one, or what `open` makes.
    ///
    /// `work` ends the wait for it, and unless `isShared`, what `body` does.
    func use<Value: Sendable>(
        _ tenant: TenantID,
        _ workClass: WorkClass,
        _ work: WorkLimit?,
        isShared: Bool = false,
        open: @escaping @Sendable (PageCacheShares) throws -> Connection,
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws(DocketError) -> Value {
        try await threads.answer(for: tenant, workClass, work) { [self] turn throws(DocketError) in
            try store.mappingErrors(tenant) {
                let used = try idle.withLock { $0.take(tenant) } ?? open(shares)
                try shares.apply(to: used.connection)
                used.connection.watch.begin(isShared ? nil : work, turn)
                defer {
                    used.connection.watch.end()
                    put(used, tenant)
                }
                return try body(used)
            }
        }
    }

    private func put(_ used: Connection, _ tenant: TenantID) {
        // What is put away after its tenant has gone would keep the file.
        guard !store.isGone(tenant) else { return }
        let leaving = idle.withLock { $0.put(used, tenant) }
        withExtendedLifetime(leaving) {}
    }

    /// Closes the tenant's idle connections.
    func close(_ tenant: TenantID) {
        let closing = idle.withLock { $0.removeAll(tenant) }
        withExtendedLifetime(closing) {}
    }

    /// Ends the threads; nothing is under way.
    ///
    /// - Returns: The connections, for the caller to close.
    @discardableResult
    func shutdown() -> [TenantID: [Connection]] {
        threads.shutdown()
        return idle.withLock { $0.removeAll() }
    }
}

extension FairThreads {
    /// Runs `body` for `work`, if any: a job that is stopped before it begins leaves at once and
    /// says that it was not processed.
    func answer<Value: Sendable>(
        for tenant: TenantID,
        _ workClass: WorkClass,
        _ work: WorkLimit?,
        _ body: @escaping @Sendable (JobTurn) throws(DocketError) -> Value
    ) async throws(DocketError) -> Value {
        defer { work?.onStop(nil) }
        let result: Result<Value, DocketError>
        do throws(FairThreadsRefusal) {
            result = try await run(
                for: tenant.number,
                workClass,
                onSubmitted: { work?.onStop($0) },
                { turn in
                    Result { () throws(DocketError) in
                        if let work, work.hasEnded(at: MonotonicTime.now().nanoseconds) {
                            throw DocketError(FairThreadsRefusal.withdrawn)
                        }
                        return try body(turn)
                    }
                }
            )
        } catch {
            result = .failure(DocketError(error))
        }
        do throws(DocketError) {
            return try result.get()
        } catch {
            // Whether it was told or found out by itself that its time was over.
            guard error.code == .cancelled,
                var ending = work?.ending(at: MonotonicTime.now().nanoseconds)
            else { throw error }
            ending.isNotProcessed = error.isNotProcessed
            throw ending
        }
    }
}

extension DocketError {
    fileprivate init(_ refusal: FairThreadsRefusal) {
        switch refusal {
        case .tooMuchWaits(let retryAfter):
            self.init(
                .resourceExhausted,
                "too much work of the tenant waits",
                retryAfter: retryAfter,
                isNotProcessed: true
            )
        case .withdrawn:
            self.init(.cancelled, "the work was stopped", isNotProcessed: true)
        case .ended: self.init(.unavailable, "the store is closed")
        }
    }
}
