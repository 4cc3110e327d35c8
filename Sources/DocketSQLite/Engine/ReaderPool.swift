internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// The reading connections, of which a tenant may have several at once.
final class ReaderPool: Sendable {
    private let connections: TenantConnections<TenantReader>

    init(_ store: EngineShared) throws(ThreadError) {
        let configuration = store.configuration
        var limits = FairSchedule.Limits()
        limits.width = max(1, configuration.readers)
        limits.ownerBegun = limits.width
        limits.ownerWaiting = configuration.waitingReads
        connections = try TenantConnections(
            store,
            name: "reader",
            limits,
            cacheBytes: configuration.cacheBytes * 3 / 4
        )
    }

    /// Runs `body` with a connection to the tenant's file, which its writer has opened before.
    func read<Value: Sendable>(
        _ tenant: TenantID,
        _ workClass: WorkClass,
        _ work: WorkLimit?,
        _ body: @escaping @Sendable (TenantReader) throws -> Value
    ) async throws(DocketError) -> Value {
        let store = connections.store
        return try await connections.use(
            tenant,
            workClass,
            work,
            open: { shares in
                try store.requireFile(of: tenant)
                return try TenantReader(path: store.path(of: tenant), store.configuration, shares)
            },
            body
        )
    }

    /// Runs blocking work that needs no connection of this pool.
    func run<Value: Sendable>(
        _ tenant: TenantID,
        _ workClass: WorkClass,
        _ work: WorkLimit?,
        _ body: @escaping @Sendable (JobTurn) throws(DocketError) -> Value
    ) async throws(DocketError) -> Value {
        try await connections.threads.answer(for: tenant, workClass, work, body)
    }

    func close(_ tenant: TenantID) { connections.close(tenant) }

    /// Ends the threads and closes all connections; nothing is under way.
    func shutdown() { connections.shutdown() }
}
