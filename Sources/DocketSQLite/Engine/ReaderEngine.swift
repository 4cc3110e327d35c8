internal import DocketCore
internal import DocketRuntime

/// The reading connections of one thread.
actor ReaderEngine {
    private let thread: ThreadExecutor
    private let store: EngineShared
    private var readers: OpenTenants<TenantReader>

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    /// Jobs that wait or run.
    nonisolated var queueDepth: Int { thread.queueDepth }

    init(thread: ThreadExecutor, _ store: EngineShared) {
        self.thread = thread
        self.store = store
        let threads = max(1, store.configuration.readers)
        readers = OpenTenants(
            capacity: max(1, store.configuration.openTenants / threads),
            cacheBytes: store.configuration.cacheBytes * 3 / 4 / threads
        )
    }

    /// Runs `body` with a connection to the tenant's file, which its writer has opened before.
    func read<Value: Sendable>(
        _ tenant: TenantID,
        _ body: @Sendable (TenantReader) throws -> Value
    ) throws(DocketError) -> Value {
        try store.answering(tenant) { try body(try reader(tenant)) }
    }

    private func reader(_ tenant: TenantID) throws -> TenantReader {
        if let reader = readers.value(tenant) { return reader }
        try store.requireFile(of: tenant)
        let reader = try TenantReader(path: store.path(of: tenant), store.configuration)
        try readers.insert(reader, tenant, reader.connection)
        return reader
    }

    /// Runs blocking work that needs no connection of this thread.
    func run<Value: Sendable>(
        _ body: @Sendable () throws(DocketError) -> Value
    ) throws(DocketError) -> Value { try body() }

    func close(_ tenant: TenantID) { readers.remove(tenant) }

    func closeAll() { readers.removeAll() }
}
