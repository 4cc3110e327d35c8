internal import DocketCore

/// SetHold: an operator holds indexing on all servers, or lets it go on.
struct SetHoldMethod: UnaryMethod {
    /// nil where indexing cannot be held.
    let control: (any IndexingControl)?

    func answer(
        _ request: SetHoldRequest,
        _ caller: Caller
    ) async throws(DocketError) -> SetHoldReply {
        guard request.reason.utf8.count <= SetHoldRequest.reasonBytes else {
            throw .invalid(
                "reason",
                "is longer than \(SetHoldRequest.reasonBytes) bytes",
                limit: SetHoldRequest.reasonBytes
            )
        }
        guard let control else {
            throw DocketError(.unimplemented, "this server does not hold indexing")
        }
        guard request.isHeld else {
            try await control.releaseIndexing(work: caller.work)
            return SetHoldReply()
        }
        return SetHoldReply(
            hold: try await control.holdIndexing(reason: request.reason, work: caller.work)
        )
    }
}
