internal import DocketCore
internal import DocketWire

/// Who calls, what the call brings beside its body, and what ends its work.
struct Caller: Sendable {
    let grant: Grant
    let meta: CallMeta
    /// Stopped when the caller gave up, the deadline passed or the connection is lost.
    let work: WorkLimit
    /// Where what takes longer than a turn may is done.
    let turn: TurnBudget

    /// The tenant whose data the call is about.
    ///
    /// - Throws: ``DocketError`` `permissionDenied` for a key of administration.
    func tenant() throws(DocketError) -> TenantID {
        guard let tenant = grant.tenant else {
            throw DocketError(
                .permissionDenied,
                "a key of administration opens no tenant's documents"
            )
        }
        return tenant
    }
}
