package import DocketCore
internal import DocketSystem
package import DocketTelemetry

/// Snapshots that are made before another index is searched: ``SwitchSnapshotRule``.
package struct SwitchSnapshots: Sendable {
    private let snapshots: any IndexSnapshots
    private let rule: SwitchSnapshotRule
    private let logger: Logger

    /// One is made where none is younger than `age`, and the last `kept` stay, at least 1.
    package init(_ snapshots: any IndexSnapshots, age: Duration, kept: Int, logger: Logger) {
        self.snapshots = snapshots
        self.logger = logger
        rule = SwitchSnapshotRule(age: age, kept: kept)
    }

    /// Whether there is one that is young enough; begins one where there is none.
    func isMade(work: WorkLimit) async throws(DocketError) -> Bool {
        while true {
            let all = try await snapshots.snapshots(work: work)
            switch rule.next(all, at: WallClock.microseconds()) {
            case .go: return true
            case .wait: return false
            case .remove(let name): try await snapshots.removeSnapshot(name, work: work)
            case .begin(let name):
                do throws(DocketError) {
                    try await snapshots.beginSnapshot(name, work: work)
                } catch {
                    // Another server was sooner.
                    guard error.code == .alreadyExists else { throw error }
                }
                logger.info(
                    "a snapshot of the index is made before another one is searched",
                    ["snapshot": .string(name)]
                )
                return false
            }
        }
    }

    /// Returns once there is one.
    func wait(work: WorkLimit) async throws(DocketError) {
        while try await !isMade(work: work) {
            do {
                try await Task.sleep(for: .milliseconds(200))
            } catch {
                throw DocketError(.cancelled, "the work was stopped")
            }
        }
    }
}

/// Whether a switch has to wait for a snapshot: what the engine has goes in, what is to be done
/// comes out.
struct SwitchSnapshotRule: Sendable {
    enum Action: Hashable, Sendable {
        case go
        case wait
        case begin(String)
        case remove(String)
    }

    private static let start = "before-switch-"

    /// A whole one that was begun no longer ago is enough, whoever made it.
    let age: Duration
    /// Of those made by this rule; at least 1.
    let kept: Int

    /// What is to be done next, `now` in microseconds since 1970.
    func next(_ snapshots: [IndexSnapshot], at now: Int64) -> Action {
        let oldest = now - age.components.seconds * 1_000_000
        if snapshots.contains(where: { $0.state == .complete && $0.beganMicroseconds >= oldest }) {
            return .go
        }
        if snapshots.contains(where: { $0.state == .running }) { return .wait }
        let own = snapshots.filter { $0.name.hasPrefix(Self.start) }.sorted { $0.name < $1.name }
        if let failed = own.first(where: { $0.state == .failed }) { return .remove(failed.name) }
        if own.count >= kept, let old = own.first { return .remove(old.name) }
        return .begin(Self.start + SnapshotName.time(now))
    }
}
