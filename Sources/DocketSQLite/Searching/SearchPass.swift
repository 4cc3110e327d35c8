internal import DocketCore

/// One look at each candidate of a search: filter, count, facets, best score, first hits.
struct SearchPass {
    /// The first hits of an order by score that are ranked anew by their texts, on all pages
    /// together.
    private static let rankedMaximum = 20

    private let plan: SearchPlan
    private let watch: WorkWatch
    private var columns: DocumentColumns
    private var filter: ColumnFilter?
    /// Only hits behind this one belong on the page.
    private let after: RankedHit?
    /// Hits that earlier pages had.
    private var shown: ShownNumbers?
    private(set) var facets: [FacetCounter]
    private(set) var top: TopHits
    private let page: Int
    /// Of the first hits, those that are ranked anew; earlier pages have shown the others.
    let rankedAnew: Int
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
    init(_ plan: SearchPlan, _ connection: ConnectionHandle, _ tables: CollectionTables) throws {
        self.plan = plan
        watch = connection.watch
        var keys = plan.sort
        if case .rest = plan.after { keys = [BoundSort(.number, isDescending: false)] }
        let compiled = plan.filter.map { CompiledFilter($0) }
        let slots = HitOrder.slots(keys) + plan.facets.map(\.slot) + (compiled?.slots ?? [])
        let columns = try DocumentColumns(connection, tables, slots: Set(slots).sorted())
        order = HitOrder(keys) { columns.place(of: $0) }
        isByScore = order.isByScore
        filter = compiled.map { ColumnFilter($0, columns) }
        facets = plan.facets.map { FacetCounter($0, column: columns.place(of: $0.slot)) }
        self.columns = columns
        // One more than the page tells whether there is another.
        page = plan.limit == 0 ? 0 : plan.limit + 1
        rankedAnew = order.isByScore && page > 0 ? max(0, Self.rankedMaximum - plan.shownCount) : 0
        top = TopHits(capacity: max(page, rankedAnew), order: order)
        switch plan.after {
        case nil: after = nil
        case .after(let values, let number):
            guard let hit = order.hit(values, number: number) else {
                throw DocketError.invalid("cursor", "belongs to another search")
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
    var readsColumns: Bool { filter != nil || !columns.isEmpty }

    /// Looks at candidates in ascending order; false when the search needs no more of them.
    ///
    /// - Throws: ``DocketError`` `cancelled` once the search is no longer wanted.
    mutating func look(_ found: Span<UInt32>, _ scores: Span<Double>) throws -> Bool {
        let left = min(found.count, plan.candidates - candidates)
        try forEachRun(found, upTo: left) { pass, documents, start in
            try pass.take(documents, scores, from: start)
            return !pass.isDone
        }
        return noteCandidates(found, left) && !isDone
    }

    /// Counts candidates in ascending order, none of which belongs on the page; false when the
    /// search needs no more of them.
    mutating func count(_ found: Span<UInt32>) throws -> Bool {
        let left = min(found.count, plan.candidates - candidates)
        if readsColumns {
            try forEachRun(found, upTo: left) { pass, documents, _ in
                _ = try pass.matching(documents)
                return true
            }
        } else {
            try watch.spend(1 + left / 64)
            matches += left
        }
        guard noteCandidates(found, left) else { return false }
        guard facets.isEmpty else { return true }
        switch plan.total {
        case .exact: return true
        case .bounded(let bound): return matches <= bound
        case .none: return false
        }
    }

    /// Counts candidates that were looked at; false where too many would follow.
    private mutating func noteCandidates(_ found: Span<UInt32>, _ left: Int) -> Bool {
        candidates += left
        if left > 0 { lastNumber = Int64(found[left - 1]) }
        guard left < found.count else { return true }
        cut = lastNumber
        return false
    }

    /// Looks at candidates for their places alone; false after too many.
    ///
    /// They may be among the first hits, and count for nothing else.
    mutating func rank(_ found: Span<UInt32>, _ scores: Span<Double>) throws -> Bool {
        let left = min(found.count, plan.candidates - candidatesRanked)
        candidatesRanked += left
        try forEachRun(found, upTo: left) { pass, documents, start in
            let marks = pass.marks(documents)
            try pass.insert(documents, marks, scores, from: start)
            return true
        }
        return left == found.count
    }

    /// Calls `body` with candidates that are in one block of each column, until it returns false.
    private mutating func forEachRun(
        _ found: Span<UInt32>,
        upTo count: Int,
        _ body: (inout SearchPass, DocumentRun, _ start: Int) throws -> Bool
    ) throws {
        var start = 0
        while start < count {
            let left = found.extracting(start..<count)
            let run = left.extracting(0..<(try columns.move(toFirstOf: left)))
            guard try body(&self, DocumentRun(run), start) else { return }
            start += run.count
        }
    }

    private mutating func marks(_ documents: DocumentRun) -> [Bool] {
        filter?.marks(documents, columns) ?? [Bool](repeating: true, count: documents.count)
    }

    /// Which documents meet the filter; those count.
    private mutating func matching(_ documents: DocumentRun) throws -> [Bool] {
        let marks = marks(documents)
        for isMatch in marks where isMatch { matches += 1 }
        for place in facets.indices {
            try watch.spend(facets[place].count(documents, marks, columns))
        }
        return marks
    }

    private mutating func take(
        _ documents: DocumentRun,
        _ scores: Span<Double>,
        from start: Int
    ) throws {
        let marks = try matching(documents)
        try insert(documents, marks, scores, from: start)
    }

    /// The first number from `number` on that may meet the filter.
    mutating func firstPossible(_ number: UInt32) throws -> Int64 {
        guard filter != nil else { return Int64(number) }
        try columns.move(to: number)
        return filter?.firstPossible(number, columns) ?? Int64(number)
    }

    /// Takes back what was ranked.
    mutating func forgetRanked() {
        top.removeAll()
        candidatesRanked = 0
    }

    /// Whether all the hits of the page are known to be better than what was not ranked.
    var isPageFull: Bool { top.count >= page }

    private mutating func insert(
        _ documents: DocumentRun,
        _ matching: [Bool],
        _ scores: Span<Double>,
        from start: Int
    ) throws {
        var marks = matching
        if let last = top.last { order.unmark(&marks, documents, behind: last, columns) }
        for index in 0..<documents.count where matching[index] {
            let score = scores[start + index]
            if score > bestScore { bestScore = score }
            guard marks[index] else { continue }
            // Most candidates are no better than the page is; they come in ascending order.
            if isByScore, let least = top.leastScore, score < least { continue }
            insert(documents[index], score)
        }
    }

    private mutating func insert(_ number: UInt32, _ score: Double) {
        if let last = top.last, order.isBehind(last, number, score: score, columns) { return }
        if shown?.contains(Int64(number)) ?? false { return }
        let hit = RankedHit(
            number: Int64(number),
            score: score,
            values: order.values(of: number, columns)
        )
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
    mutating func facetCounts() throws(DocketError) -> [[FacetResult.Count]] {
        var counts: [[FacetResult.Count]] = []
        for place in facets.indices { try counts.append(facets[place].counts(watch)) }
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

extension SearchPlan {
    /// Hits that earlier pages of an order with scores had.
    fileprivate var shownCount: Int {
        if case .without(let shown)? = after { shown.numbers.count } else { 0 }
    }
}
