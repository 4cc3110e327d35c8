internal import DocketCore
internal import DocketRuntime
internal import DocketSQLite
internal import DocketService
internal import DocketSystem
internal import DocketTelemetry

/// The embedded store, which fills all ports by itself, and the indexer that drives it.
struct EmbeddedAssembly: StoreAssembly {
    private let store: EmbeddedStore
    private let indexer: Indexer
    private let retention: RetentionKeeper
    private let indexing = IndexingCounters()

    /// Opens the data directory, or makes it.
    static func open(
        _ configuration: EmbeddedConfiguration,
        retention: RetentionLimits,
        registry: MetricsRegistry,
        logger: Logger
    ) async throws(ServerFault) -> EmbeddedAssembly {
        do throws(DocketError) {
            let store = try await EmbeddedStore.open(configuration, logger: logger)
            let width = configuration.writers
            registerDisk(registry, configuration.directory)
            return EmbeddedAssembly(store, width: width, retention, registry, logger)
        } catch {
            throw ServerFault(.data, "\(configuration.directory): \(error.message)")
        }
    }

    private init(
        _ store: EmbeddedStore,
        width: Int,
        _ retention: RetentionLimits,
        _ registry: MetricsRegistry,
        _ logger: Logger
    ) {
        self.store = store
        self.retention = RetentionKeeper(
            store,
            store,
            store,
            limits: retention,
            registry: registry,
            logger: logger
        )
        indexer = Indexer(
            store,
            control: store,
            width: width,
            counters: indexing,
            logger: logger
        )
        ServerMetrics.register(registry, indexing)
        registry.show("docket_indexing_hold_state", "1 while an operator holds indexing") {
            [indexer] in indexer.isHeld ? 1 : 0
        }
        let counters = store.counters
        registry.count("docket_write_groups_total", "Transactions of writes") {
            counters.writes.groups
        }
        registry.count("docket_write_calls_total", "Calls in those transactions") {
            counters.writes.calls
        }
        registry.count("docket_written_documents_total", "Documents written") {
            counters.writes.documents
        }
        registry.count("docket_written_bytes_total", "Bytes of those documents") {
            counters.documentBytes
        }
        registry.count("docket_file_written_bytes_total", "Bytes written to files and logs") {
            counters.fileBytes
        }
        registry.count("docket_index_segments_total", "Segments written by groups") {
            counters.index.segments
        }
        registry.count("docket_index_merges_total", "Merges of segments") {
            counters.index.merges
        }
        registry.count("docket_index_merged_documents_total", "Documents written by merges") {
            counters.index.mergedDocuments
        }
        registry.show("docket_damaged_tenants_count", "Tenants whose files are damaged") {
            store.damagedTenants
        }
    }

    private static func registerDisk(_ registry: MetricsRegistry, _ directory: String) {
        registry.show("docket_disk_bytes", "Room of the data directory's file system") {
            DiskSpace(of: directory)?.bytes ?? 0
        }
        registry.show("docket_disk_free_bytes", "What of it is free") {
            DiskSpace(of: directory)?.freeBytes ?? 0
        }
    }

    var backends: Backends {
        var backends = Backends(
            directory: store,
            store: store,
            search: store,
            deletion: store,
            generations: store,
            backup: store
        )
        backends.health = ServerHealth(
            roles: ServerRole.allCases.map(\.rawValue),
            parts: [HealthRecord("store", .up)]
                + ["postgres", "search engine", "redis", "rabbitmq"].map { HealthRecord($0, .off) },
            control: indexer
        )
        return backends
    }

    var services: [any Service] { [store, indexer, retention] }

    func observe(_ observer: any GenerationObserver) { store.observe(observer) }

    func wake(_ hint: WorkHint) { indexer.wake(hint.tenant) }

    func forget(_ tenant: TenantID) { indexer.forget(tenant) }

    /// All that changes is changed here, and told at once.
    func followers(
        _ collections: CollectionRegistry,
        _ authenticator: Authenticator
    ) -> [any Service] { [] }

    func close() async { await store.close() }
}
