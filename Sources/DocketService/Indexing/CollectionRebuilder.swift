package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry

/// Rebuilds collections into indices of their own, runs ``RebuildSteps`` for that, and removes
/// indices that nobody needs any longer.
///
/// Each server has one; which of them does what is agreed on in the truth.
package final class CollectionRebuilder: Service {
    package let name = "rebuilder"
    private let ledger: any RebuildLedger
    private let index: any SearchIndex & CollectionIndices
    /// nil where none are made before a switch.
    private let snapshots: SwitchSnapshots?
    private let limits: RebuildLimits
    private let documents: Counter
    private let logger: Logger

    package init(
        _ ledger: any RebuildLedger,
        _ index: any SearchIndex & CollectionIndices,
        snapshots: SwitchSnapshots? = nil,
        limits: RebuildLimits = RebuildLimits(),
        registry: MetricsRegistry,
        logger: Logger
    ) {
        self.ledger = ledger
        self.index = index
        self.snapshots = snapshots
        self.limits = limits
        self.logger = logger
        documents = registry.counter(
            "docket_rebuilt_documents_total",
            help: "Documents that rebuilds have given to new indices, or taken out of old ones"
        )
    }

    // MARK: Asked for

    /// Begins to rebuild the collection, or joins the rebuild that is under way.
    func begin(
        _ tenant: TenantID,
        of collection: Collection,
        work: WorkLimit
    ) async throws(DocketError) -> UInt64 {
        let index = index
        return try await ledger.beginRebuild(
            tenant,
            of: collection,
            naming: { index.place(ofRebuild: $0) },
            work: work
        )
    }

    /// How far the last rebuild of the collection is.
    func status(
        _ tenant: TenantID,
        of collection: Collection,
        work: WorkLimit
    ) async throws(DocketError) -> RebuildStatus? {
        try await ledger.rebuildStatus(tenant, of: collection, work: work)
    }

    // MARK: Running

    package func start() async throws {}

    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.takeSteps() }
            group.addTask { try await self.sweep() }
            try await group.waitForAll()
        }
    }

    package func stop(by deadline: MonotonicTime) async {}

    private func takeSteps() async throws {
        var steps = RebuildSteps(limits)
        try await steps.run(
            within: limits.answerTime,
            failure: "a step of a rebuild failed, it will be tried again",
            to: logger
        ) { (action, work) throws(DocketError) in
            try await perform(action, work)
        }
    }

    private func perform(
        _ action: RebuildSteps.Action,
        _ work: WorkLimit
    ) async throws(DocketError) -> RebuildSteps.Event {
        switch action {
        case .claim:
            return .claimed(try await ledger.claimRebuild(for: limits.claim, work: work))
        case .make(let place):
            try await index.make(place, work: work)
            return .made
        case .read(let rebuild): return .slice(try await ledger.slice(of: rebuild, work: work))
        case .apply(let changes):
            let outcomes = try await index.apply(changes, work: work)
            documents.add(changes.count)
            return .applied(outcomes)
        case .save(let rebuild):
            return .saved(try await ledger.save(rebuild, for: limits.claim, work: work))
        case .preserve: return .preserved(try await snapshots?.isMade(work: work) ?? true)
        case .publish(let rebuild):
            try await index.refresh([rebuild.place], work: work)
            let collection = CollectionReference(
                tenant: rebuild.tenant,
                number: rebuild.collection.number
            )
            try await index.publish(rebuild.place, of: collection, work: work)
            return .published
        case .advance(let rebuild, let stage, let delay, let reason):
            try await ledger.advance(
                rebuild,
                to: stage,
                after: delay,
                reason: reason,
                work: work
            )
            report(rebuild, stage, reason)
            return .advanced
        case .rest: return .rested
        }
    }

    private func report(_ rebuild: Rebuild, _ stage: RebuildStage, _ reason: String) {
        var fields: LogFields = [
            "tenant": .string("\(rebuild.tenant.number)"),
            "collection": .string("\(rebuild.collection.number)"),
            "index": .string(rebuild.place.name),
        ]
        if stage == .failed { fields.append("cause", .string(reason)) }
        switch stage {
        case .begun, .clearing: break
        case .filling: logger.info("a collection is rebuilt", fields)
        case .switched: logger.info("a collection is searched in its new index", fields)
        case .done: logger.info("the rebuild of a collection is done", fields)
        case .failed: logger.error("the rebuild of a collection was given up", fields)
        }
    }

    // MARK: Indices that nobody needs

    /// Rows come before their indices, so that one that is made now is needed already; and what
    /// was leased for one that is no longer needed has ended by the second look.
    private func sweep() async throws {
        var found: Set<IndexPlace> = []
        while !Task.isCancelled {
            do throws(DocketError) {
                try await WorkLimit.within(limits.answerTime) { (work) throws(DocketError) in
                    let unused = try await ledger.unused(index.made(work: work), work: work)
                    for place in unused.intersection(found) {
                        try await index.remove(place, work: work)
                        logger.info("index removed", ["index": .string(place.name)])
                    }
                    found = unused
                }
            } catch {
                // The engines tell why they are away; what is not needed stays so.
                logger.debug("unused indices stay", ["code": .string("\(error.code)")])
            }
            try await Task.sleep(for: limits.sweep)
        }
    }
}
