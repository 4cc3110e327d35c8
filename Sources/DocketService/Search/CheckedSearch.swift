package import DocketCore
package import DocketRuntime
package import DocketSystem
package import DocketTelemetry
internal import Synchronization

/// Searches an index of its own and checks each hit against the truth: one query to each.
///
/// The truth alone says what is seen and gives what a hit shows; where it refuses hits, the index
/// is asked for the next ones, twice at most. Its gate keeps more searches away than it can use.
package final class CheckedSearch: DocumentSearch {
    /// Bytes of documents that are read for one page with highlights, or explained.
    private static let readBytes = 16 << 20

    private let index: any SearchIndex
    private let check: HitCheck
    private let removals: KnownRemovals
    private let gate: IndexGate
    /// Texts of many bytes are looked through for highlights here.
    private let threads: FairThreads

    /// A search that leaves out of totals what `removals` has, which ``ChangeWatch`` keeps and the
    /// store's observer adds to, and highlights `threads` pages of much text at once; the index
    /// gets `concurrency` searches at once at most.
    package init(
        index: any SearchIndex,
        truth: any HitTruth,
        removals: KnownRemovals,
        threads: Int,
        concurrency: Int = 64,
        breaker: CircuitBreaker.Configuration = CircuitBreaker.Configuration(),
        registry: MetricsRegistry,
        logger: Logger
    ) throws(ThreadError) {
        self.index = index
        self.removals = removals
        self.threads = try .forLargeCalls(threads)
        gate = IndexGate(atMost: concurrency, breaker: breaker, registry, logger)
        check = HitCheck(truth, registry, logger)
    }

    /// Whether searches ask the index.
    package var health: HealthRecord { gate.health }

    /// Searches that the index gets at once, and those that wait for a place.
    package var places: (limit: Int, waiting: Int) { gate.places }

    package func search(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        work: WorkLimit
    ) async throws(DocketError) -> SearchPage {
        try index.requireSearchable(plan.collection)
        let removed = removals.removed(of: plan.collection, tenant)
        var assembly = PageAssembly(plan, isRemovedComplete: removed.isComplete)
        while let next = assembly.next {
            let page = try await gate.run(for: tenant, .interactive, work) {
                () async throws(DocketError) in
                try await index.search(tenant, next, without: removed, work: work)
            }
            let shown = try await shown(page.hits, tenant, next, work)
            assembly.add(page, shown)
        }
        return assembly.page
    }

    package func scan(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        after number: UInt64,
        work: WorkLimit
    ) async throws(DocketError) -> ScanSlice {
        try index.requireSearchable(plan.collection)
        let removed = removals.removed(of: plan.collection, tenant)
        let slice = try await gate.run(for: tenant, .bulk, work) { () async throws(DocketError) in
            try await index.scan(tenant, plan, after: number, without: removed, work: work)
        }
        let shown = try await shown(slice.hits, tenant, plan, work)
        var hits: [FoundDocument] = []
        var bytes = 0
        for case let hit? in shown {
            bytes += hit.roughBytes
            if bytes > plan.replyBytes, let last = hits.last {
                return ScanSlice(hits: hits, next: last.number, ignoredTerms: slice.ignoredTerms)
            }
            hits.append(hit)
        }
        let isCut = shown.count < slice.hits.count
        let next = isCut ? slice.hits[shown.count - 1].number : slice.next
        return ScanSlice(hits: hits, next: next, ignoredTerms: slice.ignoredTerms)
    }

    package func suggest(
        _ tenant: TenantID,
        _ plan: SuggestPlan,
        work: WorkLimit
    ) async throws(DocketError) -> SuggestReply {
        throw DocketError(
            .unimplemented,
            "completions are served by the embedded store alone: an index of Elasticsearch or "
                + "OpenSearch keeps no words and titles in order",
            isNotProcessed: true
        )
    }

    /// What the hits show, in their order; nil for those that must not be seen.
    ///
    /// Of the first hits only, where they show more than a page may hold.
    private func shown(
        _ hits: [IndexHit],
        _ tenant: TenantID,
        _ plan: SearchPlan,
        _ work: WorkLimit
    ) async throws(DocketError) -> [FoundDocument?] {
        let texts = HitTexts(plan)
        let checked = try await check.check(
            hits,
            atMost: plan.limit,
            of: tenant,
            in: plan.collection,
            shows: texts.selection,
            limitBytes: max(plan.replyBytes, texts.isEmpty ? 0 : Self.readBytes),
            work: work
        )
        let bytes = checked.reduce(0) { sum, hit in
            sum + (hit.map { texts.bytes(of: $0.shown.document) } ?? 0)
        }
        return try await TurnBudget(threads, of: tenant).run(on: bytes) { () throws(DocketError) in
            var texts = HitTexts(plan)
            return try zip(hits, checked).map { (hit, checked) throws(DocketError) in
                if let ending = work.ending(at: MonotonicTime.now().nanoseconds) { throw ending }
                return checked.map { FoundDocument(hit, $0.shown, plan, &texts) }
            }
        }
    }
}

extension CheckedSearch: Service {
    package var name: String { "search" }

    package func start() async throws {}

    /// Ends the threads; no search is under way any more.
    package func stop(by deadline: MonotonicTime) async {
        gate.close()
        threads.shutdown()
    }
}

extension KnownRemovals {
    func removed(of collection: Collection, _ tenant: TenantID) -> RemovedDocuments {
        removed(of: CollectionReference(tenant: tenant, number: collection.number))
    }
}

extension FoundDocument {
    fileprivate init(
        _ hit: IndexHit,
        _ shown: StoredDocument,
        _ plan: SearchPlan,
        _ texts: inout HitTexts
    ) {
        self.init(
            number: hit.number,
            version: shown.version,
            state: shown.state,
            score: hit.score,
            sortValues: hit.sortValues,
            document: shown.document.showing(only: plan.shows, of: plan.collection.schema),
            highlights: texts.highlights.highlights(of: shown.document),
            explanation: texts.explanation(hit.account, shown.document)
        )
    }
}
