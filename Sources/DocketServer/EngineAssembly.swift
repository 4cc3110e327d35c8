internal import DocketCore
internal import DocketElasticsearch
internal import DocketPostgres
internal import DocketRabbitMQ
internal import DocketRedis
internal import DocketRuntime
internal import DocketService
internal import DocketSystem
internal import DocketTelemetry

/// The truth in PostgreSQL, the index in Elasticsearch or OpenSearch, and what brings the two
/// together.
struct EngineAssembly: StoreAssembly {
    /// Time for the search engine to say what it is, before the server starts without it.
    private static let firstAnswer = Duration.seconds(5)

    private let store: PostgresStore
    private let index: ElasticsearchIndex
    /// The second cluster, where there is one.
    private let next: ElasticsearchIndex?
    private let clusters: ClusterKeeper
    private let search: CheckedSearch
    private let deletion: CheckedDeletion
    /// nil in a process that does not index.
    private let indexer: OutboxIndexer?
    private let keepers: IndexKeepers
    /// nil in a process that does not index, and where no schedule is set.
    private let snapshots: SnapshotKeeper?
    private let verifier: IndexVerifier
    /// nil where none is wanted, or another process does it.
    private let auditor: IndexAuditor?
    /// nil in a process that does not index.
    private let cluster: ClusterWatch?
    private let indexing = IndexingCounters()
    private let removals: KnownRemovals
    /// nil where servers share no replies.
    private let cache: RedisCache?
    /// nil where indexers look for documents by themselves.
    private let hints: RabbitMQHints?
    private let roles: Set<ServerRole>
    private let registry: MetricsRegistry
    private let logger: Logger

    /// Looks at both engines.
    ///
    /// PostgreSQL must answer. A search engine that is away is waited for while the server serves;
    /// one that cannot be used is refused.
    static func open(
        _ settings: EngineSettings,
        threads: Int,
        registry: MetricsRegistry,
        logger: Logger
    ) async throws(ServerFault) -> EngineAssembly {
        let assembly: EngineAssembly
        do {
            assembly = try EngineAssembly(settings, threads: threads, registry, logger)
        } catch {
            throw ServerFault(.engine, (error as? DocketError)?.message ?? "\(error)")
        }
        do throws(DocketError) {
            try await assembly.store.checkSchema(work: .ofStart)
            if try await assembly.store.hasIndexed(work: .ofStart) {
                await assembly.index.expectPool()
            }
            if settings.roles.contains(.indexer) {
                try await assembly.store.claimSeries(work: .ofStart)
            }
        } catch {
            await assembly.close()
            throw ServerFault(.engine, "--postgres: \(error.withCause)")
        }
        do throws(DocketError) {
            try await assembly.index.prepare(work: WorkLimit(within: firstAnswer))
            try await assembly.clusters.hear(WorkLimit(within: firstAnswer))
        } catch {
            guard error.code != .failedPrecondition else {
                await assembly.close()
                throw ServerFault(.engine, "--elasticsearch: \(error.withCause)")
            }
            logger.warning(
                "the search engine does not answer; uploads are taken, searches wait for it",
                ["cause": .string(error.cause.text ?? error.message)]
            )
        }
        do throws(DocketError) {
            try assembly.clusters.requireSearched()
        } catch {
            await assembly.close()
            throw ServerFault(.engine, "--elasticsearch: \(error.message)")
        }
        return assembly
    }

    private init(
        _ settings: EngineSettings,
        threads: Int,
        _ registry: MetricsRegistry,
        _ logger: Logger
    ) throws {
        self.registry = registry
        self.logger = logger
        roles = settings.roles
        var postgres = settings.postgres
        postgres.series = settings.elasticsearch.series
        store = try PostgresStore(postgres, logger: logger)
        index = try ElasticsearchIndex(settings.elasticsearch, log: logger)
        next = try settings.elasticsearchNext.map { configuration in
            try ElasticsearchIndex(configuration, log: logger)
        }
        let pair = ClusterPair(index, next: next, ledger: store, logger: logger)
        let switchSnapshots = settings.switchSnapshots.map { [index] in
            SwitchSnapshots(index, age: $0.age, kept: $0.kept, logger: logger)
        }
        clusters = Self.clusters(settings, pair, store, switchSnapshots, registry, logger)
        cache = try settings.redis.map { redis in
            try RedisCache(redis, registry: registry, logger: logger)
        }
        let removals = KnownRemovals()
        self.removals = removals
        search = try Self.search(
            settings,
            pair,
            store,
            removals,
            threads: threads,
            registry,
            logger
        )
        deletion = CheckedDeletion(
            index: pair,
            truth: store,
            removals: removals,
            registry: registry,
            logger: logger
        )
        let indexer =
            roles.contains(.indexer)
            ? Self.indexer(settings, store, pair, indexing, registry, logger) : nil
        self.indexer = indexer
        hints = try Self.hints(settings, indexer, registry, logger)
        snapshots =
            indexer == nil ? nil : Self.snapshots(settings, index, registry, logger)
        keepers = IndexKeepers(
            settings,
            store,
            pair,
            first: index,
            next: next,
            deletion,
            switchSnapshots,
            registry,
            logger
        )
        cluster =
            indexer == nil ? nil : ClusterWatch(index, registry: registry, logger: logger)
        let verifier = IndexVerifier(store, index, logger: logger)
        self.verifier = verifier
        auditor = Self.auditor(settings, store, verifier, registry, logger)
        ServerMetrics.register(registry, indexing)
        registerSearches()
    }

    private static func clusters(
        _ settings: EngineSettings,
        _ pair: ClusterPair,
        _ store: PostgresStore,
        _ snapshots: SwitchSnapshots?,
        _ registry: MetricsRegistry,
        _ logger: Logger
    ) -> ClusterKeeper {
        ClusterKeeper(
            pair,
            store,
            store,
            fills: settings.roles.contains(.indexer),
            snapshots: snapshots,
            registry: registry,
            logger: logger
        )
    }

    private static func search(
        _ settings: EngineSettings,
        _ index: ClusterPair,
        _ store: PostgresStore,
        _ removals: KnownRemovals,
        threads: Int,
        _ registry: MetricsRegistry,
        _ logger: Logger
    ) throws -> CheckedSearch {
        try CheckedSearch(
            index: index,
            truth: store,
            removals: removals,
            threads: threads,
            concurrency: settings.elasticsearch.searches,
            registry: registry,
            logger: logger
        )
    }

    private func registerSearches() {
        let (index, search) = (index, search)
        registry.show("docket_search_nodes_count", "Addresses of the search engine") {
            index.nodes.all
        }
        registry.show("docket_search_nodes_serving_count", "Those of them that answer") {
            index.nodes.serving
        }
        registry.show("docket_search_concurrency_count", "Searches that it gets at once") {
            search.places.limit
        }
        registry.show("docket_search_waiting_count", "Searches that wait for a place there") {
            search.places.waiting
        }
    }

    private static func hints(
        _ settings: EngineSettings,
        _ indexer: OutboxIndexer?,
        _ registry: MetricsRegistry,
        _ logger: Logger
    ) throws -> RabbitMQHints? {
        try settings.rabbitmq.map { rabbitmq in
            try RabbitMQHints(
                rabbitmq,
                isSending: settings.roles.contains(.api),
                hear: indexer.map { indexer in { @Sendable hint in indexer.hear(hint) } },
                registry: registry,
                logger: logger
            )
        }
    }

    private static func snapshots(
        _ settings: EngineSettings,
        _ index: ElasticsearchIndex,
        _ registry: MetricsRegistry,
        _ logger: Logger
    ) -> SnapshotKeeper? {
        settings.snapshots.map { schedule in
            SnapshotKeeper(
                index,
                interval: schedule.interval,
                kept: schedule.kept,
                registry: registry,
                logger: logger
            )
        }
    }

    /// nil where none is wanted, or another process does it.
    private static func auditor(
        _ settings: EngineSettings,
        _ store: PostgresStore,
        _ verifier: IndexVerifier,
        _ registry: MetricsRegistry,
        _ logger: Logger
    ) -> IndexAuditor? {
        guard settings.roles.contains(.indexer), settings.auditRate > 0 else { return nil }
        return IndexAuditor(
            directory: store,
            store: store,
            verifier: verifier,
            documentsPerSecond: settings.auditRate,
            registry: registry,
            logger: logger
        )
    }

    private static func indexer(
        _ settings: EngineSettings,
        _ store: PostgresStore,
        _ index: ClusterPair,
        _ counters: IndexingCounters,
        _ registry: MetricsRegistry,
        _ logger: Logger
    ) -> OutboxIndexer {
        var limits = BulkLimits()
        if settings.rabbitmq != nil { limits.poll = limits.hintedPoll }
        return OutboxIndexer(
            store,
            index,
            control: store,
            limits: limits,
            counters: counters,
            metrics: OutboxMetrics(registry),
            logger: logger
        )
    }

    var backends: Backends {
        var backends = Backends(
            directory: store,
            store: store,
            search: search,
            deletion: deletion,
            generations: store,
            backup: EngineBackup(),
            removals: removals,
            sharedReplies: cache,
            rebuilder: keepers.rebuilder,
            snapshots: index,
            restorer: keepers.restorer,
            pool: keepers.pool,
            clusters: clusters,
            verifier: verifier
        )
        backends.health = ServerHealth(
            roles: roles.map(\.rawValue).sorted(),
            parts: parts,
            outbox: store,
            control: store
        )
        return backends
    }

    private var parts: [HealthRecord] {
        var parts = store.health + index.health
        parts.append(cache?.health ?? HealthRecord("redis", .off))
        parts.append(hints?.health ?? HealthRecord("rabbitmq", .off))
        if roles.contains(.api) { parts.append(search.health) }
        if let indexer { parts.append(indexer.health) }
        if let auditor { parts.append(auditor.health) }
        if let cluster { parts.append(cluster.health) }
        return parts
    }

    var services: [any Service] {
        var services: [any Service] = [store, index]
        if let next { services.append(next) }
        services.append(clusters)
        if roles.contains(.api) { services.append(search) }
        if let indexer { services += [PostgresUpkeep(store), indexer] + keepers.services }
        if let snapshots { services.append(snapshots) }
        if let auditor { services.append(auditor) }
        if let cluster { services.append(cluster) }
        if roles.contains(.api), let cache { services.append(cache) }
        if let hints { services.append(hints) }
        return services
    }

    func followers(
        _ collections: CollectionRegistry,
        _ authenticator: Authenticator
    ) -> [any Service] {
        [
            ChangeWatch(
                store,
                collections: collections,
                removals: removals,
                authenticator: authenticator,
                registry: registry,
                logger: logger
            )
        ]
    }

    func observe(_ observer: any GenerationObserver) { store.observe(observer) }

    func wake(_ hint: WorkHint) {
        indexer?.wake(hint.tenant)
        hints?.send(hint)
    }

    /// What waits of a deleted tenant are removals, which go on.
    func forget(_ tenant: TenantID) {}

    func close() async {
        hints?.close()
        cache?.close()
        index.close()
        next?.close()
        await store.close()
    }
}

/// PostgreSQL has tools of its own, which copy one moment of everything.
private struct EngineBackup: StoreBackup {
    func backup(
        into folder: String,
        progress: @escaping @Sendable (BackupProgress) async -> Void
    ) async throws(DocketError) -> BackupProgress {
        throw DocketError(
            .failedPrecondition,
            "documents are kept in PostgreSQL: back its database up with pg_dump; the index is "
                + "made from it"
        )
    }
}
