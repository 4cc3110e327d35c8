internal import DocketCore

/// Makes one page of what the index names in one or more rounds and the truth lets through.
struct PageAssembly {
    /// Pages of the index that one page is made of at most: one, unless the truth refuses hits.
    static let roundsMaximum = 3

    private let plan: SearchPlan
    private let isRemovedComplete: Bool
    private var rounds = 0
    /// The first page of the index: what it says of all matches.
    private var first = IndexPage(hits: [], total: .init(), hasMore: true)
    private var hits: [FoundDocument] = []
    private var refused: [UInt64] = []
    private var end: PageEnd?
    private var bytes = 0
    /// Whether there are more matches behind the last one looked at.
    private var hasMore = true
    private var isFull = false

    /// A page of `plan`; `isRemovedComplete` says that the index was told all documents that must
    /// not be seen.
    init(_ plan: SearchPlan, isRemovedComplete: Bool) {
        self.plan = plan
        self.isRemovedComplete = isRemovedComplete
    }

    /// What the index is to be asked next; nil when the page is done.
    var next: SearchPlan? {
        guard rounds > 0 else { return plan }
        guard !isFull, hasMore, hits.count < plan.limit, rounds < Self.roundsMaximum,
            let position = plan.position(after: page)
        else { return nil }
        var next = plan
        next.after = position
        next.limit = plan.limit - hits.count
        next.ignoredTerms = first.ignoredTerms.map(\.place)
        // The first round has counted.
        next.facets = []
        next.total = .none
        return next
    }

    /// Adds a page of the index with what its first hits show, nil for those that must not be seen,
    /// until the bytes of the plan are passed.
    ///
    /// Where `shown` has fewer, there was no room for more.
    mutating func add(_ page: IndexPage, _ shown: [FoundDocument?]) {
        rounds += 1
        if rounds == 1 { first = page }
        isFull = shown.count < page.hits.count
        hasMore = page.hasMore || isFull
        for (hit, shown) in zip(page.hits, shown) where !has(hit.number) {
            guard let shown else {
                refused.append(hit.number)
                end = PageEnd(sortValues: hit.sortValues, number: hit.number)
                continue
            }
            bytes += shown.roughBytes
            if bytes > plan.replyBytes, !hits.isEmpty {
                isFull = true
                hasMore = true
                return
            }
            hits.append(shown)
            end = nil
        }
    }

    /// A document whose values changed between two rounds may come again.
    private func has(_ number: UInt64) -> Bool {
        rounds > 1 && hits.contains { $0.number == number }
    }

    /// What was made so far.
    var page: SearchPage {
        var page = SearchPage(
            hits: hits,
            total: total,
            facets: first.facets,
            isApproximate: first.isApproximate || isCountUncertain,
            hasMore: hasMore && plan.limit > 0,
            bestScore: first.bestScore,
            ignoredTerms: first.ignoredTerms
        )
        page.refused = refused
        page.end = end
        return page
    }

    /// Without those that the index counted and the truth refused.
    private var total: SearchReply.Total {
        guard plan.total != .none else { return first.total }
        var total = first.total
        total.value = max(hits.count, total.value - refused.count)
        return total
    }

    /// Whether total or facets count documents that must not be seen.
    private var isCountUncertain: Bool {
        let isCounted = plan.total != .none || !plan.facets.isEmpty
        guard isCounted, isRemovedComplete else { return isCounted }
        guard !refused.isEmpty else { return false }
        // Where one was refused there may be others among what was not looked at.
        return hasMore || plan.after != nil || !plan.facets.isEmpty
    }
}
