package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry

/// Moves collections out of indices of earlier versions, collection by collection, and removes
/// those indices once nobody needs them.
///
/// Each indexer has one; one at a time does something, as the truth says.
package final class CollectionMover: Service {
    package let name = "mover"
    private let moves: any IndexMoves
    private let indices: any FormerIndices
    private let limits: MoveLimits
    private let left: Gauge
    private let documents: Counter
    private let logger: Logger

    package init(
        _ moves: any IndexMoves,
        _ indices: any FormerIndices,
        limits: MoveLimits = MoveLimits(),
        registry: MetricsRegistry,
        logger: Logger
    ) {
        self.moves = moves
        self.indices = indices
        self.limits = limits
        self.logger = logger
        left = registry.gauge(
            "docket_collections_to_move_count",
            help: "Collections that cannot be searched until they are in an index of this version"
        )
        documents = registry.counter(
            "docket_moved_documents_total",
            help: "Documents queued to be indexed into an index of this version"
        )
    }

    package func start() async throws {}

    package func run() async throws {
        while !Task.isCancelled {
            var pause = limits.poll
            do throws(DocketError) {
                if try await moveAll() { pause = limits.pause } else { try await removeFormer() }
            } catch {
                // The engines tell why they are away; what is to be moved stays so.
                logger.debug("moving collections failed", ["code": .string("\(error.code)")])
            }
            try await Task.sleep(for: pause)
        }
    }

    package func stop(by deadline: MonotonicTime) async {}

    /// Takes collections further, each in its turn; whether there is more to be done.
    private func moveAll() async throws(DocketError) -> Bool {
        var count = 0
        try await within { (work) throws(DocketError) in
            count = try await moves.collectionsToMove(work: work)
        }
        left.set(count)
        var waiting = 0
        for _ in 0..<limits.steps where waiting < count {
            var step = MoveStep.nothing
            try await within { (work) throws(DocketError) in
                step = try await moves.moveOn(work: work)
            }
            switch step {
            case .nothing: waiting = count
            case .waits: waiting += 1
            case .queued(let number): documents.add(number)
            case .moved(let collection):
                count -= 1
                report(collection)
            }
        }
        return count > 0
    }

    private func report(_ collection: CollectionReference) {
        logger.info(
            "a collection can be searched in an index of this version",
            [
                "tenant": .string("\(collection.tenant.number)"),
                "collection": .string("\(collection.number)"),
            ]
        )
    }

    private func removeFormer() async throws(DocketError) {
        try await within { (work) throws(DocketError) in
            let former = try await indices.former(work: work)
            guard !former.isEmpty, try await moves.isMoved(for: limits.kept, work: work) else {
                return
            }
            for place in former {
                try await indices.removeFormer(place, work: work)
                logger.info("index removed", ["index": .string(place.name)])
            }
        }
    }

    private func within(
        _ body: (WorkLimit) async throws(DocketError) -> Void
    ) async throws(DocketError) {
        try await WorkLimit.within(limits.answerTime, body)
    }
}

/// Times of moves.
package struct MoveLimits: Sendable {
    /// Between two looks for collections to be moved, and for indices to be removed.
    package var poll = Duration.seconds(5)
    /// Between two turns while there are some.
    package var pause = Duration.milliseconds(200)
    /// Of one turn at most.
    package var steps = 100
    /// How long an index stays after the last collection has left it: servers of an earlier version
    /// may search it until they are replaced.
    package var kept = Duration.seconds(3600)
    /// Time for one answer of the index or the truth.
    package var answerTime = Duration.seconds(20)

    package init() {}
}
