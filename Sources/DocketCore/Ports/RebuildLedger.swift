/// The rebuilds of collections as the truth keeps them: an index of its own is filled beside the
/// one that searches use, takes its place, and the old one is emptied.
///
/// From the beginning of a rebuild on ``Outbox`` gives leased changes a copy for the other index,
/// so that both have every change. Each stage begins for all servers before it is claimed.
package protocol RebuildLedger: Sendable {
    /// Begins to rebuild the collection into the index that `naming` calls by the rebuild's number,
    /// which never comes again; or joins the rebuild that is under way.
    ///
    /// - Returns: the number of the rebuild.
    func beginRebuild(
        _ tenant: TenantID,
        of collection: Collection,
        naming: @escaping @Sendable (UInt64) -> IndexPlace,
        work: WorkLimit
    ) async throws(DocketError) -> UInt64
    /// The last rebuild of the collection; nil when there was none.
    func rebuildStatus(
        _ tenant: TenantID,
        of collection: Collection,
        work: WorkLimit
    ) async throws(DocketError) -> RebuildStatus?
    /// A rebuild that no server is at, for `duration` from now and from each ``save(_:for:work:)``.
    func claimRebuild(
        for duration: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Rebuild?
    /// What is to be applied next: at most 1,000 changes of some 4 MiB. nil when the claim is lost.
    func slice(of rebuild: Rebuild, work: WorkLimit) async throws(DocketError) -> RebuildSlice?
    /// Keeps how far the rebuild is. False when the claim is lost.
    func save(
        _ rebuild: Rebuild,
        for duration: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Bool
    /// Goes on to `stage`, which can be claimed after `delay`, and gives the claim back; `reason`
    /// says why a rebuild failed.
    func advance(
        _ rebuild: Rebuild,
        to stage: RebuildStage,
        after delay: Duration,
        reason: String,
        work: WorkLimit
    ) async throws(DocketError)
    /// Those of `places` that no collection and no rebuild needs.
    func unused(
        _ places: Set<IndexPlace>,
        work: WorkLimit
    ) async throws(DocketError) -> Set<IndexPlace>
}

/// Indices that hold one collection whole.
package protocol CollectionIndices: Sendable {
    /// What the index of a rebuild is called.
    func place(ofRebuild number: UInt64) -> IndexPlace
    /// Makes the index, if it is not there, and compares it with what it has to be.
    func make(_ place: IndexPlace, work: WorkLimit) async throws(DocketError)
    /// The index is the one in which the collection is searched from now on: in one step, and read
    /// back.
    func publish(
        _ place: IndexPlace,
        of collection: CollectionReference,
        work: WorkLimit
    ) async throws(DocketError)
    /// All that were made and not removed.
    func made(work: WorkLimit) async throws(DocketError) -> Set<IndexPlace>
    func remove(_ place: IndexPlace, work: WorkLimit) async throws(DocketError)
}

/// What is done about a collection that is rebuilt.
package enum RebuildStage: UInt8, Sendable {
    /// Changes go to both indices.
    case begun = 0
    /// The new index gets what the old one has.
    case filling = 1
    /// Searches use the new one; servers that have not heard of it yet, the old one.
    case switched = 2
    /// The old one is emptied.
    case clearing = 3
    case done = 4
    case failed = 5
}

/// A rebuild that one server is at.
package struct Rebuild: Hashable, Sendable {
    package var tenant: TenantID
    package var collection: Collection
    package var isCollectionDeleted = false
    package var number: UInt64
    /// Of the claim.
    package var token: UInt64
    package var stage: RebuildStage
    /// The new index.
    package var place: IndexPlace
    /// The index of its own that the collection had before; nil where each document has its place.
    package var left: IndexPlace?
    /// Documents up to this number are done in this stage.
    package var after: UInt64 = 0
    /// Documents that the new index was given.
    package var documents = 0

    package init(
        tenant: TenantID,
        collection: Collection,
        number: UInt64,
        token: UInt64,
        stage: RebuildStage,
        place: IndexPlace
    ) {
        self.tenant = tenant
        self.collection = collection
        self.number = number
        self.token = token
        self.stage = stage
        self.place = place
    }
}

/// Documents in the order of their numbers.
package struct RebuildSlice: Sendable {
    package var changes: [IndexChange]
    /// Where the next slice begins, nil at the end.
    package var next: UInt64?

    package init(changes: [IndexChange], next: UInt64?) {
        self.changes = changes
        self.next = next
    }
}

/// How far a rebuild is.
package struct RebuildStatus: Hashable, Sendable {
    package var number: UInt64
    package var stage: RebuildStage
    /// Documents that the new index was given.
    package var documents: Int
    /// Documents of the collection.
    package var all: Int
    /// Why it failed.
    package var reason: String

    package init(
        number: UInt64,
        stage: RebuildStage,
        documents: Int,
        all: Int,
        reason: String
    ) {
        self.number = number
        self.stage = stage
        self.documents = documents
        self.all = all
        self.reason = reason
    }
}
