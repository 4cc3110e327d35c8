internal import DocketCache
internal import DocketCore
internal import DocketMessages
internal import DocketSystem
internal import DocketWire

/// What a cache has to say of a search that the engine did not answer: however old, and never with
/// a document that is known here to be removed.
struct DegradedReplies: Sendable {
    let cache: ReplyCache
    let store: any DocumentStore
    let limits: Limits

    /// A reply for a caller who allows it.
    ///
    /// - Parameters:
    ///   - plan: What was searched.
    ///   - place: Where the cache keeps replies to it.
    ///   - now: The collection's state, and its mark from before anything was read.
    ///   - caller: Who asks.
    ///   - error: What the engine said.
    /// - Returns: The reply; nil where the error is the answer.
    func reply(
        to plan: SearchPlan,
        stored place: (scope: CacheScope, key: [UInt8]),
        _ now: (state: CollectionState, mark: FillMark),
        _ caller: Caller,
        after error: DocketError
    ) async -> CachedReply? {
        guard error.code == .unavailable || error.code == .deadlineExceeded,
            caller.meta.allowDegraded, !caller.meta.bypassCache
        else { return nil }
        let time = MonotonicTime.now().nanoseconds
        switch cache.lookup(place.scope, place.key.rawSpan, now: time) {
        case .fresh(let reply), .outdated(let reply), .unconfirmed(let reply): return reply
        case .overtaken(let reply):
            // The truth may be away as well.
            guard let body = try? await checked(reply, plan, caller) else { return nil }
            let checked = CachedReply(
                body: body,
                asOfMicroseconds: reply.asOfMicroseconds,
                isApproximate: true,
                source: reply.source,
                costMicroseconds: reply.costMicroseconds,
                // As old as it was, whatever the soft generation says: a page may lack hits.
                mark: FillMark(
                    hard: now.mark.hard,
                    soft: 0,
                    schemaEpoch: now.mark.schemaEpoch
                ),
                state: now.state
            )
            cache.store(place.scope, place.key, checked)
            return checked
        case .miss: return nil
        }
    }

    /// The reply with what the truth shows of its hits now; facets are still those of then.
    private func checked(
        _ cached: CachedReply,
        _ plan: SearchPlan,
        _ caller: Caller
    ) async throws(DocketError) -> [UInt8] {
        var reply = try await caller.turn.decode(SearchReply.self, cached.body)
        guard !reply.hits.isEmpty else { return cached.body }
        let documents = try await store.documents(
            caller.tenant(),
            in: plan.collection,
            ids: reply.hits.map(\.document.id),
            shows: plan.shows,
            limitBytes: limits.replyBytes,
            work: caller.work
        )
        let hits = zip(reply.hits, documents).compactMap { hit, document -> Hit? in
            guard let document, document.state != .failed else { return nil }
            var hit = hit
            if document.version != hit.version {
                hit.highlights = []
                hit.explanation = nil
            }
            hit.version = document.version
            hit.document = document.document
            return hit
        }
        reply.total.value -= min(reply.total.value, reply.hits.count - hits.count)
        reply.hits = hits
        reply.isApproximate = true
        return try await caller.turn.encode(reply)
    }
}
