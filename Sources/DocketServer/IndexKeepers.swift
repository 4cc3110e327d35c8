internal import DocketCore
internal import DocketElasticsearch
internal import DocketPostgres
internal import DocketRuntime
internal import DocketService
internal import DocketTelemetry

/// What looks after the indices of a search engine and what is in them, beside the indexer.
struct IndexKeepers {
    let rebuilder: CollectionRebuilder
    let restorer: SnapshotRestorer
    let pool: PoolKeeper
    private let mover: CollectionMover
    private let retention: RetentionKeeper

    /// The index in both clusters is `pair`; snapshots are of `first`.
    init(
        _ settings: EngineSettings,
        _ store: PostgresStore,
        _ pair: ClusterPair,
        first: ElasticsearchIndex,
        next: ElasticsearchIndex?,
        _ deletion: any FilteredDeletion,
        _ snapshots: SwitchSnapshots?,
        _ registry: MetricsRegistry,
        _ logger: Logger
    ) {
        rebuilder = CollectionRebuilder(
            store,
            pair,
            snapshots: snapshots,
            registry: registry,
            logger: logger
        )
        restorer = SnapshotRestorer(
            store,
            first,
            next: next,
            registry: registry,
            logger: logger
        )
        pool = PoolKeeper(
            store,
            pair,
            limits: settings.rollover,
            registry: registry,
            logger: logger
        )
        mover = CollectionMover(store, pair, registry: registry, logger: logger)
        retention = RetentionKeeper(
            store,
            store,
            deletion,
            ledger: store,
            limits: settings.retention,
            registry: registry,
            logger: logger
        )
    }

    var services: [any Service] { [rebuilder, restorer, mover, pool, retention] }
}
