package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry

/// Hears from the truth which cluster is searched, and on indexers fills the twin: runs
/// ``TwinSteps``.
package final class ClusterKeeper: Service {
    package let name = "clusters"
    private let pair: ClusterPair
    private let ledger: any ClusterLedger
    private let outbox: any Outbox
    /// nil where none are made before a switch.
    private let snapshots: SwitchSnapshots?
    private let limits: TwinLimits
    private let fills: Bool
    private let documents: Counter
    private let logger: Logger

    package init(
        _ pair: ClusterPair,
        _ ledger: any ClusterLedger,
        _ outbox: any Outbox,
        fills: Bool,
        snapshots: SwitchSnapshots? = nil,
        limits: TwinLimits = TwinLimits(),
        registry: MetricsRegistry,
        logger: Logger
    ) {
        self.pair = pair
        self.ledger = ledger
        self.outbox = outbox
        self.fills = fills
        self.snapshots = snapshots
        self.limits = limits
        self.logger = logger
        documents = registry.counter(
            "docket_twin_documents_total",
            help: "Documents that a second search engine was filled with"
        )
    }

    package func start() async throws {}

    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.watch() }
            if fills { group.addTask { try await self.fill() } }
            try await group.waitForAll()
        }
    }

    package func stop(by deadline: MonotonicTime) async {}

    private func watch() async throws {
        while !Task.isCancelled {
            do throws(DocketError) {
                try await WorkLimit.within(limits.answerTime) { (work) throws(DocketError) in
                    try await hear(work)
                }
            } catch {
                // The engines tell why they are away; until they answer all stays as it was.
                logger.debug("clusters are not known", ["code": .string("\(error.code)")])
            }
            try await Task.sleep(for: limits.poll)
        }
    }

    /// What the truth says of clusters holds here from now on.
    package func hear(_ work: WorkLimit) async throws(DocketError) {
        var clusters = try await ledger.clusters(work: work)
        if clusters.searched == nil, fills {
            let first = try await pair.searched().identify(work: work)
            try await ledger.setFirstCluster(first, work: work)
            clusters = try await ledger.clusters(work: work)
        }
        pair.heed(clusters)
        // One that was away is known again.
        if let next = pair.next, next.cluster == nil { _ = try? await next.identify(work: work) }
    }

    /// - Throws: ``DocketError`` where documents are in a search engine that is not known here.
    package func requireSearched() throws(DocketError) { _ = try pair.searched() }

    private func fill() async throws {
        var steps = TwinSteps(limits)
        try await steps.run(
            within: limits.answerTime,
            failure: "filling the second search engine failed, it will be tried again",
            to: logger
        ) { (action, work) throws(DocketError) in
            try await perform(action, work)
        }
    }

    private func perform(
        _ action: TwinSteps.Action,
        _ work: WorkLimit
    ) async throws(DocketError) -> TwinSteps.Event {
        switch action {
        case .claim: return .claimed(try await ledger.claimTwin(for: limits.claim, work: work))
        case .prepare(let claim):
            let twin = try await pair.member(claim.cluster, work)
            let places = try await pair.searched().counts(work: work).keys
            for place in places.sorted(by: { $0.name < $1.name }) {
                try await twin.adopt(place, work: work)
            }
            return .prepared
        case .read(let claim): return .slice(try await ledger.slice(of: claim, work: work))
        case .publish(let place, let collection, let cluster):
            let twin = try await pair.member(cluster, work)
            try await twin.publish(place, of: collection, work: work)
            return .published
        case .apply(let changes):
            let outcomes = try await pair.apply(changes, work: work)
            documents.add(changes.count)
            return .applied(outcomes)
        case .save(let claim):
            return .saved(try await ledger.save(claim, for: limits.claim, work: work))
        case .refresh(let claim):
            let twin = try await pair.member(claim.cluster, work)
            try await twin.refresh(Set(twin.counts(work: work).keys), work: work)
            return .refreshed
        case .advance(let claim, let stage):
            try await ledger.advance(claim, to: stage, work: work)
            report(claim, stage)
            return .advanced
        case .rest: return .rested
        }
    }

    private func report(_ claim: TwinClaim, _ stage: TwinStage) {
        switch stage {
        case .preparing, .away: break
        case .filling:
            logger.info("changes go to a second search engine", ["id": .string(claim.cluster)])
        case .ready:
            logger.info("the second search engine has everything", ["id": .string(claim.cluster)])
        }
    }
}

// MARK: Asked for

extension ClusterKeeper {
    func status(work: WorkLimit) async throws(DocketError) -> IndexClusters {
        try await ledger.clusters(work: work)
    }

    /// From now on the cluster of `--elasticsearch-next` gets all changes, and what is older.
    func begin(work: WorkLimit) async throws(DocketError) -> IndexClusters {
        guard let next = pair.next else {
            throw DocketError(
                .failedPrecondition,
                "this server knows one search engine: --elasticsearch-next names the other"
            )
        }
        let clusters = try await pair.clusters(work: work)
        let searched = try await ledger.clusters(work: work).searched
        let id = try await next.identify(work: work)
        // The flags may be the other way round after a switch.
        let twin = id == searched ? clusters.first { $0 != id } ?? id : id
        try await ledger.beginTwin(twin, work: work)
        return try await ledger.clusters(work: work)
    }

    /// Searches go to the twin if it has what the other one has; also back again.
    func switchOver(work: WorkLimit) async throws(DocketError) -> IndexClusters {
        try await hear(work)
        guard let twin = pair.now.twin, twin.stage == .ready else {
            throw DocketError(
                .failedPrecondition,
                "there is no second search engine that has everything: see docket admin cluster"
            )
        }
        try await snapshots?.wait(work: work)
        try await compare(try await pair.member(twin.cluster, work), pair.searched(), work)
        let clusters = try await ledger.switchClusters(work: work)
        pair.heed(clusters)
        logger.warning("another search engine is searched", ["id": .string(twin.cluster)])
        return clusters
    }

    func release(work: WorkLimit) async throws(DocketError) -> IndexClusters {
        try await ledger.releaseTwin(work: work)
        try await hear(work)
        return pair.now
    }

    /// Few documents wait, both hold as many in each index, and of a sample the same versions.
    private func compare(
        _ twin: any ClusterPair.Member,
        _ searched: any ClusterPair.Member,
        _ work: WorkLimit
    ) async throws(DocketError) {
        let waiting = try await outbox.backlog(work: work).reduce(0) { $0 + $1.documents }
        guard waiting <= limits.waiting else {
            throw difference("\(waiting) documents wait to be indexed, more than \(limits.waiting)")
        }
        let before = try await searched.counts(work: work)
        try await searched.refresh(Set(before.keys), work: work)
        try await twin.refresh(Set(before.keys), work: work)
        let old = try await searched.counts(work: work)
        let new = try await twin.counts(work: work)
        for (place, count) in old {
            let twins = new[place] ?? 0
            guard abs(twins - count) <= waiting else {
                throw difference(
                    "\(place.name) has \(count) documents in one, \(twins) in the other"
                )
            }
        }
        let sample = try await ledger.sample(limits.sample, work: work)
        let versions = try await twin.versions(of: sample, work: work)
        // Of what changed since it was drawn the twin has a newer version.
        let others = zip(sample, versions).count { $0.version > ($1 ?? 0) }
        guard others <= waiting else {
            throw difference("\(others) of \(sample.count) documents are not the same")
        }
    }

    private func difference(_ text: String) -> DocketError {
        DocketError(.failedPrecondition, "the search engines differ: \(text)")
    }
}
