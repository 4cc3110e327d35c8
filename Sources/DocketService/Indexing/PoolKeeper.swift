package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry

/// Gives the pool another index when the one that is written is full, and puts old ones in order:
/// runs ``RolloverSteps``.
///
/// Each indexer has one; which of them does it is agreed on in the truth.
package final class PoolKeeper: Service {
    package let name = "pool"
    private let ledger: any PoolLedger
    private let indices: any PoolIndices
    private let limits: RolloverLimits
    private let rollovers: Counter
    private let logger: Logger

    package init(
        _ ledger: any PoolLedger,
        _ indices: any PoolIndices,
        limits: RolloverLimits = RolloverLimits(),
        registry: MetricsRegistry,
        logger: Logger
    ) {
        self.ledger = ledger
        self.indices = indices
        self.limits = limits
        self.logger = logger
        rollovers = registry.counter(
            "docket_rollovers_total",
            help: "Times that new documents began to go to another index"
        )
    }

    /// All that Docket has made in the engine, by name.
    func inventory(work: WorkLimit) async throws(DocketError) -> [IndexDescription] {
        let place = try await ledger.poolPlace(work: work)
        let all = try await indices.inventory(work: work)
        let writing = place?.name ?? all.first { $0.state == .closed }?.name
        return all.map { index in
            var index = index
            if index.name == writing { index.state = .writing }
            return index
        }
    }

    package func start() async throws {}

    package func run() async throws {
        var steps = RolloverSteps(limits)
        try await steps.run(
            within: limits.answerTime,
            failure: "looking after the indices failed, it will be tried again",
            to: logger
        ) { (action, work) throws(DocketError) in
            try await perform(action, work)
        }
    }

    package func stop(by deadline: MonotonicTime) async {}

    private func perform(
        _ action: RolloverSteps.Action,
        _ work: WorkLimit
    ) async throws(DocketError) -> RolloverSteps.Event {
        switch action {
        case .claim:
            return .claimed(try await ledger.claimPool(for: limits.poll, work: work))
        case .look: return .looked(try await indices.pool(work: work))
        case .make(let place): return .made(try await indices.makeNext(after: place, work: work))
        case .attach(let place):
            try await indices.attachAliases(to: place, work: work)
            return .attached
        case .record(let place, let next):
            let isDone = try await ledger.rollOver(from: place, to: next, work: work)
            if isDone {
                rollovers.increment()
                logger.info("new documents go to another index", ["index": .string(next.name)])
            }
            return .recorded(isDone)
        case .expunge(let place):
            try await indices.expunge(place, work: work)
            logger.info("an index is put in order", ["index": .string(place.name)])
            return .expunged
        case .rest: return .rested
        }
    }
}
