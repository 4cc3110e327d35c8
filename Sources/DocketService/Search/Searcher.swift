package import DocketCache
package import DocketCore
internal import DocketMessages
internal import DocketRuntime
internal import DocketSystem
internal import DocketWire

/// Searches through the caches: by the bytes of the request, by its canonical form, by one load
/// for all that ask the same, and only then by the engine.
package final class Searcher: Sendable {
    private let search: any DocumentSearch
    private let collections: CollectionRegistry
    private let seal: CursorSeal
    private let limits: Limits
    let loadLimit: Duration
    package let cache: ReplyCache
    package let flights: SingleFlight
    /// nil where no server shares its replies.
    package let shared: SharedReplies?
    package let renewer: ReplyRenewer
    private let degraded: DegradedReplies

    /// A searcher whose engine has `loadLimit` for one search, however long its callers would wait.
    package init(
        search: any DocumentSearch,
        store: any DocumentStore,
        collections: CollectionRegistry,
        seal: CursorSeal,
        limits: Limits,
        loadLimit: Duration,
        cache: ReplyCache,
        shared: SharedReplies?,
        renewer: ReplyRenewer
    ) {
        self.search = search
        self.collections = collections
        self.seal = seal
        self.limits = limits
        self.loadLimit = loadLimit
        self.cache = cache
        self.shared = shared
        self.renewer = renewer
        flights = SingleFlight()
        degraded = DegradedReplies(cache: cache, store: store, limits: limits)
    }

    /// The scope of a tenant's cached searches in this form.
    ///
    /// Every key that may read sees all of its tenant, so access is one for all.
    static func scope(_ tenant: TenantID, _ form: CacheScope.Form) -> CacheScope {
        CacheScope(
            tenant: tenant.number,
            access: CanonicalSearch.semanticsVersion,
            method: DocketMethod.search.rawValue,
            form: form
        )
    }

    /// The reply that the cache holds for these bytes, if the caller's freshness allows it.
    func cached(
        _ tenant: TenantID,
        _ form: CacheScope.Form,
        _ bytes: RawSpan,
        _ meta: CallMeta,
        at now: MonotonicTime
    ) -> CachedReply? {
        guard !meta.bypassCache else { return nil }
        return Self.allowed(
            cache.lookup(Self.scope(tenant, form), bytes, now: now.nanoseconds),
            meta
        )
    }

    /// What was found, if the caller's freshness allows it.
    static func allowed(_ found: CacheLookup, _ meta: CallMeta) -> CachedReply? {
        switch found {
        case .fresh(let reply): return reply
        case .outdated(let reply):
            guard meta.maxStaleMilliseconds > 0 else { return nil }
            let age = WallClock.microseconds() - reply.asOfMicroseconds
            return age <= Int64(meta.maxStaleMilliseconds) * 1000 ? reply : nil
        case .unconfirmed, .overtaken, .miss: return nil
        }
    }

    /// A reply with what its caller is told of it.
    struct Found {
        let reply: CachedReply
        let source: ReplyOrigin.Source
        /// Given because the engine could not be asked.
        var isDegraded = false
    }

    /// Answers a search that the bytes of its request did not find in the cache.
    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> Found {
        let load = try await load(body, caller)
        if let reply = cached(load) {
            cache.store(Self.scope(load.prepared.tenant, .raw), body, reply)
            renewIfDue(reply, body.rawSpan, caller.grant, caller.meta, caller.turn)
            return Found(reply: reply, source: .l1)
        }
        do throws(DocketError) {
            let reply = try await reply(load)
            cache.store(Self.scope(load.prepared.tenant, .raw), body, reply)
            return Found(reply: reply, source: reply.source == .shared ? .l2 : .engine)
        } catch {
            let reply = await degraded.reply(
                to: load.prepared.plan,
                stored: (Self.scope(load.prepared.tenant, .canonical), load.prepared.key),
                (load.state, load.mark),
                caller,
                after: error
            )
            guard let reply else { throw error }
            return Found(reply: reply, source: .l1, isDegraded: true)
        }
    }

    /// Has the caches hold a reply that is as new as the caller wants it.
    func renew(_ body: [UInt8], _ caller: Caller) async throws(DocketError) {
        let load = try await load(body, caller)
        let found = cached(load)
        let reply = if let found { found } else { try await reply(load) }
        cache.store(Self.scope(load.prepared.tenant, .raw), body, reply)
    }

    private func load(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> Load {
        let tenant = try caller.tenant()
        let request = try await caller.turn.decode(SearchRequest.self, body)
        let open = try await collections.open(tenant, request.collection, work: caller.work)
        // Taken before anything is read, so that a change meanwhile shows.
        let mark = open.state.mark()
        return Load(
            prepared: try prepare(request, open.collection, tenant),
            state: open.state,
            mark: mark,
            meta: caller.meta,
            turn: caller.turn
        )
    }

    /// The reply that the cache holds for its canonical form.
    private func cached(_ load: Load) -> CachedReply? {
        cached(
            load.prepared.tenant,
            .canonical,
            load.prepared.key.rawSpan,
            load.meta,
            at: MonotonicTime.now()
        )
    }

    /// What one caller needs to have its search answered.
    private struct Load: Sendable {
        let prepared: Prepared
        let state: CollectionState
        /// Taken before anything was read.
        let mark: FillMark
        let meta: CallMeta
        let turn: TurnBudget

        func key(asksEngine: Bool) -> FlightKey {
            FlightKey(
                scope: Searcher.scope(prepared.tenant, .canonical),
                bytes: prepared.key,
                mark: mark,
                asksEngine: asksEngine
            )
        }
    }

    /// The reply of the shared cache, or else of the engine.
    ///
    /// A flight looks into the shared cache with the freshness of who began it; another caller
    /// whom its reply is too old for joins a flight to the engine.
    private func reply(_ load: Load) async throws(DocketError) -> CachedReply {
        if let shared, !load.meta.bypassCache {
            let reply = try await join(load.key(asksEngine: false)) { [self] work in
                if let reply = try await lookUp(load, in: shared, work) { return reply }
                return try await ask(load, work)
            }
            if reply.source == .engine || allowed(reply, load.meta) { return reply }
        }
        return try await join(load.key(asksEngine: true)) { [self] work in
            try await ask(load, work)
        }
    }

    private func allowed(_ reply: CachedReply, _ meta: CallMeta) -> Bool {
        let found = cache.standing(of: reply, now: MonotonicTime.now().nanoseconds)
        return Self.allowed(found, meta) != nil
    }

    /// Looks into the shared cache, and keeps here what is found.
    ///
    /// - Returns: The reply, if the caller's freshness allows it.
    private func lookUp(
        _ load: Load,
        in shared: SharedReplies,
        _ work: WorkLimit
    ) async throws(DocketError) -> CachedReply? {
        let prepared = load.prepared
        let found = try await shared.lookup(
            sharedName(prepared, in: shared),
            load.state,
            work: work,
            turn: load.turn
        )
        guard let found else { return nil }
        keep(found, prepared)
        let isAllowed = allowed(found, load.meta)
        shared.count(isGiven: isAllowed)
        return isAllowed ? found : nil
    }

    private func sharedName(_ prepared: Prepared, in shared: SharedReplies) -> SharedReplyName {
        shared.name(
            prepared.tenant,
            prepared.plan.collection.number,
            canonical: prepared.key
        )
    }

    private func keep(_ reply: CachedReply, _ prepared: Prepared) {
        guard reply.body.count < ReplyCache.entryMaximum else { return }
        cache.store(Self.scope(prepared.tenant, .canonical), prepared.key, reply)
    }

    /// Shares the load with all who ask the same; it ends with the last of them, or in its time.
    private func join(
        _ key: FlightKey,
        _ load: @Sendable (WorkLimit) async throws -> CachedReply
    ) async throws(DocketError) -> CachedReply {
        let work = WorkLimit(within: loadLimit)
        do {
            return try await flights.reply(
                for: key,
                onAbandoned: { work.stop() },
                load: { try await load(work) }
            )
        } catch is CancellationError {
            throw DocketError(.cancelled, "the caller gave up")
        } catch let error as DocketError {
            guard error.code == .deadlineExceeded else { throw error }
            throw DocketError(.deadlineExceeded, "the search took over \(loadLimit)")
        } catch {
            throw DocketError(.internalError, "the search failed")
        }
    }

    /// A search with everything that its load needs.
    private struct Prepared: Sendable {
        var tenant: TenantID
        var plan: SearchPlan
        var key: [UInt8]
        var purpose: CursorPurpose
        /// The best score of the first page, on those behind it.
        var bestScore: Double?
    }

    private func prepare(
        _ request: SearchRequest,
        _ collection: Collection,
        _ tenant: TenantID
    ) throws(DocketError) -> Prepared {
        let binder = SearchBinder(collection: collection, limits: limits)
        var plan = try binder.plan(request)
        let canonical = CanonicalSearch(request, plan)
        let purpose = CursorPurpose(
            DocketMethod.search.rawValue,
            tenant,
            collection: collection.number,
            search: canonical.order
        )
        var bestScore: Double?
        if !request.cursor.isEmpty {
            let cursor = try seal.openCursor(request.cursor, for: purpose)
            plan.after = cursor.position
            plan.ignoredTerms = cursor.ignoredTerms
            plan.corrections = cursor.corrections
            bestScore = cursor.bestScore
        }
        var key = canonical.key
        append(collection.number, to: &key)
        return Prepared(
            tenant: tenant,
            plan: plan,
            key: key,
            purpose: purpose,
            bestScore: bestScore
        )
    }

    /// Collections of a tenant are told apart by their numbers, which are never used again.
    private func append(_ number: UInt32, to key: inout [UInt8]) {
        for shift in stride(from: 24, through: 0, by: -8) {
            key.append(UInt8(truncatingIfNeeded: number >> UInt32(shift)))
        }
    }

    /// Asks the engine, and keeps its reply here and for other servers.
    private func ask(_ load: Load, _ work: WorkLimit) async throws(DocketError) -> CachedReply {
        let prepared = load.prepared
        let asOf = WallClock.microseconds()
        let began = MonotonicTime.now()
        let page = try await search.search(prepared.tenant, prepared.plan, work: work)
        let isApproximate = page.isApproximate
        let cost = MonotonicTime.now().nanoseconds(since: began) / 1000
        let body = try await load.turn.encode(reply(page, prepared))
        let cached = CachedReply(
            body: body,
            asOfMicroseconds: asOf,
            isApproximate: isApproximate,
            costMicroseconds: Int(clamping: cost),
            mark: load.mark,
            state: load.state
        )
        keep(cached, prepared)
        if let shared, cached.state.holds(cached.mark) {
            try await shared.store(cached, sharedName(prepared, in: shared), turn: load.turn)
        }
        return cached
    }

    private func reply(_ page: SearchPage, _ prepared: Prepared) -> SearchReply {
        let plan = prepared.plan
        let best = prepared.bestScore ?? page.bestScore
        let scale = best > 0 ? 1 / best : 1
        var reply = SearchReply(
            total: page.total,
            isApproximate: page.isApproximate,
            ignoredTerms: page.ignoredTerms.map(\.text),
            corrections: page.corrections.told
        )
        reply.hits = page.hits.map { hit in
            let score = plan.text.isEmpty ? 1 : min(1, max(0, hit.score * scale))
            return Hit(
                document: hit.document,
                version: hit.version,
                score: score,
                highlights: hit.highlights,
                explanation: hit.explanation?.scaled(to: score)
            )
        }
        reply.facets = zip(plan.facets, page.facets).map { facet, counts in
            FacetResult(
                attribute: plan.collection.schema.attributes[facet.slot].name,
                counts: counts
            )
        }
        if let position = plan.position(after: page) {
            let cursor = PageCursor(
                position: position,
                bestScore: best,
                ignoredTerms: page.ignoredTerms.map(\.place),
                corrections: page.corrections.byPlace
            )
            reply.cursor = seal.seal(cursor, for: prepared.purpose)
        }
        return reply
    }
}
