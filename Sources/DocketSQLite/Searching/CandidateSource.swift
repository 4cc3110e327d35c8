internal import DocketCore
internal import DocketText

/// The documents that a search has to look at, in ascending order.
struct CandidateSource {
    let plan: SearchPlan
    let connection: ConnectionHandle
    private let tables: CollectionTables
    let asked: IndexQuery
    /// Finds what has the words; nil where every document without the excluded ones matches.
    let query: IndexQueryHandle?
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
            let language = TextLanguage(code: plan.collection.schema.language?.code)
            var lookedUp: IndexQueryHandle?
            try asked.join(cutter, language) { term in
                let query =
                    try lookedUp ?? IndexQueryHandle(statements, segments, weighsComplete: false)
                lookedUp = query
                return try query.add(term)
            }
            var ends = CompoundEnds(statements, segments, cutter, language)
            try asked.joinCompounds(&ends)
            var corrector = WordCorrector(statements, segments, cutter)
            try asked.correct(plan, documents, &corrector, cutter)
            if asked.corrections.isEmpty {
                try Self.addJoined(of: asked, to: made)
            } else {
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
        if asked.weighsNames { made.weighNames() }
        for pair in asked.pairs { try made.addPair(pair.first, pair.second) }
        try addJoined(of: asked, to: made)
        return (made, documents)
    }

    /// Adds two words as one, behind all terms.
    private static func addJoined(of asked: IndexQuery, to made: IndexQueryHandle) throws {
        for (place, joined) in asked.joined.enumerated() {
            try made.add(joined.term)
            for clause in joined.clauses {
                guard
                    let index = asked.terms.firstIndex(where: {
                        $0.role == .clause && $0.isLike(clause)
                    })
                else { continue }
                try made.add(asked.terms.count + place, standsFor: index)
            }
        }
    }

    // MARK: Searching

    /// Takes all candidates through `pass`.
    func search(_ pass: inout SearchPass) throws {
        guard !asked.isEmpty else { return }
        guard let query else {
            var living = try LivingCandidates(connection, tables, excluded, after: 0)
            let scores = [Double](repeating: 1, count: LivingCandidates.runNumbers)
            while let numbers = try living.next(from: { try pass.firstPossible($0) }) {
                guard try pass.look(numbers.span, scores.span) else { return }
            }
            return
        }
        if asked.demandsAll {
            return try look(query, .complete(isScored: true), &pass)
        }
        if try searchComplete(query, &pass) { return }
        try look(query, .scored, &pass)
        if asked.weighsComplete, let cut = pass.cut {
            // What comes first may be beyond the candidates.
            try forEachRun(query, .complete(isScored: true), after: cut) { try pass.rank($0, $1) }
        }
    }

    /// Fills the page with documents that have all clauses, where there are enough of them: all
    /// others need only be counted.
    private func searchComplete(_ query: IndexQueryHandle, _ pass: inout SearchPass) throws -> Bool
    {
        guard asked.weighsComplete, pass.order.isByScore else { return false }
        try forEachRun(query, .complete(isScored: true), after: 0) { try pass.rank($0, $1) }
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
        try forEachRun(query, mode, after: 0) { try pass.look($0, $1) }
    }

    // MARK: Scanning

    /// Calls `look` with candidates after a number, ascending, until it returns false.
    ///
    /// `firstPossible` says which is the first from a number on that may be wanted.
    func scan(
        after number: Int64,
        firstPossible: (UInt32) throws -> Int64,
        _ look: (_ numbers: Span<UInt32>) throws -> Bool
    ) throws {
        guard !asked.isEmpty else { return }
        guard let query else {
            var living = try LivingCandidates(connection, tables, excluded, after: number)
            while let numbers = try living.next(from: firstPossible) {
                guard try look(numbers.span) else { return }
            }
            return
        }
        let mode: IndexQueryHandle.Mode =
            asked.demandsAll ? .complete(isScored: false) : .unscored
        try forEachRun(query, mode, after: number) { numbers, _ in try look(numbers) }
    }

    private func forEachRun(
        _ query: IndexQueryHandle,
        _ mode: IndexQueryHandle.Mode,
        after number: Int64,
        _ look: (_ numbers: Span<UInt32>, _ scores: Span<Double>) throws -> Bool
    ) throws {
        // Numbers of documents in the index have 32 bits.
        guard let after = UInt32(exactly: number) else { return }
        try query.start(mode, after: after)
        while try query.next(look) ?? false {}
    }
}

/// All documents of a collection without those that a search excludes, in ascending order.
private struct LivingCandidates {
    /// Numbers that are looked at together.
    static let runNumbers = 500

    private var documents: LivingDocuments
    private var exclusion: ExcludedDocuments?
    /// Where the next one is looked for.
    private var number: UInt32?

    init(
        _ connection: ConnectionHandle,
        _ tables: CollectionTables,
        _ excluded: IndexQueryHandle?,
        after number: Int64
    ) throws {
        documents = LivingDocuments(connection, tables)
        exclusion = try excluded.map { try ExcludedDocuments($0, after: number) }
        self.number = UInt32(exactly: number + 1)
    }

    /// The next ones; nil at the end.
    mutating func next(from firstPossible: (UInt32) throws -> Int64) throws -> [UInt32]? {
        var found: [UInt32] = []
        while found.isEmpty, let start = number, let first = try documents.next(from: start) {
            let possible = try firstPossible(first)
            guard possible == Int64(first) else {
                number = UInt32(exactly: possible)
                continue
            }
            found = documents.run(from: first, upTo: Self.runNumbers)
            number = found.last.flatMap { $0 < .max ? $0 + 1 : nil }
            if exclusion != nil {
                found = try found.filter { try !(exclusion?.contains(Int64($0)) ?? false) }
            }
        }
        return found.isEmpty ? nil : found
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
