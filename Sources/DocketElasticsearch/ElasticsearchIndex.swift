package import DocketCore
internal import DocketJSON
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry
internal import DocketText
internal import DocketWords

/// The index in Elasticsearch or OpenSearch.
///
/// Documents of all tenants stand in the indices of a pool, each with its tenant in its name, its
/// routing and a field; every search has the tenant's filter, whichever alias it goes through.
package final class ElasticsearchIndex: SearchIndex {
    let client: EngineClient
    let administration: IndexAdministration
    /// Where snapshots go; nil for nowhere.
    let repository: SnapshotRepository?

    /// Asks nothing of the engine yet: what is wrong with it shows at the first call.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` for an address or a file that cannot be used.
    package init(
        _ configuration: ElasticsearchConfiguration,
        log: Logger
    ) throws(DocketError) {
        client = try EngineClient(configuration)
        repository = configuration.repository
        administration = IndexAdministration(client, configuration, log: log)
    }

    /// Addresses of nodes that are set, and those that are asked since they answer.
    package var nodes: (all: Int, serving: Int) { client.nodes }

    /// Whether each node is reached.
    package var health: [HealthRecord] { client.health }

    /// Ends all requests and the thread that sends them.
    package func close() { client.close() }

    /// Checks the engine as the first call does.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` for what stays until an operator changes it:
    ///   the engine's version, an index that was changed, credentials, a certificate.
    package func prepare(work: WorkLimit) async throws(DocketError) {
        do throws(DocketError) {
            try await administration.prepare(work)
        } catch {
            var error = error
            if error.isOfSettings { error.code = .failedPrecondition }
            throw error
        }
    }

    package func canSearch(_ collection: Collection) -> Bool {
        collection.series == administration.names.series
    }

    /// It is one of them, and is told what to write.
    package func clusters(work: WorkLimit) async throws(DocketError) -> Set<String> { [] }

    package func place(
        for tenant: TenantID,
        work: WorkLimit
    ) async throws(DocketError) -> IndexPlace {
        try await administration.place(for: tenant, work: work)
    }

    package func apply(
        _ changes: [IndexChange],
        work: WorkLimit
    ) async throws(DocketError) -> [IndexOutcome] {
        // Nobody searches indices of earlier series, which go as a whole.
        let wanted = changes.filter { !isFormer($0.place) }
        guard !wanted.isEmpty else { return changes.map { _ in .applied } }
        for change in wanted { try check(change.place) }
        try await administration.prepare(work)
        var sent = try await send(wanted, work)[...]
        return changes.map { isFormer($0.place) ? .applied : sent.popFirst() ?? .busy }
    }

    /// What became of each, in their order.
    private func send(
        _ changes: [IndexChange],
        _ work: WorkLimit
    ) async throws(DocketError) -> [IndexOutcome] {
        let request = HTTPRequest(
            method: .post,
            path: BulkCodec.path,
            body: BulkCodec.encode(changes),
            contentType: BulkCodec.contentType,
            replyBytesMaximum: BulkCodec.replyBytesMaximum
        )
        let reply = try await client.send(request, work: work)
        if reply.status == 200 {
            return try BulkCodec.decode(reply.body, of: changes, administration.names)
        }
        if reply.status == 413 { return try await applyParts(of: changes, work) }
        let fault = EngineFault(reply)
        guard let outcome = BulkOutcomes.outcome(of: fault) else { throw fault.docketError }
        return changes.map { _ in outcome }
    }

    /// Of a bulk that is longer than the engine takes, one half after the other.
    private func applyParts(
        of changes: [IndexChange],
        _ work: WorkLimit
    ) async throws(DocketError) -> [IndexOutcome] {
        guard changes.count > 1 else {
            return [.refused(reason: "the document is longer than the search engine takes")]
        }
        let middle = changes.count / 2
        let first = try await send(Array(changes[..<middle]), work)
        return first + (try await send(Array(changes[middle...]), work))
    }

    package func refresh(
        _ places: Set<IndexPlace>,
        work: WorkLimit
    ) async throws(DocketError) {
        for place in places where !isFormer(place) {
            try check(place)
            try await administration.prepare(work)
            let path = "/\(place.name)/_refresh?filter_path=_shards.failed"
            let reply = try await client.succeed(
                HTTPRequest(method: .post, path: path),
                work: work
            )
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            let root = try? parser.parse(reply.body)
            guard root?.member("_shards")?.member("failed")?.integer == 0 else {
                throw DocketError(
                    .unavailable,
                    "a part of the search engine's index cannot be refreshed now",
                    retryAfter: .seconds(1)
                )
            }
        }
    }

    func isFormer(_ place: IndexPlace) -> Bool {
        let names = administration.names
        return !names.series.has(place) && names.isFormer(place.name)
    }

    /// A place is a part of paths and bulks: only names that this index gave out go there.
    func check(_ place: IndexPlace) throws(DocketError) {
        guard administration.names.isPlace(place.name) else {
            throw DocketError(.internalError, "a place is none of the search engine's")
        }
    }
}

extension ElasticsearchIndex: Service {
    package var name: String { "search engine" }

    /// The engine is asked as it is needed; ``prepare(work:)`` may come before.
    package func start() async throws {}

    package func stop(by deadline: MonotonicTime) async { close() }
}

extension ElasticsearchIndex {
    package func search(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        without removed: RemovedDocuments,
        work: WorkLimit
    ) async throws(DocketError) -> IndexPage {
        try await administration.prepare(work)
        let words = try await words(tenant, plan, work)
        guard !words.isEmpty else {
            return IndexPage(
                hits: [],
                total: .init(value: 0, isExact: plan.total != .none),
                facets: plan.facets.map { _ in [] },
                hasMore: false,
                ignoredTerms: words.ignored
            )
        }
        let builder = QueryBuilder(tenant, plan, without: removed, words)
        let reply = try await ask(tenant, plan, builder.search(timeout: work.timeLeft), work)
        return try ReplyCodec(builder: builder, names: administration.names).page(reply)
    }

    package func scan(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        after number: UInt64,
        without removed: RemovedDocuments,
        work: WorkLimit
    ) async throws(DocketError) -> IndexSlice {
        try await administration.prepare(work)
        let words = try await words(tenant, plan, work)
        guard !words.isEmpty else {
            return IndexSlice(hits: [], next: nil, ignoredTerms: words.ignored)
        }
        let builder = QueryBuilder(tenant, plan, without: removed, words)
        let reply = try await ask(
            tenant,
            plan,
            builder.scan(after: number, timeout: work.timeLeft),
            work
        )
        let codec = ReplyCodec(builder: builder, names: administration.names)
        return try codec.slice(reply, size: builder.scanSize)
    }

    /// The words of the plan; where there are too many, the engine is asked which are the rarest.
    private func words(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        _ work: WorkLimit
    ) async throws(DocketError) -> QueryWords {
        let cutter = WordCutter()
        let terms = QueryTerms(plan.text, plan.match, plan.synonyms) {
            ClauseWords($0, in: $1, plan.collection.schema, cutter)
        }
        var documents: [QueryTerms.Term: Int] = [:]
        if !TermChoice.isMade(terms, plan) {
            let asked = terms.all.filter { $0.role != .excluded }
            for start in stride(from: 0, to: asked.count, by: Self.countedTermsMaximum) {
                let part = asked[start..<min(start + Self.countedTermsMaximum, asked.count)]
                let body = QueryBuilder.counts(of: Array(part), tenant, plan)
                let reply = try await ask(tenant, plan, body, work)
                let counts = try ReplyCodec.termCounts(reply, of: part.count)
                for (term, count) in zip(part, counts) { documents[term] = count }
            }
        }
        let choice = TermChoice(terms, plan) { term, limit in
            min(limit, documents[term] ?? 0)
        }
        return QueryWords(terms, choice, plan)
    }

    /// Terms that one request counts.
    private static let countedTermsMaximum = 500

    /// The engine's reply to a search of the tenant, which is the only one it can see.
    private func ask(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        _ body: [UInt8],
        _ work: WorkLimit
    ) async throws(DocketError) -> [UInt8] {
        let name = administration.searchName(of: tenant, plan.collection)
        var path = "/\(name)/_search?routing=\(tenant.number)&allow_partial_search_results=false"
        // By the statistics of all shards; where there is one, engines do without.
        path += "&search_type=dfs_query_then_fetch&filter_path=\(ReplyCodec.filterPath)"
        if plan.explains { path += ReplyCodec.explainedPath + "&include_named_queries_score=true" }
        let request = HTTPRequest(method: .post, path: path, body: body)
        let reply = try await client.send(request, work: work)
        guard reply.status == 200 else {
            let fault = EngineFault(reply)
            if fault.status == 404 { await administration.lookAgain() }
            throw fault.docketError
        }
        return reply.body
    }
}

extension WorkLimit {
    /// Until the deadline; nil where there is none.
    fileprivate var timeLeft: Duration? {
        guard deadlineNanoseconds != .max else { return nil }
        return MonotonicTime(nanoseconds: deadlineNanoseconds) - .now()
    }
}
