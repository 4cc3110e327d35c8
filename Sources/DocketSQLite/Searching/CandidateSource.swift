internal import DocketCore
internal import DocketText

/// The documents that a search has to look at, in ascending order, with what it needs of each.
struct CandidateSource {
    /// Numbers of candidates that each slice of a scan may read anew.
    private static let sliceCandidates = 10_000

    private let plan: SearchPlan
    private let connection: ConnectionHandle
    private let tables: CollectionTables
    private let asked: IndexQuery
    /// Finds what has the words; nil where every document without the excluded ones matches.
    private let query: IndexQueryHandle?
    /// Finds what is left out where `query` is nil.
    private let excluded: IndexQueryHandle?

    /// Terms of the query that do not count.
    var ignoredTerms: [IgnoredTerm] { asked.ignoredTerms }
    /// Terms of the query that no document has.
    var corrections: [CorrectedTerm] { asked.corrections }
    /// The words to mark in what is found.
    var marked: TextQuery { TextQuery(plan.text.clauses + asked.alternatives) }

    init(
        _ plan: SearchPlan,
        _ connection: ConnectionHandle,
        _ tables: CollectionTables,
        _ cutter: WordCutter
    ) throws {
        self.plan = plan
        self.connection = connection
        self.tables = tables
        guard !plan.text.isEmpty else {
            asked = try IndexQuery(plan, cutter, documents: { _ in 0 })
            (query, excluded) = (nil, nil)
            return
        }
        let segments = try SegmentTable(connection, tables).inUse()
        let statements = try IndexStatements(connection, tables)
        var asked = try IndexQuery(plan, cutter) { term in
            try IndexQueryHandle(statements, segments, weighsComplete: false).add(term)
        }
        guard !asked.isEmpty, !asked.terms.isEmpty else {
            self.asked = asked
            (query, excluded) = (nil, nil)
            return
        }
        var (made, documents) = try Self.query(asked, statements, segments)
        if plan.correctsWords {
            var corrector = WordCorrector(statements, segments, cutter)
            try asked.correct(plan, documents, &corrector, cutter)
            if !asked.corrections.isEmpty {
                made = try Self.query(asked, statements, segments).made
            }
        }
        self.asked = asked
        (query, excluded) = asked.hasWanted ? (made, nil) : (nil, made)
    }

    /// The query, and how many documents have each of its terms.
    private static func query(
        _ asked: IndexQuery,
        _ statements: IndexStatements,
        _ segments: [Segment]
    ) throws -> (made: IndexQueryHandle, documents: [Int]) {
        let made = try IndexQueryHandle(
            statements,
            segments,
            weighsComplete: asked.weighsComplete
        )
        let documents = try asked.terms.map { term in
            var term = term
            if !asked.hasWanted { term.role = .clause }
            return try made.add(term)
        }
        for pair in asked.pairs { try made.addPair(pair.first, pair.second) }
        return (made, documents)
    }

    // MARK: Searching

    /// Takes all candidates through `pass`.
    func search(_ pass: inout SearchPass) throws {
        guard !asked.isEmpty else { return }
        guard let query else {
            return try forEachVisible(after: 0) { try pass.look(at: $0, score: 1, $1) }
        }
        if asked.demandsAll {
            return try look(query, .complete(isScored: true), &pass)
        }
        if try searchComplete(query, &pass) { return }
        try look(query, .scored, &pass)
        if asked.weighsComplete, let cut = pass.cut {
            // What comes first may be beyond the candidates.
            try forEachMatch(query, .complete(isScored: true), after: cut, pass.readsAttributes) {
                try pass.rank($0, score: $1, $2)
            }
        }
    }

    /// Fills the page with documents that have all clauses, where there are enough of them: all
    /// others need only be counted.
    private func searchComplete(_ query: IndexQueryHandle, _ pass: inout SearchPass) throws -> Bool
    {
        guard asked.weighsComplete, pass.order.isByScore, !pass.readsAttributes else {
            return false
        }
        try forEachMatch(query, .complete(isScored: true), after: 0, false) {
            try pass.rank($0, score: $1, $2)
        }
        guard pass.isPageFull else {
            pass.forgetRanked()
            return false
        }
        try query.start(.unscored)
        while try query.next({ documents, _ in try pass.count(documents) }) ?? false {}
        return true
    }

    private func look(
        _ query: IndexQueryHandle,
        _ mode: IndexQueryHandle.Mode,
        _ pass: inout SearchPass
    ) throws {
        try forEachMatch(query, mode, after: 0, pass.readsAttributes) {
            try pass.look(at: $0, score: $1, $2)
        }
    }

    /// Brings the first hits of an order by score into the one that neighbours among their words
    /// make.
    func rank(_ hits: inout [RankedHit], _ order: HitOrder) throws {
        guard let query, order.isByScore, !asked.pairs.isEmpty, hits.count > 1 else { return }
        var first = hits.prefix(SearchPass.rankedAnew).sorted { $0.number < $1.number }
        var scores = first.map(\.score)
        try query.rank(first.map { UInt32(truncatingIfNeeded: $0.number) }, &scores)
        for place in first.indices { first[place].score = scores[place] }
        first.sort { order.precedes($0, $1) }
        hits.replaceSubrange(first.indices, with: first)
    }

    // MARK: Scanning

    /// Calls `look` with each candidate after a number, until it returns false.
    func scan(
        after number: Int64,
        readsAttributes: Bool,
        _ look: (_ number: Int64, _ attributes: RawSpan) throws -> Bool
    ) throws {
        guard !asked.isEmpty else { return }
        guard let query else { return try forEachVisible(after: number, look) }
        let mode: IndexQueryHandle.Mode =
            asked.demandsAll ? .complete(isScored: false) : .unscored
        try forEachMatch(query, mode, after: number, readsAttributes) { number, _, attributes in
            try look(number, attributes)
        }
    }

    // MARK: Candidates

    private func forEachMatch(
        _ query: IndexQueryHandle,
        _ mode: IndexQueryHandle.Mode,
        after number: Int64,
        _ readsAttributes: Bool,
        _ look: (_ number: Int64, _ score: Double, _ attributes: RawSpan) throws -> Bool
    ) throws {
        // Numbers of documents in the index have 32 bits.
        guard let after = UInt32(exactly: number) else { return }
        try query.start(mode, after: after)
        guard readsAttributes else {
            return try query.eachMatch { try look(Int64($0), $1, RawSpan()) }
        }
        let statement = try connection.prepared(tables.selectVisible)
        defer { statement.reset() }
        try query.eachMatch { document, score in
            defer { statement.reset() }
            try statement.bind(1, .integer(Int64(document)))
            // Whatever lives in the index is visible.
            guard try statement.step() else { throw SQLiteError.damagedPages }
            return try statement.withBytes(1) { try look(Int64(document), score, $0) }
        }
    }

    private func forEachVisible(
        after number: Int64,
        _ look: (_ number: Int64, _ attributes: RawSpan) throws -> Bool
    ) throws {
        var exclusion = try excluded.map { try ExcludedDocuments($0, after: number) }
        if let numbers = try candidates(isSlice: number > 0) {
            return try forEach(of: numbers, &exclusion, number, look)
        }
        let statement = try connection.prepared(
            "SELECT number, attributes FROM \(tables.visible) WHERE number > ?1 ORDER BY number"
        )
        defer { statement.reset() }
        try statement.bind(1, .integer(number))
        while try statement.step() {
            let number = statement.integer(0)
            if try exclusion?.contains(number) ?? false { continue }
            guard try statement.withBytes(1, { try look(number, $0) }) else { return }
        }
    }

    private func forEach(
        of numbers: [Int64],
        _ exclusion: inout ExcludedDocuments?,
        _ after: Int64,
        _ look: (_ number: Int64, _ attributes: RawSpan) throws -> Bool
    ) throws {
        let statement = try connection.prepared(tables.selectVisible)
        for number in numbers where number > after {
            if try exclusion?.contains(number) ?? false { continue }
            defer { statement.reset() }
            try statement.bind(1, .integer(number))
            guard try statement.step() else { continue }
            guard try statement.withBytes(1, { try look(number, $0) }) else { return }
        }
    }

    /// The numbers that the filter leaves, where that is quicker than looking at all documents.
    private func candidates(isSlice: Bool) throws -> [Int64]? {
        guard let filter = plan.filter else { return nil }
        let documents =
            try connection.first(
                "SELECT indexing + indexed FROM collections WHERE id = ?1",
                .number(plan.collection.number),
                row: { Int($0.integer(0)) }
            ) ?? 0
        // A look by number costs about twice a step of the scan; slices read all numbers each time.
        let limit = max(1, isSlice ? min(documents / 2, Self.sliceCandidates) : documents / 2)
        return try CandidateNumbers(connection, tables).numbers(meeting: filter, fewerThan: limit)
    }
}

/// The documents that match what a search excludes, read beside candidates in ascending order.
struct ExcludedDocuments {
    private let query: IndexQueryHandle
    private var numbers: [UInt32] = []
    private var place = 0
    private var hasEnded = false

    init(_ query: IndexQueryHandle, after number: Int64) throws {
        self.query = query
        guard let after = UInt32(exactly: number) else {
            hasEnded = true
            return
        }
        try query.start(.unscored, after: after)
    }

    /// Whether the document is excluded; numbers asked for must ascend.
    mutating func contains(_ number: Int64) throws -> Bool {
        while true {
            while place < numbers.count, numbers[place] < number { place += 1 }
            if place < numbers.count { return numbers[place] == number }
            guard !hasEnded else { return false }
            try readMore()
        }
    }

    private mutating func readMore() throws {
        let more = try query.next { documents, _ in documents.indices.map { documents[$0] } }
        numbers = more ?? []
        place = 0
        hasEnded = more == nil
    }
}
