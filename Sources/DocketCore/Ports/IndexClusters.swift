/// Which clusters of search engines hold the index, as the truth keeps it.
///
/// One is searched. While another one is to take its place, each leased change goes to both, and
/// what is older is copied from the truth. Either may be searched then, until one is released.
package protocol ClusterLedger: Sendable {
    func clusters(work: WorkLimit) async throws(DocketError) -> IndexClusters
    /// The first cluster that ever answers is the one that is searched.
    func setFirstCluster(_ cluster: String, work: WorkLimit) async throws(DocketError)
    /// From now on changes go to `cluster` as well, once its indices are made.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` while collections are rebuilt, or where
    ///   another one has every change already.
    func beginTwin(_ cluster: String, work: WorkLimit) async throws(DocketError)
    /// The right to bring the twin further, for `duration` from now and from each save; nil while
    /// another server has it, and where there is nothing to do.
    func claimTwin(for duration: Duration, work: WorkLimit) async throws(DocketError) -> TwinClaim?
    /// What the twin gets next; nil when the claim is lost.
    func slice(of claim: TwinClaim, work: WorkLimit) async throws(DocketError) -> TwinSlice?
    /// Keeps how far the twin is. False when the claim is lost.
    func save(
        _ claim: TwinClaim,
        for duration: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Bool
    /// Goes on to `stage`, from its beginning, and gives the claim back.
    func advance(_ claim: TwinClaim, to stage: TwinStage, work: WorkLimit) async throws(DocketError)
    /// The twin has missed a change: it gets none until it is filled anew.
    func lose(_ twin: String, work: WorkLimit) async throws(DocketError)
    /// Versions that searches have to find, of up to `limit` documents that do not wait to be
    /// indexed.
    func sample(_ limit: Int, work: WorkLimit) async throws(DocketError) -> [IndexedVersion]
    /// Searches go to the twin, and what was searched is the twin.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` where there is none that is ready.
    func switchClusters(work: WorkLimit) async throws(DocketError) -> IndexClusters
    /// The twin gets no changes any longer.
    func releaseTwin(work: WorkLimit) async throws(DocketError)
}

/// Clusters by the ids that they give themselves.
package struct IndexClusters: Hashable, Sendable {
    /// The one that is searched; nil before any has answered.
    package var searched: String?
    /// The one that gets all changes as well.
    package var twin: Twin?
    /// Documents that the index holds.
    package var documents = 0

    package struct Twin: Hashable, Sendable {
        package var cluster: String
        package var stage: TwinStage
        /// Documents that it was given since its filling began.
        package var documents: Int

        package init(cluster: String, stage: TwinStage, documents: Int) {
            self.cluster = cluster
            self.stage = stage
            self.documents = documents
        }
    }

    package init(searched: String? = nil, twin: Twin? = nil) {
        self.searched = searched
        self.twin = twin
    }
}

package enum TwinStage: UInt8, Sendable {
    /// Its indices are made.
    case preparing = 0
    /// It gets each change, and what is older.
    case filling = 1
    /// It has everything.
    case ready = 2
    /// It did not take a change, and gets none until it answers.
    case away = 3

    /// Whether it gets changes.
    package var isWritten: Bool { self == .filling || self == .ready }
}

/// One server's right to bring the twin further, and where that stands.
package struct TwinClaim: Hashable, Sendable {
    package var cluster: String
    package var token: UInt64
    package var stage: TwinStage
    /// All collections before this one are done, and of it all documents up to a number.
    package var collection: CollectionReference
    package var after: UInt64
    package var documents: Int

    package init(
        cluster: String,
        token: UInt64,
        stage: TwinStage,
        collection: CollectionReference,
        after: UInt64,
        documents: Int
    ) {
        self.cluster = cluster
        self.token = token
        self.stage = stage
        self.collection = collection
        self.after = after
        self.documents = documents
    }
}

/// Documents of one collection.
package struct TwinSlice: Sendable {
    /// Whose they are; nil at the end.
    package var collection: CollectionReference?
    /// The index of its own that the collection has.
    package var place: IndexPlace?
    package var changes: [IndexChange] = []
    /// The number after which the collection goes on; nil when it is done.
    package var next: UInt64?

    package init(collection: CollectionReference? = nil, place: IndexPlace? = nil) {
        self.collection = collection
        self.place = place
    }
}

/// A version of a document, and where it stands.
package struct IndexedVersion: Hashable, Sendable {
    package var tenant: TenantID
    package var collection: UInt32
    package var number: UInt64
    package var version: UInt64
    package var place: IndexPlace

    package init(
        tenant: TenantID,
        collection: UInt32,
        number: UInt64,
        version: UInt64,
        place: IndexPlace
    ) {
        self.tenant = tenant
        self.collection = collection
        self.number = number
        self.version = version
        self.place = place
    }
}

/// One cluster of a search engine, by itself.
package protocol IndexCluster: Sendable {
    /// The id that it gives itself; nil before it has answered.
    var cluster: String? { get }
    /// The same; asks where it is not known.
    func identify(work: WorkLimit) async throws(DocketError) -> String
    /// Makes an index that another cluster has.
    func adopt(_ place: IndexPlace, work: WorkLimit) async throws(DocketError)
    /// Documents in each index of the series that can be found now.
    func counts(work: WorkLimit) async throws(DocketError) -> [IndexPlace: Int]
    /// What it holds of these documents; nil for those that it lacks.
    func versions(
        of documents: [IndexedVersion],
        work: WorkLimit
    ) async throws(DocketError) -> [UInt64?]
}
