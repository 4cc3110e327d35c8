internal import DocketCore
internal import DocketMessages
internal import DocketSystem

/// CreateSnapshot: has the engine make a snapshot, and tells when it is done.
///
/// The snapshot goes on without its caller.
struct CreateSnapshotMethod: CallHandler {
    private static let interval = Duration.milliseconds(200)

    /// nil where the index is part of the truth.
    let snapshots: (any IndexSnapshots)?

    func serve(_ body: [UInt8], _ call: CallContext) async throws {
        let request = try await call.caller.turn.decode(CreateSnapshotRequest.self, body)
        let snapshots = try snapshots.orRefused()
        let now = SnapshotName.time(WallClock.microseconds())
        let name = request.name.isEmpty ? "snapshot-" + now : request.name
        try SnapshotName.check(name)
        let work = call.caller.work
        try await snapshots.beginSnapshot(name, work: work)
        var last: IndexSnapshot?
        while true {
            let snapshot = try await snapshots.snapshot(name, work: work)
            switch snapshot.state {
            case .complete: return try await call.finish(snapshot.encode())
            case .failed:
                throw DocketError(
                    .aborted,
                    "the snapshot lacks a part of the index and will not be restored"
                )
            case .running: if snapshot != last { try await call.send(snapshot.encode()) }
            }
            last = snapshot
            try await Task.sleep(for: Self.interval)
        }
    }
}

/// ListSnapshots: those of the engine's repository, whoever made them.
struct ListSnapshotsMethod: UnaryMethod {
    /// nil where the index is part of the truth.
    let snapshots: (any IndexSnapshots)?

    func answer(
        _ request: ListSnapshotsRequest,
        _ caller: Caller
    ) async throws(DocketError) -> ListSnapshotsReply {
        let snapshots = try snapshots.orRefused()
        return ListSnapshotsReply(snapshots: try await snapshots.snapshots(work: caller.work))
    }
}

extension (any IndexSnapshots)? {
    /// - Throws: ``DocketError`` `failedPrecondition` where there is none.
    func orRefused() throws(DocketError) -> any IndexSnapshots {
        guard let snapshots = self else { throw DocketError.isEmbedded }
        return snapshots
    }
}

extension DocketError {
    fileprivate static let isEmbedded = DocketError(
        .failedPrecondition,
        "the embedded store keeps documents and index in one file: docket admin backup copies both"
    )
}

/// RestoreSnapshot: restores the index from a snapshot, and tells how far that is until it is done.
///
/// The restore goes on without its caller; who asks again meanwhile follows the same one.
struct RestoreSnapshotMethod: CallHandler {
    /// nil where the index is part of the truth.
    let restorer: SnapshotRestorer?

    func serve(_ body: [UInt8], _ call: CallContext) async throws {
        let request = try await call.caller.turn.decode(RestoreSnapshotRequest.self, body)
        guard let restorer else { throw DocketError.isEmbedded }
        try SnapshotName.check(request.name)
        let work = call.caller.work
        let number = try await restorer.begin(request.name, work: work)
        try await restorer.follow(number, work) { status in
            let progress = RestoreProgress(status).encode()
            if status.stage == .done {
                try await call.finish(progress)
            } else {
                try await call.send(progress)
            }
        }
    }
}

extension RestoreProgress {
    fileprivate init(_ status: RestoreStatus) {
        let stage: Stage =
            switch status.stage {
            case .restoring: .restoring
            case .trimming: .trimming
            case .filling, .switched, .clearing: .filling
            case .done, .failed: .done
            }
        self.init(
            stage: stage,
            documents: status.documents,
            removed: status.removed,
            all: status.all
        )
    }
}
