internal import DocketCache
internal import DocketCore
internal import DocketSystem
internal import DocketWire

extension Searcher {
    /// What is found in a cache stands for a new reply up to this part of the given one's age.
    private static let youngDivisor: Int64 = 4

    /// Begins to ask anew for a reply that a caller is given from the cache, where it is due.
    ///
    /// The caller waits for nothing, and who comes later finds a newer one.
    func renewIfDue(
        _ given: CachedReply,
        _ body: RawSpan,
        _ grant: Grant,
        _ meta: CallMeta,
        _ turn: @autoclosure () -> TurnBudget
    ) {
        let allowed = Int64(meta.maxStaleMilliseconds) * 1000
        guard allowed > 0, given.isOutdated, let tenant = grant.tenant,
            renewer.isDue(given, allowed: allowed)
        else { return }
        var meta = meta
        let age = max(0, WallClock.microseconds() - given.asOfMicroseconds)
        meta.maxStaleMilliseconds = UInt32(clamping: age / 1000 / Self.youngDivisor)
        let work = WorkLimit(within: loadLimit)
        let caller = Caller(grant: grant, meta: meta, work: work, turn: turn())
        let body = body.copied()
        renewer.offer(given, of: tenant, beside: flights.flights) {
            [self] () throws(DocketError) in
            try await renew(body, caller)
        }
    }
}
