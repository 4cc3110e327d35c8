internal import CDocketMessages
package import DocketCore
internal import DocketSystem

extension StatusRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__StatusRequest> {
        unsafe docket__v1__status_request__init
    }

    static func read(_ fields: Docket__V1__StatusRequest) throws(DocketError) -> StatusRequest {
        unsafe StatusRequest(
            collection: text(fields.collection),
            ids: texts(fields.ids, fields.n_ids)
        )
    }

    func write(to fields: inout Docket__V1__StatusRequest, _ arena: WritingArena) {
        unsafe fields.collection = arena.text(collection)
        unsafe (fields.n_ids, fields.ids) = arena.texts(ids)
    }
}

extension CollectionStatus: ContractMessage {
    static var initialise: Initialise<Docket__V1__CollectionStatus> {
        unsafe docket__v1__collection_status__init
    }

    static func read(
        _ fields: Docket__V1__CollectionStatus
    ) throws(DocketError) -> CollectionStatus {
        var counts = StateCounts()
        counts.indexing = Int(clamping: fields.indexing)
        counts.indexed = Int(clamping: fields.indexed)
        counts.failed = Int(clamping: fields.failed)
        counts.deleting = Int(clamping: fields.deleting)
        counts.bytes = Int(clamping: fields.bytes)
        return unsafe CollectionStatus(name: text(fields.name), counts: counts)
    }

    func write(to fields: inout Docket__V1__CollectionStatus, _ arena: WritingArena) {
        unsafe fields.name = arena.text(name)
        fields.indexing = UInt64(clamping: counts.indexing)
        fields.indexed = UInt64(clamping: counts.indexed)
        fields.failed = UInt64(clamping: counts.failed)
        fields.deleting = UInt64(clamping: counts.deleting)
        fields.bytes = UInt64(clamping: counts.bytes)
    }
}

extension StatusReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__StatusReply> {
        unsafe docket__v1__status_reply__init
    }

    static func read(_ fields: Docket__V1__StatusReply) throws(DocketError) -> StatusReply {
        var reply = StatusReply()
        reply.documents = try unsafe list(fields.documents, fields.n_documents)
        reply.missing = unsafe texts(fields.missing, fields.n_missing)
        reply.collections = try unsafe list(fields.collections, fields.n_collections)
        reply.lag = try unsafe message(fields.lag) ?? IndexingLag()
        return reply
    }

    func write(to fields: inout Docket__V1__StatusReply, _ arena: WritingArena) {
        unsafe (fields.n_documents, fields.documents) = arena.list(documents)
        unsafe (fields.n_missing, fields.missing) = arena.texts(missing)
        unsafe (fields.n_collections, fields.collections) = arena.list(collections)
        unsafe fields.lag = arena.message(lag)
    }
}

extension IndexingLag: ContractMessage {
    static var initialise: Initialise<Docket__V1__IndexingLag> {
        unsafe docket__v1__indexing_lag__init
    }

    static func read(_ fields: Docket__V1__IndexingLag) throws(DocketError) -> IndexingLag {
        var lag = IndexingLag()
        lag.waiting = Int(clamping: fields.waiting)
        lag.oldest = .milliseconds(Int64(clamping: fields.oldest_ms))
        lag.inTime = Int(clamping: fields.in_time)
        lag.late = Int(clamping: fields.late)
        return lag
    }

    func write(to fields: inout Docket__V1__IndexingLag, _ arena: WritingArena) {
        fields.waiting = UInt64(clamping: waiting)
        fields.oldest_ms = UInt64(clamping: oldest.wholeNanoseconds / 1_000_000)
        fields.in_time = UInt64(clamping: inTime)
        fields.late = UInt64(clamping: late)
    }
}
