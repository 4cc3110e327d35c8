package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry
internal import Synchronization

/// Makes snapshots of the index by a schedule, and removes old ones: ``SnapshotSchedule``.
///
/// Every process that indexes has one; it is well when several do the same.
package final class SnapshotKeeper: Service {
    package let name = "snapshots"
    private static let answerTime = Duration.seconds(60)
    /// After a failure.
    private static let pause = Duration.seconds(30)

    private let snapshots: any IndexSnapshots
    private let schedule: SnapshotSchedule
    private let logger: Logger
    /// When the newest whole snapshot was begun, or this, in microseconds since 1970.
    private let newest = Atomic<Int64>(WallClock.microseconds())

    /// Begins a snapshot each `interval`, a minute at least, and keeps the last `kept`, at least 1.
    package init(
        _ snapshots: any IndexSnapshots,
        interval: Duration,
        kept: Int,
        registry: MetricsRegistry,
        logger: Logger
    ) {
        self.snapshots = snapshots
        self.logger = logger
        schedule = SnapshotSchedule(interval: interval, kept: kept)
        registry.observeGauge(
            "docket_snapshot_age_seconds",
            help: "Time since the newest whole snapshot of the index was begun"
        ) { [weak self] in
            Double(WallClock.microseconds() - (self?.newest.load(ordering: .relaxed) ?? 0)) / 1e6
        }
        registry.observeGauge(
            "docket_snapshot_interval_seconds",
            help: "Time from one snapshot of the index to the next, as it is set"
        ) { Double(interval.components.seconds) }
    }

    package func start() async throws {}

    package func run() async throws {
        while !Task.isCancelled {
            try await Task.sleep(for: await turn())
        }
    }

    package func stop(by deadline: MonotonicTime) async {}

    /// Does what is due; returns how long to rest.
    private func turn() async -> Duration {
        do throws(DocketError) {
            return try await WorkLimit.within(Self.answerTime) { (work) throws(DocketError) in
                let all = try await snapshots.snapshots(work: work)
                if let whole = all.last(where: { $0.state == .complete }) {
                    newest.store(whole.beganMicroseconds, ordering: .relaxed)
                }
                return try await perform(schedule.next(all, at: WallClock.microseconds()), work)
            }
        } catch {
            logger.warning(
                "a snapshot of the index failed, it will be tried again",
                [
                    "code": .string("\(error.code)"),
                    "cause": .string(error.cause.text ?? error.message),
                ]
            )
            return Self.pause
        }
    }

    private func perform(
        _ action: SnapshotSchedule.Action,
        _ work: WorkLimit
    ) async throws(DocketError) -> Duration {
        switch action {
        case .begin(let name):
            do throws(DocketError) {
                try await snapshots.beginSnapshot(name, work: work)
            } catch {
                // Another server was sooner.
                guard error.code == .alreadyExists else { throw error }
                return .zero
            }
            logger.info("a snapshot of the index is made", ["snapshot": .string(name)])
            return .zero
        case .remove(let name):
            try await snapshots.removeSnapshot(name, work: work)
            logger.info("a snapshot of the index was removed", ["snapshot": .string(name)])
            return .zero
        case .rest(let time): return time
        }
    }
}
