internal import DocketCore
internal import DocketRuntime
internal import DocketSystem
internal import Synchronization

/// The reading connections, and the threads on which they are used, fairly by tenant.
final class ReaderPool: Sendable {
    private let threads: FairThreads
    private let store: EngineShared
    private let shares: PageCacheShares
    private let idle: Mutex<IdleConnections<TenantReader>>

    init(_ store: EngineShared) throws(ThreadError) {
        self.store = store
        let configuration = store.configuration
        var limits = FairSchedule.Limits()
        limits.width = max(1, configuration.readers)
        limits.ownerBegun = limits.width
        limits.begun = 8 * limits.width
        limits.ownerWaiting = configuration.waitingReads
        threads = try FairThreads(name: "reader", limits)
        shares = PageCacheShares(bytes: configuration.cacheBytes * 3 / 4)
        idle = Mutex(IdleConnections(capacity: configuration.openTenants))
    }

    /// Runs `body` with a connection to the tenant's file, which its writer has opened before.
    func read<Value: Sendable>(
        _ tenant: TenantID,
        _ workClass: WorkClass,
        _ work: WorkLimit?,
        _ body: @escaping @Sendable (TenantReader) throws -> Value
    ) async throws(DocketError) -> Value {
        try await run(tenant, workClass, work) { [self] turn throws(DocketError) in
            try store.mappingErrors(tenant) {
                let reader = try take(tenant)
                reader.connection.watch.begin(work, turn)
                defer {
                    reader.connection.watch.end()
                    put(reader, tenant)
                }
                return try body(reader)
            }
        }
    }

    /// Runs blocking work that needs no connection of this pool.
    func run<Value: Sendable>(
        _ tenant: TenantID,
        _ workClass: WorkClass,
        _ work: WorkLimit?,
        _ body: @escaping @Sendable (JobTurn) throws(DocketError) -> Value
    ) async throws(DocketError) -> Value {
        try await threads.answer(for: tenant, workClass, work, body)
    }

    private func take(_ tenant: TenantID) throws -> TenantReader {
        let reader: TenantReader
        if let kept = idle.withLock({ $0.take(tenant) }) {
            reader = kept
        } else {
            try store.requireFile(of: tenant)
            reader = try TenantReader(path: store.path(of: tenant), store.configuration, shares)
        }
        try shares.apply(to: reader.connection)
        return reader
    }

    private func put(_ reader: TenantReader, _ tenant: TenantID) {
        // What is put away after its tenant has gone would keep the file.
        guard !store.isGone(tenant) else { return }
        let leaving = idle.withLock { $0.put(reader, tenant) }
        withExtendedLifetime(leaving) {}
    }

    func close(_ tenant: TenantID) {
        let closing = idle.withLock { $0.removeAll(tenant) }
        withExtendedLifetime(closing) {}
    }

    /// Ends the threads and closes all connections; nothing is under way.
    func shutdown() {
        threads.shutdown()
        let closing = idle.withLock { $0.removeAll() }
        withExtendedLifetime(closing) {}
    }
}

extension FairThreads {
    /// Runs `body` for `work`, if any: a job that is stopped before it begins leaves at once.
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
                            throw DocketError(.cancelled, "the work was stopped")
                        }
                        return try body(turn)
                    }
                }
            )
        } catch {
            throw DocketError(error)
        }
        return try result.get()
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
        case .withdrawn: self.init(.cancelled, "the work was stopped")
        case .ended: self.init(.unavailable, "the store is closed")
        }
    }
}
