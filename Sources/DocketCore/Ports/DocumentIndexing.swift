/// Bringing the index of a store up to its truth, one group at a time.
///
/// It is for stores that hold both and change them in one transaction. Where an engine holds the
/// index, ``Outbox`` and ``SearchIndex`` do it.
package protocol DocumentIndexing: Sendable {
    /// Tenants that may have unindexed documents from before the start.
    func tenantsToIndex() async throws(DocketError) -> [TenantID]
    /// Indexes the next group of a tenant: takes from the outbox, applies to the index, completes,
    /// raises generations. Safe to repeat after a failure.
    func indexNext(_ tenant: TenantID) async throws(DocketError) -> IndexingProgress
}

package struct IndexingProgress: Hashable, Sendable {
    package var indexed = 0
    /// Of those, how many were late, see ``IndexingLag``.
    package var late = 0
    package var failed = 0
    package var deleted = 0
    /// Whether there is more to do now.
    package var hasMore = false
    /// When to come again although nothing new arrives (a generation that waits for its second).
    package var wakeAfter: Duration?

    package init() {}
}

/// Who is told when what searches see has changed, before the writer is answered.
package protocol GenerationObserver: Sendable {
    /// The collection's generations are now these; called on the store's threads, must not block.
    func generationsChanged(_ tenant: TenantID, _ collection: UInt32, _ now: Generations)
    /// These documents must no longer be seen, although an index of its own may still hold them;
    /// told before the generations that say so. A store that takes them out of its index in the
    /// same transaction need not tell it.
    func documentsRemoved(_ tenant: TenantID, _ collection: UInt32, _ numbers: [UInt64])
    /// Documents wait in the outbox.
    func outboxFilled(_ hint: WorkHint)
    /// The collection is gone.
    func collectionDeleted(_ tenant: TenantID, _ collection: UInt32)
    /// The tenant is gone with all it held.
    func tenantDeleted(_ tenant: TenantID)
}

/// What cached replies are held against; see Generations in docs/ARCHITECTURE.md.
package struct Generations: Hashable, Sendable {
    /// Rises when something must no longer be seen: a delete, a document's failing.
    package var hard: UInt64
    /// Rises, at most once a second, when something new can be seen.
    package var soft: UInt64
    package var schemaEpoch: UInt64

    package init(hard: UInt64, soft: UInt64, schemaEpoch: UInt64) {
        self.hard = hard
        self.soft = soft
        self.schemaEpoch = schemaEpoch
    }
}

/// The generations now.
package protocol GenerationSource: Sendable {
    func generations(
        _ tenant: TenantID,
        of collection: Collection,
        work: WorkLimit
    ) async throws(DocketError) -> Generations
}

/// Copies of everything while writes go on.
package protocol StoreBackup: Sendable {
    /// Writes a copy of each tenant and of the directory into a new folder, one by one; every
    /// tenant's copy is a moment of its own. The folder must not exist or be empty.
    func backup(
        into folder: String,
        progress: @escaping @Sendable (BackupProgress) async -> Void
    ) async throws(DocketError) -> BackupProgress
}
