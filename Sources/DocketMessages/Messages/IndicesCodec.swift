internal import CDocketMessages
package import DocketCore
internal import DocketWire

extension ListIndicesRequest: EmptyMessage {
    static var initialise: Initialise<Docket__V1__ListIndicesRequest> {
        unsafe docket__v1__list_indices_request__init
    }
}

extension ListIndicesReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__ListIndicesReply> {
        unsafe docket__v1__list_indices_reply__init
    }

    static func read(
        _ fields: Docket__V1__ListIndicesReply
    ) throws(DocketError) -> ListIndicesReply {
        try unsafe ListIndicesReply(indices: list(fields.indices, fields.n_indices))
    }

    func write(to fields: inout Docket__V1__ListIndicesReply, _ arena: WritingArena) {
        unsafe (fields.n_indices, fields.indices) = arena.list(indices)
    }
}

extension IndexDescription: ContractMessage {
    static var initialise: Initialise<Docket__V1__Index> { unsafe docket__v1__index__init }

    static func read(_ fields: Docket__V1__Index) throws(DocketError) -> IndexDescription {
        try unsafe IndexDescription(
            name: text(fields.name),
            series: text(fields.series),
            state: .read(fields.state, field: 3),
            documents: Int(clamping: fields.documents),
            deleted: Int(clamping: fields.deleted),
            bytes: Int(clamping: fields.bytes),
            createdMicroseconds: fields.created_us,
            collections: Int(clamping: fields.collections),
            tenants: Int(clamping: fields.tenants)
        )
    }

    func write(to fields: inout Docket__V1__Index, _ arena: WritingArena) {
        unsafe fields.name = arena.text(name)
        unsafe fields.series = arena.text(series)
        fields.state = Docket__V1__IndexState(UInt32(state.rawValue))
        fields.documents = UInt64(clamping: documents)
        fields.deleted = UInt64(clamping: deleted)
        fields.bytes = UInt64(clamping: bytes)
        fields.created_us = createdMicroseconds
        fields.collections = UInt64(clamping: collections)
        fields.tenants = UInt64(clamping: tenants)
    }
}

extension IndexState {
    /// The state of this number; the first when none was set.
    fileprivate static func read(
        _ number: Docket__V1__IndexState,
        field: Int
    ) throws(DocketError) -> IndexState {
        guard number.rawValue != 0 else { return .writing }
        guard let state = IndexState(rawValue: UInt8(clamping: number.rawValue)) else {
            throw .unreadable(.outOfRange(field: field))
        }
        return state
    }
}
