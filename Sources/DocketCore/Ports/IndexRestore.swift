/// A restore of the index from a snapshot, or of nothing but the documents, as the truth keeps it.
///
/// The snapshot comes into indices beside those that are searched. While they are brought up to the
/// truth ``Outbox`` gives each leased change a copy for them, and once they are searched changes go
/// to them alone; each stage begins for all servers before it is claimed.
package protocol RestoreLedger: Sendable {
    /// The indices of their own that collections have.
    func ownPlaces(work: WorkLimit) async throws(DocketError) -> [IndexPlace]
    /// Begins to restore `snapshot`, none where that is empty, into other indices of `cluster` for
    /// all `places`, which `naming` calls by the restore's number, one that never comes again; or
    /// joins that restore if it is under way.
    ///
    /// - Returns: the number of the restore.
    /// - Throws: ``DocketError`` `failedPrecondition` while another snapshot is restored,
    ///   collections are rebuilt or moved, or there are two clusters; `aborted` where `places` are
    ///   not all that there are.
    func beginRestore(
        of snapshot: String,
        in cluster: String,
        _ places: [IndexPlace],
        naming: @escaping @Sendable (UInt64, IndexPlace) -> IndexPlace,
        work: WorkLimit
    ) async throws(DocketError) -> UInt64
    /// The last restore; nil when there was none.
    func restoreStatus(work: WorkLimit) async throws(DocketError) -> RestoreStatus?
    /// The right to go on with a restore, for `duration` from now and from each save; nil while
    /// another server has it, and where there is nothing to do.
    func claimRestore(
        for duration: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Restore?
    /// Keeps how far the restore is. False when the claim is lost.
    func save(
        _ restore: Restore,
        for duration: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Bool
    /// Goes on to `stage`, from its beginning, which can be claimed after `delay`, and gives the
    /// claim back; `reason` says why a restore failed.
    func advance(
        _ restore: Restore,
        to stage: RestoreStage,
        after delay: Duration,
        reason: String,
        work: WorkLimit
    ) async throws(DocketError)
    /// Those of `documents`, held by restored indices, that have no business there: deleted,
    /// failed, of another index by now, or unknown.
    func extras(
        among documents: [HeldDocument],
        work: WorkLimit
    ) async throws(DocketError) -> [HeldDocument]
    /// Versions that the restored indices have to hold, of the next 1,000 documents at most.
    func expected(
        by restore: Restore,
        work: WorkLimit
    ) async throws(DocketError) -> RestoredVersions
    /// What the index gets of these documents; those that have another version by now are left out,
    /// they come with a lease.
    func changes(
        for versions: [IndexedVersion],
        work: WorkLimit
    ) async throws(DocketError) -> [IndexChange]
    /// Whose names the restored indices get.
    func restoredNames(work: WorkLimit) async throws(DocketError) -> RestoredNames
}

/// Indices that are made of a snapshot.
package protocol RestorableIndex: Sendable {
    /// The places that the pool has had up to `place`; up to the first one for nil.
    func poolPlaces(through place: IndexPlace?) -> [IndexPlace]
    /// What the index is called that takes the place of another one.
    func place(restoredBy number: UInt64, for place: IndexPlace) -> IndexPlace
    /// The id that the cluster gives itself; asked, whether or not the index is there.
    func reach(work: WorkLimit) async throws(DocketError) -> String
    /// - Throws: ``DocketError`` `notFound`, or `failedPrecondition` for a snapshot that is not
    ///   whole or has nothing that this version can search.
    func requireRestorable(_ snapshot: String, work: WorkLimit) async throws(DocketError)
    /// Begins to make the restored indices, or looks how far they are. No name reaches them. Those
    /// that the snapshot does not have are made empty.
    func restore(_ restore: Restore, work: WorkLimit) async throws(DocketError) -> RestoredState
    /// What the restored indices hold after the number where the restore is, in their order.
    func held(
        by restore: Restore,
        limit: Int,
        work: WorkLimit
    ) async throws(DocketError) -> HeldSlice
    /// Documents that the restored indices hold and that can be found now.
    func count(in restore: Restore, work: WorkLimit) async throws(DocketError) -> Int
    /// Searches reach the restored indices and no longer the others: in one step, and read back.
    func publish(
        _ restore: Restore,
        _ names: RestoredNames,
        work: WorkLimit
    ) async throws(DocketError)
    /// The restored indices take the places of the others, which are removed: in one step, and read
    /// back. Neither searches nor changes go to these any longer.
    func replace(_ restore: Restore, work: WorkLimit) async throws(DocketError)
    /// Removes indices that restores have made and that have no place.
    func removeUnpublished(work: WorkLimit) async throws(DocketError)
}

/// What is done about a snapshot that is restored.
package enum RestoreStage: UInt8, Sendable {
    /// The engine makes indices of it.
    case restoring = 0
    /// What does not belong there is taken out of them. From here on they get every change.
    case trimming = 1
    /// They get what they lack.
    case filling = 2
    /// They are searched, and get all changes; searches that began before end in the others.
    case switched = 3
    /// They have their places, or were given up; indices without a place are removed.
    case clearing = 4
    case done = 5
    case failed = 6
}

/// A restore that one server is at.
package struct Restore: Hashable, Sendable {
    package var number: UInt64
    /// Of the claim.
    package var token: UInt64
    package var stage: RestoreStage
    /// Empty where all comes from the documents.
    package var snapshot: String
    package var cluster: String
    /// The restored index of each place.
    package var places: [IndexPlace: IndexPlace]
    /// Documents up to this number are done in this stage.
    package var after: UInt64 = 0
    /// Documents that the restored indices were given.
    package var documents = 0
    /// Documents that were taken out of them.
    package var removed = 0
    /// Why it is given up; empty while it is not.
    package var reason = ""

    package init(
        number: UInt64,
        token: UInt64,
        stage: RestoreStage,
        snapshot: String,
        cluster: String,
        places: [IndexPlace: IndexPlace]
    ) {
        self.number = number
        self.token = token
        self.stage = stage
        self.snapshot = snapshot
        self.cluster = cluster
        self.places = places
    }
}

/// How far the engine is with making indices of a snapshot.
package enum RestoredState: Hashable, Sendable {
    case running
    /// All take writes.
    case ready
    /// A part of one will not come by itself.
    case stuck
}

/// Documents in the order of their numbers.
package struct RestoredVersions: Sendable {
    /// Their places are the restored indices.
    package var documents: [IndexedVersion]
    /// Of each document.
    package var bytes: [Int]
    /// Where the next slice begins, nil at the end.
    package var next: UInt64?

    package init(documents: [IndexedVersion] = [], bytes: [Int] = [], next: UInt64? = nil) {
        self.documents = documents
        self.bytes = bytes
        self.next = next
    }
}

/// Whose names reach indices.
package struct RestoredNames: Sendable {
    package var tenants: [TenantID]
    /// Collections with an index of their own, and which it is.
    package var collections: [CollectionReference: IndexPlace]

    package init(tenants: [TenantID], collections: [CollectionReference: IndexPlace]) {
        self.tenants = tenants
        self.collections = collections
    }
}

/// How far a restore is.
package struct RestoreStatus: Hashable, Sendable {
    package var number: UInt64
    package var snapshot: String
    package var stage: RestoreStage
    package var documents: Int
    package var removed: Int
    /// Documents that the index has to have.
    package var all: Int
    /// Why it failed.
    package var reason: String

    package init(
        number: UInt64,
        snapshot: String,
        stage: RestoreStage,
        documents: Int,
        removed: Int,
        all: Int,
        reason: String
    ) {
        self.number = number
        self.snapshot = snapshot
        self.stage = stage
        self.documents = documents
        self.removed = removed
        self.all = all
        self.reason = reason
    }
}
