internal import DocketCache
internal import DocketCore
internal import DocketMessages
internal import DocketRuntime
internal import DocketSystem
internal import DocketWire

/// Suggest: completions of a beginning, from the cache or the engine.
///
/// Beginnings of a letter or two take longest, and are those that everybody types: their replies
/// are kept as those of searches are. Servers do not share them, since one does not cost more than
/// a question to another cache.
struct SuggestMethod: BodyMethod {
    let search: any DocumentSearch
    let collections: CollectionRegistry
    let cache: ReplyCache
    let limits: Limits

    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> Answer {
        let tenant = try caller.tenant()
        let scope = CacheScope(
            tenant: tenant.number,
            access: CanonicalSearch.semanticsVersion,
            method: DocketMethod.suggest.rawValue,
            form: .raw
        )
        if let reply = cached(scope, body, caller.meta) { return Answer(reply, from: .l1) }
        let request = try await caller.turn.decode(SuggestRequest.self, body)
        let open = try await collections.open(tenant, request.collection, work: caller.work)
        // Taken before anything is read, so that a change meanwhile shows.
        let mark = open.state.mark()
        let plan = try SuggestPlan(request, open.collection, limits)
        let (asOf, began) = (WallClock.microseconds(), MonotonicTime.now())
        let found = try await search.suggest(tenant, plan, work: caller.work)
        let cost = MonotonicTime.now().nanoseconds(since: began) / 1000
        let reply = CachedReply(
            body: try await caller.turn.encode(found),
            asOfMicroseconds: asOf,
            isApproximate: found.isApproximate,
            costMicroseconds: Int(clamping: cost),
            mark: mark,
            state: open.state
        )
        cache.store(scope, body, reply)
        return Answer(reply, from: .engine)
    }

    private func cached(_ scope: CacheScope, _ body: [UInt8], _ meta: CallMeta) -> CachedReply? {
        guard !meta.bypassCache else { return nil }
        let now = MonotonicTime.now().nanoseconds
        return Searcher.allowed(cache.lookup(scope, body.rawSpan, now: now), meta)
    }
}

extension Answer {
    fileprivate init(_ reply: CachedReply, from source: ReplyOrigin.Source) {
        self.init(reply.body)
        origin.source = source
        origin.asOfMicroseconds = UInt64(clamping: reply.asOfMicroseconds)
        origin.approximate = reply.isApproximate
    }
}
