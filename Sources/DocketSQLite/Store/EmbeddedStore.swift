package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry
internal import Synchronization

/// The embedded store: one SQLite file for each tenant and a control file, in one directory.
///
/// It fills the ports of DocketCore whose truth and index change together. Blocking work runs on
/// its own few threads, which tenants share fairly; what waits to be written of one tenant goes
/// into one transaction.
package final class EmbeddedStore: Service {
    package let name = "store"
    let shared: EngineShared
    let control: ControlStore
    /// nil once the store is closed.
    private let lock: Mutex<DirectoryLockHandle?>
    let writers: WriterPool
    let readers: ReaderPool
    let groups = ReadGroups()
    /// Tenants whose mark in the control file is durable.
    private let dirty = Mutex<Set<TenantID>>([])
    private let isClosed = Atomic<Bool>(false)

    /// What the store did since the start.
    package var counters: EmbeddedCounters { shared.counters }

    /// Tenants whose files were found damaged, or missing, since the start.
    package var damagedTenants: Int { shared.damagedTenants }

    /// Opens the data directory, or makes it.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` when another process has it open, or when it
    ///   was written by a newer version.
    package static func open(
        _ configuration: EmbeddedConfiguration,
        logger: Logger = .silent
    ) async throws(DocketError) -> EmbeddedStore {
        let store = try EmbeddedStore(configuration, logger)
        try await store.control.open(configuration, usedNumber: store.highestFileNumber())
        try await store.finishInterrupted()
        let marked = try await store.tenantsToIndex()
        store.dirty.withLock { $0.formUnion(marked) }
        try await store.reportLostFiles()
        return store
    }

    private init(_ configuration: EmbeddedConfiguration, _ logger: Logger) throws(DocketError) {
        try FileSystem.makeFolder(configuration.directory)
        let held = try DirectoryLockHandle(directory: configuration.directory)
        lock = Mutex(held)
        shared = EngineShared(configuration, logger)
        try FileSystem.makeFolder(shared.tenantsFolder)
        do {
            control = try ControlStore()
            writers = try WriterPool(shared)
            readers = try ReaderPool(shared)
        } catch {
            throw DocketError(.unavailable, "the threads of the store cannot be started")
        }
    }

    /// Who is told of new generations and of documents to index; before the first call.
    package func observe(_ observer: any GenerationObserver) { shared.observe(observer) }

    package func start() async throws {}

    package func stop(by deadline: MonotonicTime) async { await close() }

    /// Closes all files and ends the threads; calls under way have ended before.
    package func close() async {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        readers.shutdown()
        await clearMarks(of: writers.shutdown(dirty.withLock { $0 }))
        control.shutdown()
        lock.withLock { $0 = nil }
    }

    /// Tenants that are known to be indexed need not be looked at after the next start.
    private func clearMarks(of idle: [TenantID]) async {
        let numbers = idle.map(\.number)
        // A mark too many costs a look at the next start.
        try? await control.write(nil) { connection in
            for number in numbers {
                try connection.run("DELETE FROM dirty WHERE tenant = ?1", .number(number))
            }
        }
    }

    private func highestFileNumber() -> UInt64 {
        (FileSystem.names(in: shared.tenantsFolder) ?? [])
            .compactMap { name in name.hasSuffix(".db") ? UInt64(name.dropLast(3)) : nil }
            .max() ?? 0
    }

    /// Logs which tenants have lost their files, before anybody asks for them.
    private func reportLostFiles() async throws(DocketError) {
        for tenant in try await tenants(work: WorkLimit()).map(\.id) {
            do throws(DocketError) {
                try shared.requireFile(of: tenant)
            } catch {
                shared.logDamage(tenant, error)
            }
        }
    }

    /// Removes what is left of tenants whose making or deletion was interrupted.
    private func finishInterrupted() async throws(DocketError) {
        let numbers = try await control.read(nil) { connection in
            try connection.all("SELECT id FROM tenants WHERE state <> 0", row: { $0.unsigned(0) })
        }
        for number in numbers { try await removeFiles(TenantID(number)) }
    }

    func removeFiles(_ tenant: TenantID) async throws(DocketError) {
        _ = groups.take(tenant)
        readers.close(tenant)
        try await writers.remove(tenant)
        let number = tenant.number
        try await control.write(nil) { connection in
            try connection.run("DELETE FROM dirty WHERE tenant = ?1", .number(number))
            try connection.run("DELETE FROM tenants WHERE id = ?1", .number(number))
        }
        _ = dirty.withLock { $0.remove(tenant) }
    }

    /// Runs `body` on a reading thread, for `work`.
    func read<Value: Sendable>(
        _ tenant: TenantID,
        _ work: WorkLimit,
        _ workClass: WorkClass = .interactive,
        _ body: @escaping @Sendable (TenantReader) throws -> Value
    ) async throws(DocketError) -> Value {
        try await prepare(tenant, work)
        return try await readers.read(tenant, workClass, work, body)
    }

    /// Opens the tenant's file by its writer, once.
    func prepare(_ tenant: TenantID, _ work: WorkLimit?) async throws(DocketError) {
        guard !shared.isOpened(tenant) else { return }
        do {
            try await writers.prepare(tenant, work)
        } catch {
            if ![.dataLoss, .cancelled, .deadlineExceeded].contains(error.code) {
                shared.log("a tenant's file cannot be opened", tenant, error)
            }
            throw error
        }
    }

    /// Marks the tenant durably before anything is committed that has to be indexed.
    func markDirty(_ tenant: TenantID, _ work: WorkLimit) async throws(DocketError) {
        guard !dirty.withLock({ $0.contains(tenant) }) else { return }
        let number = tenant.number
        try await control.write(work) { connection in
            try connection.run(
                "INSERT OR IGNORE INTO dirty(tenant) SELECT id FROM tenants WHERE id = ?1",
                .number(number)
            )
        }
        _ = dirty.withLock { $0.insert(tenant) }
    }
}
