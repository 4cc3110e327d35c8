package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry

/// Restores the index from a snapshot, or makes it anew without one, and brings it up to the truth:
/// runs ``RestoreSteps``.
///
/// Each indexer has one; which of them does what is agreed on in the truth.
package final class SnapshotRestorer: Service {
    package typealias Truth = RestoreLedger & ClusterLedger & PoolLedger & VerifiedTruth & Outbox
    package typealias Index = RestorableIndex & SearchIndex & IndexCluster & VerifiedIndex

    package let name = "restorer"
    /// Between two looks of who follows a restore.
    private static let interval = Duration.milliseconds(200)

    private let truth: any Truth
    private let index: any Index
    /// Another cluster that is known.
    private let next: (any IndexCluster)?
    private let limits: RestoreLimits
    private let documents: Counter
    private let logger: Logger

    package init(
        _ truth: any Truth,
        _ index: any Index,
        next: (any IndexCluster)?,
        limits: RestoreLimits = RestoreLimits(),
        registry: MetricsRegistry,
        logger: Logger
    ) {
        self.truth = truth
        self.index = index
        self.next = next
        self.limits = limits
        self.logger = logger
        documents = registry.counter(
            "docket_restored_documents_total",
            help: "Documents that were given to indices which are all made anew, or taken out"
        )
    }

    // MARK: Asked for

    /// Begins to restore the snapshot, or to make all anew without one for nil; or joins what is
    /// under way of just that.
    func begin(_ snapshot: String?, work: WorkLimit) async throws(DocketError) -> UInt64 {
        let cluster = try await index.reach(work: work)
        if let snapshot { try await index.requireRestorable(snapshot, work: work) }
        if let other = next?.cluster, try await truth.clusters(work: work).searched == other {
            throw DocketError(
                .failedPrecondition,
                "documents are searched in the search engine of --elasticsearch-next: start the "
                    + "servers with it as --elasticsearch"
            )
        }
        let pool = try await truth.poolPlace(work: work)
        let own = try await truth.ownPlaces(work: work)
        let index = index
        return try await truth.beginRestore(
            of: snapshot ?? "",
            in: cluster,
            index.poolPlaces(through: pool) + own,
            naming: { index.place(restoredBy: $0, for: $1) },
            work: work
        )
    }

    /// How far the last restore is.
    func status(work: WorkLimit) async throws(DocketError) -> RestoreStatus? {
        try await truth.restoreStatus(work: work)
    }

    /// Tells `show` of each change of the restore's status until it is done.
    ///
    /// - Throws: ``DocketError`` `aborted` where it failed, or another one has begun; what `show`
    ///   throws.
    func follow(
        _ number: UInt64,
        _ work: WorkLimit,
        _ show: (RestoreStatus) async throws -> Void
    ) async throws {
        var last: RestoreStatus?
        while last?.stage != .done {
            guard let status = try await status(work: work), status.number == number else {
                throw DocketError(.aborted, "all indices are made anew once more")
            }
            if status.stage == .failed { throw DocketError(.aborted, status.reason) }
            if status != last { try await show(status) }
            last = status
            if status.stage != .done { try await Task.sleep(for: Self.interval) }
        }
    }

    // MARK: Running

    package func start() async throws {}

    package func run() async throws {
        var steps = RestoreSteps(limits)
        try await steps.run(
            within: limits.answerTime,
            failure: "a step of making all indices anew failed, it will be tried again",
            to: logger
        ) { (action, work) throws(DocketError) in
            try await perform(action, work)
        }
    }

    package func stop(by deadline: MonotonicTime) async {}

    func perform(
        _ action: RestoreSteps.Action,
        _ work: WorkLimit
    ) async throws(DocketError) -> RestoreSteps.Event {
        switch action {
        case .claim:
            return .claimed(try await truth.claimRestore(for: limits.claim, work: work))
        case .restore(let restore):
            return .restored(try await index.restore(restore, work: work))
        case .trim(let restore): return try await trim(restore, work)
        case .read(let restore): return .slice(try await read(restore, work))
        case .apply(let changes):
            let outcomes = try await index.apply(changes, work: work)
            documents.add(changes.count)
            return .applied(outcomes)
        case .save(let restore):
            return .saved(try await truth.save(restore, for: limits.claim, work: work))
        case .compare(let restore):
            return .compared(difference: try await difference(of: restore, work))
        case .publish(let restore):
            let names = try await truth.restoredNames(work: work)
            try await index.publish(restore, names, work: work)
            return .published
        case .replace(let restore):
            try await index.replace(restore, work: work)
            return .replaced
        case .clear:
            try await index.removeUnpublished(work: work)
            return .cleared
        case .advance(let restore, let stage, let delay, let reason):
            try await truth.advance(
                restore,
                to: stage,
                after: delay,
                reason: reason,
                work: work
            )
            report(restore, stage, reason)
            return .advanced
        case .rest: return .rested
        }
    }

    /// Takes out what the next documents of the restored indices have that the truth has not.
    private func trim(
        _ restore: Restore,
        _ work: WorkLimit
    ) async throws(DocketError) -> RestoreSteps.Event {
        let held = try await index.held(by: restore, limit: limits.slice, work: work)
        let extras = try await truth.extras(among: held.documents, work: work)
        // Just above what is held: a document that is uploaded again has a later version.
        let removed = try await index.remove(extras, at: 0, work: work)
        documents.add(removed)
        return .trimmed(found: extras.count, removed: removed, next: held.next)
    }

    /// The next documents that the restored indices lack, or have of an older version.
    private func read(
        _ restore: Restore,
        _ work: WorkLimit
    ) async throws(DocketError) -> RebuildSlice {
        let expected = try await truth.expected(by: restore, work: work)
        let held = try await index.versions(of: expected.documents, work: work)
        var behind: [IndexedVersion] = []
        var ahead: [RepairedVersion] = []
        var bytes = 0
        var next = expected.next
        for (place, document) in expected.documents.enumerated() {
            let version = held[place] ?? 0
            if version > document.version {
                ahead.append(RepairedVersion(document: document, held: version))
            }
            guard version < document.version else { continue }
            if bytes >= limits.bytes, let last = behind.last {
                next = last.number
                break
            }
            bytes += expected.bytes[place]
            behind.append(document)
        }
        try await overtake(ahead, work)
        return RebuildSlice(changes: try await truth.changes(for: behind, work: work), next: next)
    }

    private struct RepairedVersion {
        let document: IndexedVersion
        let held: UInt64
    }

    /// What the truth has of them gets versions above those that the snapshot knows of a truth that
    /// was restored itself.
    private func overtake(
        _ documents: [RepairedVersion],
        _ work: WorkLimit
    ) async throws(DocketError) {
        let changes = try await truth.changes(for: documents.map(\.document), work: work)
        let held = Dictionary(
            documents.map { ($0.document.number, $0.held) },
            uniquingKeysWith: max
        )
        for change in changes {
            let repaired = RepairedDocument(
                number: change.number,
                known: change.version,
                held: held[change.number] ?? 0
            )
            _ = try await truth.queueAgain(
                change.tenant,
                in: change.collection,
                [repaired],
                work: work
            )
        }
    }

    /// In how far the restored indices are not what they have to be; nil where they are.
    ///
    /// What waits to be indexed may differ.
    private func difference(
        of restore: Restore,
        _ work: WorkLimit
    ) async throws(DocketError) -> String? {
        try await index.refresh(Set(restore.places.values), work: work)
        let all = try await truth.restoreStatus(work: work)?.all ?? 0
        let count = try await index.count(in: restore, work: work)
        let waiting = try await truth.backlog(work: work).reduce(0) { $0 + $1.documents }
        guard abs(all - count) <= waiting else {
            return "they have \(count) documents, not \(all)"
        }
        var sample = try await truth.sample(limits.sample, work: work)
        for place in sample.indices {
            sample[place].place = restore.places[sample[place].place] ?? sample[place].place
        }
        let held = try await index.versions(of: sample, work: work)
        // Of what changed since it was drawn they have a newer version.
        let others = zip(sample, held).count { $0.version > ($1 ?? 0) }
        guard others <= waiting else {
            return "\(others) of \(sample.count) documents are not the same"
        }
        return nil
    }

    private func report(_ restore: Restore, _ stage: RestoreStage, _ reason: String) {
        var fields: LogFields = ["snapshot": .string(restore.snapshot)]
        if !reason.isEmpty { fields.append("cause", .string(reason)) }
        switch stage {
        case .restoring, .filling: break
        case .trimming: logger.info("all indices are made anew", fields)
        case .switched: logger.warning("indices that were made anew are searched", fields)
        case .clearing where reason.isEmpty: break
        case .clearing: logger.error("making all indices anew was given up", fields)
        case .done, .failed: logger.info("making all indices anew has ended", fields)
        }
    }
}
