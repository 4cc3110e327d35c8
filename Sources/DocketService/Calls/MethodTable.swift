internal import DocketCore

/// The methods and what serves each: a new one is a file and a row.
struct MethodTable: Sendable {
    private let handlers: [DocketMethod: any CallHandler]

    init(
        _ backends: Backends,
        collections: CollectionRegistry,
        searcher: Searcher,
        metrics: CallMetrics,
        authenticator: Authenticator,
        seal: CursorSeal,
        limits: Limits
    ) {
        let (store, directory) = (backends.store, backends.directory)
        let verifier = backends.verifier
        handlers = [
            .upload: UploadMethod(store: store, collections: collections, limits: limits),
            .search: SearchMethod(searcher: searcher, metrics: metrics),
            .stream: StreamMethod(
                store: store,
                search: backends.search,
                collections: collections,
                seal: seal,
                limits: limits
            ),
            .status: StatusMethod(store: store, collections: collections, limits: limits),
            .get: GetMethod(store: store, collections: collections, limits: limits),
            .delete: DeleteMethod(
                store: store,
                deletion: backends.deletion,
                collections: collections,
                seal: seal,
                limits: limits
            ),
            .suggest: SuggestMethod(
                search: backends.search,
                collections: collections,
                cache: searcher.cache,
                limits: limits
            ),
            .createCollection: CreateCollectionMethod(store: store, limits: limits),
            .listCollections: ListCollectionsMethod(store: store),
            .getCollection: GetCollectionMethod(store: store),
            .addAttributes: AddAttributesMethod(store: store),
            .deleteCollection: DeleteCollectionMethod(store: store),
            .setSynonyms: SetSynonymsMethod(store: store, limits: limits),
            .setRetention: SetRetentionMethod(store: store),
            .createTenant: CreateTenantMethod(directory: directory, limits: limits),
            .listTenants: ListTenantsMethod(directory: directory),
            .setQuota: SetQuotaMethod(directory: directory, authenticator: authenticator),
            .deleteTenant: DeleteTenantMethod(directory: directory, authenticator: authenticator),
            .createKey: CreateKeyMethod(directory: directory),
            .listKeys: ListKeysMethod(directory: directory),
            .revokeKey: RevokeKeyMethod(directory: directory, authenticator: authenticator),
            .backup: BackupMethod(backup: backends.backup),
            .retryFailed: RetryFailedMethod(directory: directory, store: store),
            .rebuild: RebuildMethod(
                directory: directory,
                store: store,
                rebuilder: backends.rebuilder,
                restorer: backends.restorer
            ),
            .createSnapshot: CreateSnapshotMethod(snapshots: backends.snapshots),
            .listSnapshots: ListSnapshotsMethod(snapshots: backends.snapshots),
            .restoreSnapshot: RestoreSnapshotMethod(restorer: backends.restorer),
            .listIndices: ListIndicesMethod(pool: backends.pool),
            .changeClusters: ChangeClustersMethod(clusters: backends.clusters),
            .verify: VerifyMethod(directory: directory, store: store, verifier: verifier),
            .health: HealthMethod(health: backends.health),
            .setHold: SetHoldMethod(control: backends.health.control),
        ]
    }

    /// nil for a method that is not served.
    func handler(_ method: DocketMethod?) -> (any CallHandler)? { method.flatMap { handlers[$0] } }
}
