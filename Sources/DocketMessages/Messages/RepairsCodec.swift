internal import CDocketMessages
package import DocketCore

extension RetryFailedRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__RetryFailedRequest> {
        unsafe docket__v1__retry_failed_request__init
    }

    static func read(
        _ fields: Docket__V1__RetryFailedRequest
    ) throws(DocketError) -> RetryFailedRequest {
        unsafe RetryFailedRequest(tenant: text(fields.tenant), collection: text(fields.collection))
    }

    func write(to fields: inout Docket__V1__RetryFailedRequest, _ arena: WritingArena) {
        unsafe fields.tenant = arena.text(tenant)
        unsafe fields.collection = arena.text(collection)
    }
}

extension RetryFailedProgress: ContractMessage {
    static var initialise: Initialise<Docket__V1__RetryFailedProgress> {
        unsafe docket__v1__retry_failed_progress__init
    }

    static func read(
        _ fields: Docket__V1__RetryFailedProgress
    ) throws(DocketError) -> RetryFailedProgress {
        RetryFailedProgress(documents: Int(clamping: fields.documents))
    }

    func write(to fields: inout Docket__V1__RetryFailedProgress, _ arena: WritingArena) {
        fields.documents = UInt64(clamping: documents)
    }
}

extension RebuildRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__RebuildRequest> {
        unsafe docket__v1__rebuild_request__init
    }

    static func read(_ fields: Docket__V1__RebuildRequest) throws(DocketError) -> RebuildRequest {
        unsafe RebuildRequest(tenant: text(fields.tenant), collection: text(fields.collection))
    }

    func write(to fields: inout Docket__V1__RebuildRequest, _ arena: WritingArena) {
        unsafe fields.tenant = arena.text(tenant)
        unsafe fields.collection = arena.text(collection)
    }
}

extension RebuildProgress: ContractMessage {
    static var initialise: Initialise<Docket__V1__RebuildProgress> {
        unsafe docket__v1__rebuild_progress__init
    }

    static func read(
        _ fields: Docket__V1__RebuildProgress
    ) throws(DocketError) -> RebuildProgress {
        RebuildProgress(
            documents: Int(clamping: fields.documents),
            all: Int(clamping: fields.documents_all),
            isSwitched: fields.switched != 0
        )
    }

    func write(to fields: inout Docket__V1__RebuildProgress, _ arena: WritingArena) {
        fields.documents = UInt64(clamping: documents)
        fields.documents_all = UInt64(clamping: all)
        fields.switched = isSwitched ? 1 : 0
    }
}

extension VerifyRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__VerifyRequest> {
        unsafe docket__v1__verify_request__init
    }

    static func read(_ fields: Docket__V1__VerifyRequest) throws(DocketError) -> VerifyRequest {
        unsafe VerifyRequest(
            tenant: text(fields.tenant),
            collection: text(fields.collection),
            sample: Int(clamping: fields.sample),
            repairs: fields.repair != 0
        )
    }

    func write(to fields: inout Docket__V1__VerifyRequest, _ arena: WritingArena) {
        unsafe fields.tenant = arena.text(tenant)
        unsafe fields.collection = arena.text(collection)
        fields.sample = UInt64(clamping: sample)
        fields.repair = repairs ? 1 : 0
    }
}

extension VerifyProgress: ContractMessage {
    static var initialise: Initialise<Docket__V1__VerifyProgress> {
        unsafe docket__v1__verify_progress__init
    }

    static func read(_ fields: Docket__V1__VerifyProgress) throws(DocketError) -> VerifyProgress {
        var progress = VerifyProgress()
        progress.documents = Int(clamping: fields.documents)
        progress.all = Int(clamping: fields.documents_all)
        progress.waiting = Int(clamping: fields.waiting)
        progress.missing = Int(clamping: fields.missing)
        progress.extra = Int(clamping: fields.extra)
        progress.stale = Int(clamping: fields.stale)
        progress.foreign = Int(clamping: fields.foreign)
        progress.repaired = Int(clamping: fields.repaired)
        return progress
    }

    func write(to fields: inout Docket__V1__VerifyProgress, _ arena: WritingArena) {
        fields.documents = UInt64(clamping: documents)
        fields.documents_all = UInt64(clamping: all)
        fields.waiting = UInt64(clamping: waiting)
        fields.missing = UInt64(clamping: missing)
        fields.extra = UInt64(clamping: extra)
        fields.stale = UInt64(clamping: stale)
        fields.foreign = UInt64(clamping: foreign)
        fields.repaired = UInt64(clamping: repaired)
    }
}
