internal import CDocketMessages
package import DocketCore
internal import DocketWire

extension ChangeClustersRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__ChangeClustersRequest> {
        unsafe docket__v1__change_clusters_request__init
    }

    static func read(
        _ fields: Docket__V1__ChangeClustersRequest
    ) throws(DocketError) -> ChangeClustersRequest {
        guard let action = ClusterAction(rawValue: UInt8(clamping: fields.action.rawValue)) else {
            throw .unreadable(.outOfRange(field: 1))
        }
        return ChangeClustersRequest(action: action)
    }

    func write(to fields: inout Docket__V1__ChangeClustersRequest, _ arena: WritingArena) {
        fields.action = Docket__V1__ClusterAction(UInt32(action.rawValue))
    }
}

extension ChangeClustersReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__ChangeClustersReply> {
        unsafe docket__v1__change_clusters_reply__init
    }

    static func read(
        _ fields: Docket__V1__ChangeClustersReply
    ) throws(DocketError) -> ChangeClustersReply {
        guard let state = TwinState(rawValue: UInt8(clamping: fields.stage.rawValue)) else {
            throw .unreadable(.outOfRange(field: 3))
        }
        return unsafe ChangeClustersReply(
            searched: text(fields.searched),
            twin: text(fields.twin),
            state: state,
            documents: Int(clamping: fields.documents),
            all: Int(clamping: fields.documents_all)
        )
    }

    func write(to fields: inout Docket__V1__ChangeClustersReply, _ arena: WritingArena) {
        unsafe fields.searched = arena.text(searched)
        unsafe fields.twin = arena.text(twin)
        fields.stage = Docket__V1__TwinStage(UInt32(state.rawValue))
        fields.documents = UInt64(clamping: documents)
        fields.documents_all = UInt64(clamping: all)
    }
}
