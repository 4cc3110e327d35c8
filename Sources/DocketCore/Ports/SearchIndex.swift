/// The index of an engine: it finds documents and never says what may be seen.
///
/// The truth decides that (``HitTruth``); CheckedSearch in DocketService asks both. Every method
/// throws ``DocketError``: `unavailable` when the engine cannot answer now, with `retryAfter` where
/// that is known, `cancelled` when `work` was stopped, `deadlineExceeded` when its time passed,
/// `internalError` for an answer that cannot be one.
package protocol SearchIndex: Sendable {
    /// Whether searches of the collection can be asked: false while its documents are on their way
    /// out of an index of another version.
    func canSearch(_ collection: Collection) -> Bool
    /// The clusters that it can write, by their ids; empty where it is told of none.
    func clusters(work: WorkLimit) async throws(DocketError) -> Set<String>
    /// Where documents of the tenant that are new go now; makes what the tenant needs there.
    func place(
        for tenant: TenantID,
        work: WorkLimit
    ) async throws(DocketError) -> IndexPlace
    /// Does all of `changes`, in any order; they are of distinct documents, of one tenant or many.
    /// Safe to repeat: an older version never takes the place of a newer one.
    ///
    /// - Returns: what became of each, in the order of `changes`.
    /// - Throws: when it is not known what became of any.
    func apply(
        _ changes: [IndexChange],
        work: WorkLimit
    ) async throws(DocketError) -> [IndexOutcome]
    /// Whatever was applied in these places before the call can be found once it returns.
    func refresh(_ places: Set<IndexPlace>, work: WorkLimit) async throws(DocketError)
    /// One page of matches of the tenant, `removed` not among them, nor in its total and facets.
    func search(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        without removed: RemovedDocuments,
        work: WorkLimit
    ) async throws(DocketError) -> IndexPage
    /// Matches in the order of document numbers after `number`, at most `plan.limit`. The plan's
    /// sort, facets, total and position are not looked at.
    func scan(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        after number: UInt64,
        without removed: RemovedDocuments,
        work: WorkLimit
    ) async throws(DocketError) -> IndexSlice
}

extension SearchIndex {
    /// - Throws: ``DocketError`` `unavailable` for a collection that cannot be searched yet.
    package func requireSearchable(_ collection: Collection) throws(DocketError) {
        guard !canSearch(collection) else { return }
        throw DocketError(
            .unavailable,
            "the index of the collection is made anew by this version of the server; until it is "
                + "done the collection cannot be searched",
            retryAfter: .seconds(2),
            isNotProcessed: true
        )
    }
}

/// A part of the engine that holds documents whole: what was first sent to it stays there.
///
/// Its name is the engine's own, at most 200 bytes.
package struct IndexPlace: Hashable, Sendable {
    package var name: String

    package init(name: String) { self.name = name }
}

/// One document to be brought into the index or taken out of it.
package struct IndexChange: Sendable {
    package var tenant: TenantID
    package var collection: Collection
    package var number: UInt64
    package var version: UInt64
    package var place: IndexPlace
    /// nil takes the document out.
    package var content: BoundDocument?
    /// The clusters that get it, by their ids; empty for the one that is searched.
    package var clusters: [String] = []

    package init(
        tenant: TenantID,
        collection: Collection,
        number: UInt64,
        version: UInt64,
        place: IndexPlace,
        content: BoundDocument?
    ) {
        self.tenant = tenant
        self.collection = collection
        self.number = number
        self.version = version
        self.place = place
        self.content = content
    }
}

/// What became of one change.
package enum IndexOutcome: Hashable, Sendable {
    /// The index holds this version, or the document is out of it; found after a refresh.
    case applied
    /// The index holds a newer version already, which the truth may not know.
    case superseded
    /// The engine will never take this version; the reason is in Docket's words.
    case refused(reason: String)
    /// Not now: the engine is busy, and this change may be sent again.
    case busy
    /// The engine takes no writes at all for a while (a full disk, a block): no fault of the
    /// document.
    case held
}

/// Documents that the index may still hold although nobody may see them: deleted, or failed at
/// their newest version.
package struct RemovedDocuments: Hashable, Sendable {
    /// Of one collection at once.
    package static let maximum = 1000

    /// Ascending, at most ``maximum``.
    package var numbers: [UInt64]
    /// False when there are more: totals and facets are then approximate.
    package var isComplete: Bool

    package init(numbers: [UInt64] = [], isComplete: Bool = true) {
        self.numbers = numbers
        self.isComplete = isComplete
    }
}

/// A page of matches that nobody has checked yet.
package struct IndexPage: Sendable {
    package var hits: [IndexHit]
    package var total: SearchReply.Total
    /// In the order of the plan's facets.
    package var facets: [[FacetResult.Count]]
    package var isApproximate: Bool
    /// Whether there are more hits after the last.
    package var hasMore: Bool
    /// The best unscaled score of the whole query; 1 where there are no words.
    package var bestScore: Double
    /// In the order of the query.
    package var ignoredTerms: [IgnoredTerm]

    package init(
        hits: [IndexHit],
        total: SearchReply.Total,
        facets: [[FacetResult.Count]] = [],
        isApproximate: Bool = false,
        hasMore: Bool,
        bestScore: Double = 1,
        ignoredTerms: [IgnoredTerm] = []
    ) {
        self.hits = hits
        self.total = total
        self.facets = facets
        self.isApproximate = isApproximate
        self.hasMore = hasMore
        self.bestScore = bestScore
        self.ignoredTerms = ignoredTerms
    }
}

/// One match as the engine names it.
package struct IndexHit: Hashable, Sendable {
    /// As the engine says, whoever asked: another than that is a fault of the engine, never a hit.
    package var tenant: TenantID
    /// As the engine says.
    package var collection: UInt32
    package var number: UInt64
    package var version: UInt64
    /// Greater for a document that matches all clauses than for any that does not.
    package var score: Double
    /// One for each sort key of the plan; nil for scores and where the document has no value.
    package var sortValues: [AttributeValue?]
    /// What makes the score, where the plan asks for it and the engine can say.
    package var account: ScoreAccount?

    package init(
        tenant: TenantID,
        collection: UInt32,
        number: UInt64,
        version: UInt64,
        score: Double,
        sortValues: [AttributeValue?],
        account: ScoreAccount? = nil
    ) {
        self.tenant = tenant
        self.collection = collection
        self.number = number
        self.version = version
        self.score = score
        self.sortValues = sortValues
        self.account = account
    }
}

/// Matches in the order of document numbers.
package struct IndexSlice: Sendable {
    package var hits: [IndexHit]
    /// Where the next slice begins, nil at the end.
    package var next: UInt64?
    /// In the order of the query.
    package var ignoredTerms: [IgnoredTerm]

    package init(hits: [IndexHit], next: UInt64?, ignoredTerms: [IgnoredTerm] = []) {
        self.hits = hits
        self.next = next
        self.ignoredTerms = ignoredTerms
    }
}
