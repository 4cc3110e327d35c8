internal import CDocketMessages
package import DocketCore

extension IndexSnapshot: ContractMessage {
    static var initialise: Initialise<Docket__V1__IndexSnapshot> {
        unsafe docket__v1__index_snapshot__init
    }

    static func read(_ fields: Docket__V1__IndexSnapshot) throws(DocketError) -> IndexSnapshot {
        // A newer peer may know states that are not known here: nobody restores such a one.
        let state = UInt8(exactly: fields.state.rawValue).flatMap(State.init(rawValue:))
        return unsafe IndexSnapshot(
            name: text(fields.name),
            state: state ?? .failed,
            beganMicroseconds: fields.began_us,
            endedMicroseconds: fields.ended_us,
            indices: texts(fields.indices, fields.n_indices)
        )
    }

    func write(to fields: inout Docket__V1__IndexSnapshot, _ arena: WritingArena) {
        unsafe fields.name = arena.text(name)
        fields.state = Docket__V1__SnapshotState(UInt32(state.rawValue))
        fields.began_us = beganMicroseconds
        fields.ended_us = endedMicroseconds
        unsafe (fields.n_indices, fields.indices) = arena.texts(indices)
    }
}

extension CreateSnapshotRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__CreateSnapshotRequest> {
        unsafe docket__v1__create_snapshot_request__init
    }

    static func read(
        _ fields: Docket__V1__CreateSnapshotRequest
    ) throws(DocketError) -> CreateSnapshotRequest {
        unsafe CreateSnapshotRequest(name: text(fields.name))
    }

    func write(to fields: inout Docket__V1__CreateSnapshotRequest, _ arena: WritingArena) {
        unsafe fields.name = arena.text(name)
    }
}

extension ListSnapshotsRequest: EmptyMessage {
    static var initialise: Initialise<Docket__V1__ListSnapshotsRequest> {
        unsafe docket__v1__list_snapshots_request__init
    }
}

extension ListSnapshotsReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__ListSnapshotsReply> {
        unsafe docket__v1__list_snapshots_reply__init
    }

    static func read(
        _ fields: Docket__V1__ListSnapshotsReply
    ) throws(DocketError) -> ListSnapshotsReply {
        try unsafe ListSnapshotsReply(snapshots: list(fields.snapshots, fields.n_snapshots))
    }

    func write(to fields: inout Docket__V1__ListSnapshotsReply, _ arena: WritingArena) {
        unsafe (fields.n_snapshots, fields.snapshots) = arena.list(snapshots)
    }
}

extension RestoreSnapshotRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__RestoreSnapshotRequest> {
        unsafe docket__v1__restore_snapshot_request__init
    }

    static func read(
        _ fields: Docket__V1__RestoreSnapshotRequest
    ) throws(DocketError) -> RestoreSnapshotRequest {
        unsafe RestoreSnapshotRequest(name: text(fields.name))
    }

    func write(to fields: inout Docket__V1__RestoreSnapshotRequest, _ arena: WritingArena) {
        unsafe fields.name = arena.text(name)
    }
}

extension RestoreProgress: ContractMessage {
    static var initialise: Initialise<Docket__V1__RestoreProgress> {
        unsafe docket__v1__restore_progress__init
    }

    static func read(
        _ fields: Docket__V1__RestoreProgress
    ) throws(DocketError) -> RestoreProgress {
        // Of stages that a newer peer may know, none is the last.
        let stage = UInt8(exactly: fields.stage.rawValue).flatMap(Stage.init(rawValue:))
        return RestoreProgress(
            stage: stage ?? .filling,
            documents: Int(clamping: fields.documents),
            removed: Int(clamping: fields.removed),
            all: Int(clamping: fields.all)
        )
    }

    func write(to fields: inout Docket__V1__RestoreProgress, _ arena: WritingArena) {
        fields.stage = Docket__V1__RestoreStage(UInt32(stage.rawValue))
        fields.documents = UInt64(documents)
        fields.removed = UInt64(removed)
        fields.all = UInt64(all)
    }
}
