package import DocketCore

/// What the service is built on: the ports, filled by the embedded store or by engines.
package struct Backends: Sendable {
    package var directory: any TenantDirectory
    package var store: any DocumentStore
    package var search: any DocumentSearch
    package var deletion: any FilteredDeletion
    package var generations: any GenerationSource
    package var backup: any StoreBackup
    /// nil where nothing that is removed stays in the index for a while.
    package var removals: KnownRemovals?
    /// nil where a server's own memory is all the cache there is.
    package var sharedReplies: (any SharedReplyCache)?
    /// nil where the index is part of the truth.
    package var rebuilder: CollectionRebuilder?
    /// nil where the index is part of the truth.
    package var snapshots: (any IndexSnapshots)?
    /// The same.
    package var restorer: SnapshotRestorer?
    /// The same.
    package var pool: PoolKeeper?
    /// The same.
    package var clusters: ClusterKeeper?
    package var verifier: IndexVerifier?
    package var health = ServerHealth(roles: [], parts: [])

    package init(
        directory: any TenantDirectory,
        store: any DocumentStore,
        search: any DocumentSearch,
        deletion: any FilteredDeletion,
        generations: any GenerationSource,
        backup: any StoreBackup,
        removals: KnownRemovals? = nil,
        sharedReplies: (any SharedReplyCache)? = nil,
        rebuilder: CollectionRebuilder? = nil,
        snapshots: (any IndexSnapshots)? = nil,
        restorer: SnapshotRestorer? = nil,
        pool: PoolKeeper? = nil,
        clusters: ClusterKeeper? = nil,
        verifier: IndexVerifier? = nil
    ) {
        self.directory = directory
        self.store = store
        self.search = search
        self.deletion = deletion
        self.generations = generations
        self.backup = backup
        self.removals = removals
        self.sharedReplies = sharedReplies
        self.rebuilder = rebuilder
        self.snapshots = snapshots
        self.restorer = restorer
        self.pool = pool
        self.clusters = clusters
        self.verifier = verifier
    }
}
