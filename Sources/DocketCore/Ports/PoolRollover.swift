/// Which index of the pool new documents go to, as the truth keeps it.
///
/// ``Outbox`` gives new documents that place with their leases, on all servers from the moment on
/// that it is another.
package protocol PoolLedger: Sendable {
    /// The right to look after the pool for `duration`, which one server has at a time; nil while
    /// another one has it.
    func claimPool(for duration: Duration, work: WorkLimit) async throws(DocketError) -> PoolClaim?
    /// Where new documents go; nil before the first rollover.
    func poolPlace(work: WorkLimit) async throws(DocketError) -> IndexPlace?
    /// New documents go to `next` from now on. False when they did not go to `place` before.
    func rollOver(
        from place: IndexPlace?,
        to next: IndexPlace,
        work: WorkLimit
    ) async throws(DocketError) -> Bool
}

/// What the truth says to who looks after the pool.
package struct PoolClaim: Hashable, Sendable {
    /// Where new documents go; nil before the first rollover: to the first index.
    package var place: IndexPlace?

    package init(place: IndexPlace?) { self.place = place }
}

/// The indices that documents of all tenants share.
package protocol PoolIndices: Sendable {
    /// In the order in which they were made; never empty.
    func pool(work: WorkLimit) async throws(DocketError) -> [PoolIndex]
    /// All indices that Docket has made, by name; those of the pool as `closed`, since only the
    /// truth knows which one is written.
    func inventory(work: WorkLimit) async throws(DocketError) -> [IndexDescription]
    /// Makes the index that follows `place`, if it is not there, and waits until it takes writes.
    func makeNext(after place: IndexPlace, work: WorkLimit) async throws(DocketError) -> IndexPlace
    /// Gives every alias to all indices of the pool in one step, reads them back and compares.
    func attachAliases(to place: IndexPlace, work: WorkLimit) async throws(DocketError)
    /// Has the engine drop what was deleted or replaced in the index; it goes on by itself.
    func expunge(_ place: IndexPlace, work: WorkLimit) async throws(DocketError)
}

/// One index of the pool.
package struct PoolIndex: Hashable, Sendable {
    package var place: IndexPlace
    package var documents: Int
    /// Documents that were deleted or replaced and still take room.
    package var deleted: Int
    /// Of one of its primary shards, on the mean.
    package var bytes: Int
    package var age: Duration
    /// Documents that it was ever given or asked to delete: another number tells that it is used.
    package var changes: Int

    package init(
        place: IndexPlace,
        documents: Int = 0,
        deleted: Int = 0,
        bytes: Int = 0,
        age: Duration = .zero,
        changes: Int = 0
    ) {
        self.place = place
        self.documents = documents
        self.deleted = deleted
        self.bytes = bytes
        self.age = age
        self.changes = changes
    }
}
