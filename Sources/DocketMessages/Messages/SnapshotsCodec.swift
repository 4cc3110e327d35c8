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
