package import DocketCore
package import DocketTelemetry
internal import Synchronization

/// The index in one cluster of a search engine, or in two while one is to take the place of the
/// other.
///
/// Both have the same indices with the same names. The truth says which one is searched
/// (``ClusterKeeper`` hears it), and each change which of them it goes to. A twin that does not
/// take a change gets no more until it is filled anew: it holds nobody up.
package final class ClusterPair: Sendable {
    package typealias Member = SearchIndex & CollectionIndices & PoolIndices & FormerIndices
        & IndexCluster

    private let first: any Member
    /// nil where one is all that is known.
    let next: (any Member)?
    private let ledger: any ClusterLedger
    private let state = Mutex(IndexClusters())
    private let logger: Logger

    package init(
        _ first: any Member,
        next: (any Member)?,
        ledger: any ClusterLedger,
        logger: Logger
    ) {
        self.first = first
        self.next = next
        self.ledger = ledger
        self.logger = logger
    }

    /// One or both.
    private var members: [any Member] { [first] + (next.map { [$0] } ?? []) }

    /// The truth says this now.
    func heed(_ clusters: IndexClusters) { state.withLock { $0 = clusters } }

    /// What the truth said last.
    var now: IndexClusters { state.withLock { $0 } }

    /// The one that is searched.
    ///
    /// - Throws: ``DocketError`` `unavailable` where that is none of those that are known.
    func searched() throws(DocketError) -> any Member {
        guard let searched = now.searched else { return first }
        if let member = members.first(where: { $0.cluster == searched }) { return member }
        // One that has not answered yet may be it.
        if let member = members.first(where: { $0.cluster == nil }) { return member }
        throw DocketError(
            .unavailable,
            "documents are in another search engine than those that this server knows",
            retryAfter: .seconds(5)
        )
    }

    /// The one with this id.
    func member(_ cluster: String, _ work: WorkLimit) async throws(DocketError) -> any Member {
        for member in members {
            var id = member.cluster
            if id == nil { id = try? await member.identify(work: work) }
            if id == cluster { return member }
        }
        throw DocketError(
            .unavailable,
            "documents are in a search engine that is not reached",
            retryAfter: .seconds(5)
        )
    }

    /// The twin, where it gets changes.
    private var writtenTwin: String? {
        now.twin.flatMap { $0.stage.isWritten ? $0.cluster : nil }
    }

    /// Does what the twin has to do as well; it is given up where that fails.
    private func copy(
        to cluster: String,
        _ body: (any Member) async throws(DocketError) -> Void
    ) async throws(DocketError) {
        let work = WorkLimit(within: .seconds(5))
        do throws(DocketError) {
            try await body(try await member(cluster, work))
        } catch {
            logger.warning(
                "the second search engine missed a change, it will be filled anew",
                ["cause": .string(error.cause.text ?? error.message)]
            )
            try await ledger.lose(cluster, work: WorkLimit(within: .seconds(5)))
            heed(try await ledger.clusters(work: WorkLimit(within: .seconds(5))))
        }
    }
}

extension ClusterPair: SearchIndex {
    package func canSearch(_ collection: Collection) -> Bool { first.canSearch(collection) }

    package func clusters(work: WorkLimit) async throws(DocketError) -> Set<String> {
        if members.allSatisfy({ $0.cluster == nil }) {
            _ = try await searched().identify(work: work)
        }
        return Set(members.compactMap(\.cluster))
    }

    package func place(
        for tenant: TenantID,
        work: WorkLimit
    ) async throws(DocketError) -> IndexPlace {
        if let twin = writtenTwin {
            try await copy(to: twin) { member throws(DocketError) in
                _ = try await member.place(for: tenant, work: work)
            }
        }
        return try await searched().place(for: tenant, work: work)
    }

    package func apply(
        _ changes: [IndexChange],
        work: WorkLimit
    ) async throws(DocketError) -> [IndexOutcome] {
        var outcomes = [IndexOutcome](repeating: .busy, count: changes.count)
        let groups = Dictionary(grouping: changes.indices) { changes[$0].clusters }
        for (clusters, places) in groups {
            let part = places.map { changes[$0] }
            var found = try await written(clusters, work).apply(part, work: work)
            for twin in clusters.dropFirst() {
                try await copy(to: twin) { member throws(DocketError) in
                    let copied = try await member.apply(part, work: work)
                    for (place, outcome) in copied.enumerated() {
                        switch outcome {
                        case .applied, .superseded: break
                        // Sent again to both: the first has it already then.
                        case .busy: found[place] = .busy
                        case .held: throw DocketError(.unavailable, "it takes no writes")
                        case .refused:
                            throw DocketError(.failedPrecondition, "it refuses a document")
                        }
                    }
                }
            }
            for (place, outcome) in zip(places, found) { outcomes[place] = outcome }
        }
        return outcomes
    }

    /// The one that says what became of changes.
    private func written(
        _ clusters: [String],
        _ work: WorkLimit
    ) async throws(DocketError) -> any Member {
        guard let cluster = clusters.first else { return try searched() }
        return try await member(cluster, work)
    }

    package func refresh(
        _ places: Set<IndexPlace>,
        work: WorkLimit
    ) async throws(DocketError) {
        if let twin = writtenTwin {
            try await copy(to: twin) { member throws(DocketError) in
                try await member.refresh(places, work: work)
            }
        }
        try await searched().refresh(places, work: work)
    }

    package func search(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        without removed: RemovedDocuments,
        work: WorkLimit
    ) async throws(DocketError) -> IndexPage {
        try await searched().search(tenant, plan, without: removed, work: work)
    }

    package func scan(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        after number: UInt64,
        without removed: RemovedDocuments,
        work: WorkLimit
    ) async throws(DocketError) -> IndexSlice {
        try await searched().scan(tenant, plan, after: number, without: removed, work: work)
    }
}

/// No collection is rebuilt and no index made while there is a twin.
extension ClusterPair: CollectionIndices, PoolIndices, FormerIndices {
    package func place(ofRebuild number: UInt64) -> IndexPlace { first.place(ofRebuild: number) }

    package func make(_ place: IndexPlace, work: WorkLimit) async throws(DocketError) {
        try await searched().make(place, work: work)
    }

    package func publish(
        _ place: IndexPlace,
        of collection: CollectionReference,
        work: WorkLimit
    ) async throws(DocketError) {
        try await searched().publish(place, of: collection, work: work)
    }

    package func made(work: WorkLimit) async throws(DocketError) -> Set<IndexPlace> {
        try await searched().made(work: work)
    }

    package func remove(_ place: IndexPlace, work: WorkLimit) async throws(DocketError) {
        try await searched().remove(place, work: work)
    }

    package func pool(work: WorkLimit) async throws(DocketError) -> [PoolIndex] {
        try await searched().pool(work: work)
    }

    package func inventory(work: WorkLimit) async throws(DocketError) -> [IndexDescription] {
        try await searched().inventory(work: work)
    }

    package func makeNext(
        after place: IndexPlace,
        work: WorkLimit
    ) async throws(DocketError) -> IndexPlace {
        try await searched().makeNext(after: place, work: work)
    }

    package func attachAliases(
        to place: IndexPlace,
        work: WorkLimit
    ) async throws(DocketError) {
        try await searched().attachAliases(to: place, work: work)
    }

    package func expunge(_ place: IndexPlace, work: WorkLimit) async throws(DocketError) {
        try await searched().expunge(place, work: work)
    }

    package func former(work: WorkLimit) async throws(DocketError) -> Set<IndexPlace> {
        try await searched().former(work: work)
    }

    package func removeFormer(_ place: IndexPlace, work: WorkLimit) async throws(DocketError) {
        try await searched().removeFormer(place, work: work)
    }
}
