internal import DocketCore

/// One look at each candidate of a search: filter, count, facets, best score, first hits.
struct SearchPass {
    /// The first hits of an order by score, which are ranked anew by neighbours among their words.
    static let rankedAnew = 32
    /// Bytes of attributes that are as much work as one candidate without any.
    private static let bytesPerUnit = 64

    private let plan: SearchPlan
    private let watch: WorkWatch
    private let filter: CompiledFilter?
    /// Only hits behind this one belong on the page.
    private let after: RankedHit?
    /// Hits that earlier pages had.
    private var shown: ShownNumbers?
    private(set) var facets: [FacetCounter]
    private(set) var top: TopHits
    private let page: Int
    let order: HitOrder
    private let isByScore: Bool
    /// Candidates seen.
    private(set) var candidates = 0
    /// Those that match.
    private(set) var matches = 0
    private(set) var bestScore = 0.0
    /// The last candidate seen, where others were left.
    private(set) var cut: Int64?
    /// Candidates that were looked at for their place alone.
    private var candidatesRanked = 0
    private var lastNumber: Int64 = 0

    /// - Throws: ``DocketError`` `invalidArgument` for a position of another order.
    init(_ plan: SearchPlan, _ watch: WorkWatch) throws(DocketError) {
        self.plan = plan
        self.watch = watch
        if case .rest = plan.after {
            order = HitOrder([BoundSort(.number, isDescending: false)])
        } else {
            order = HitOrder(plan.sort)
        }
        isByScore = order.isByScore
        filter = plan.filter.map { CompiledFilter($0) }
        facets = plan.facets.map { FacetCounter($0) }
        // One more than the page tells whether there is another.
        page = plan.limit == 0 ? 0 : plan.limit + 1
        let ranked = order.isByScore && page > 0 ? max(page, Self.rankedAnew) : page
        top = TopHits(capacity: ranked, order: order)
        switch plan.after {
        case nil: after = nil
        case .after(let values, let number):
            guard let hit = order.hit(values, number: number) else {
                throw .invalid("cursor", "belongs to another search")
            }
            after = hit
        case .without(let shown):
            after = nil
            self.shown = ShownNumbers(shown)
        case .rest(let number, let shown):
            after = order.hit([nil], number: number)
            self.shown = ShownNumbers(shown)
        }
    }

    /// Whether what it looks at depends on the attributes of a candidate.
    var readsAttributes: Bool { filter != nil || !facets.isEmpty || !order.slots.isEmpty }

    /// Looks at one candidate; false when the search needs no more of them.
    ///
    /// - Throws: ``DocketError`` `cancelled` once the search is no longer wanted.
    mutating func look(
        at number: Int64,
        score: Double,
        _ attributes: RawSpan
    ) throws(DocketError) -> Bool {
        try watch.spend(1 + attributes.byteCount / Self.bytesPerUnit)
        guard candidates < plan.candidates else {
            cut = lastNumber
            return false
        }
        candidates += 1
        lastNumber = number
        if let filter, !filter.matches(attributes) { return true }
        matches += 1
        if score > bestScore { bestScore = score }
        for place in facets.indices { facets[place].count(number, attributes) }
        insert(number, score, attributes)
        return !isDone
    }

    /// Looks at a candidate for its place alone; false after too many.
    ///
    /// It may be among the first hits, and counts for nothing else.
    mutating func rank(
        _ number: Int64,
        score: Double,
        _ attributes: RawSpan
    ) throws(DocketError) -> Bool {
        try watch.spend(1 + attributes.byteCount / Self.bytesPerUnit)
        guard candidatesRanked < plan.candidates else { return false }
        candidatesRanked += 1
        guard filter?.matches(attributes) ?? true else { return true }
        if score > bestScore { bestScore = score }
        insert(number, score, attributes)
        return true
    }

    /// Takes back what was ranked.
    mutating func forgetRanked() {
        top.removeAll()
        candidatesRanked = 0
    }

    /// Whether all the hits of the page are known to be better than what was not ranked.
    var isPageFull: Bool { top.count >= page }

    /// Counts candidates in ascending order, all of which match and none of which belongs on the
    /// page; false when the search needs no more of them.
    mutating func count(_ documents: Span<UInt32>) throws(DocketError) -> Bool {
        try watch.spend(1 + documents.count / 64)
        let left = min(documents.count, plan.candidates - candidates)
        candidates += left
        matches += left
        if left > 0 { lastNumber = Int64(documents[left - 1]) }
        if left < documents.count {
            cut = lastNumber
            return false
        }
        switch plan.total {
        case .exact: return true
        case .bounded(let bound): return matches <= bound
        case .none: return false
        }
    }

    private mutating func insert(_ number: Int64, _ score: Double, _ attributes: RawSpan) {
        // Most candidates are no better than the page is; they come in ascending order.
        if isByScore, let last = top.last, score <= last.score, number > last.number { return }
        if shown?.contains(number) ?? false { return }
        let hit = RankedHit(number: number, score: score, values: order.values(of: attributes))
        if after.map({ order.precedes($0, hit) }) ?? true { top.insert(hit) }
    }

    /// Whether the page and the total are known although candidates are left: only where these come
    /// in the order of the page.
    private var isDone: Bool {
        guard plan.sort == [BoundSort(.number, isDescending: false)], facets.isEmpty, top.isFull
        else { return false }
        switch plan.total {
        case .exact: return false
        case .bounded(let bound): return matches > bound
        case .none: return true
        }
    }

    /// What each facet counted, in the order of the plan.
    func facetCounts() throws(DocketError) -> [[FacetResult.Count]] {
        var counts: [[FacetResult.Count]] = []
        for facet in facets { try counts.append(facet.counts(watch)) }
        return counts
    }

    var total: SearchReply.Total {
        switch plan.total {
        case .exact: SearchReply.Total(value: matches, isExact: cut == nil)
        case .bounded(let bound):
            SearchReply.Total(value: min(matches, bound), isExact: matches <= bound && cut == nil)
        case .none: SearchReply.Total(value: 0, isExact: false)
        }
    }

    var isApproximate: Bool { cut != nil || facets.contains(where: \.isIncomplete) }
}
