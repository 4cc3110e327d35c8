internal import DocketCore
internal import DocketText

/// The documents that a search has to look at, with what it needs of each.
struct CandidateSource {
    /// Number, version, score, attributes; false when no more are needed.
    typealias Look = (Int64, Int64, Double, RawSpan) throws -> Bool

    /// How much a word counts by the field that it is in.
    private static let titleWeight = 2.0
    /// Numbers of candidates that each slice of a scan may read anew.
    private static let sliceCandidates = 10_000

    private let plan: SearchPlan
    private let connection: ConnectionHandle
    private let tables: CollectionTables
    private let match: MatchExpression
    /// Terms of the query that do not count.
    let ignoredTerms: [IgnoredTerm]

    init(_ plan: SearchPlan, _ connection: ConnectionHandle, _ tables: CollectionTables) throws {
        self.plan = plan
        self.connection = connection
        self.tables = tables
        let terms = QueryTerms(plan.text, plan.match) { text in
            TextNormalizer.canonical(text).split(separator: " ").map(String.init)
        }
        let choice = try TermChoice(terms, plan) { term, limit in
            let statement = try connection.prepared(tables.countMatches)
            defer { statement.reset() }
            try statement.bind(1, .text(MatchExpression.text(of: term, plan)))
            try statement.bind(2, .integer(Int64(limit)))
            return try statement.step() ? Int(statement.integer(0)) : 0
        }
        match = MatchExpression(terms, choice, plan)
        ignoredTerms = choice.ignored
    }

    /// Calls `look` with each candidate; in ascending order where there are no words or `after` is
    /// set, of which only greater numbers are candidates then.
    func forEach(after: Int64?, _ look: Look) throws {
        guard !match.isEmpty else { return }
        if let included = match.included {
            try forEachMatch(included, after, isScored: after == nil, look)
        } else {
            try forEachVisible(match.excluded, after, look)
        }
    }

    /// Calls `look` with each candidate after a number that has what comes before all others.
    func forEachComplete(after number: Int64, _ look: Look) throws {
        guard let complete = match.complete else { return }
        try forEachMatch(complete, number, isScored: true, look)
    }

    private func forEachMatch(
        _ expression: String,
        _ after: Int64?,
        isScored: Bool,
        _ look: Look
    ) throws {
        let score =
            isScored
            ? "docket_score(\(tables.search), visible.words, ?2, ?3, ?5, \(Self.titleWeight))"
            : "1.0"
        // CROSS keeps the order of the tables: matches first, and one look at each that is visible.
        let sql = """
            SELECT visible.number, visible.version, \(score), visible.attributes
            FROM \(tables.search) CROSS JOIN \(tables.visible) AS visible
                ON visible.number = \(tables.search).rowid
            WHERE \(tables.search) MATCH ?1
            """
        let tail =
            after == nil ? "" : " AND \(tables.search).rowid > ?4 ORDER BY \(tables.search).rowid"
        let statement = try connection.prepared(sql + tail)
        defer { statement.reset() }
        try statement.bind(1, .text(expression))
        if isScored {
            try statement.bind(2, .number(match.demanded))
            try statement.bind(3, .number(match.wanted))
            try statement.bind(5, .blob(match.times))
        }
        if let after { try statement.bind(4, .integer(after)) }
        try step(statement, nil, look)
    }

    private func forEachVisible(_ excluded: String?, _ after: Int64?, _ look: Look) throws {
        let exclusion = try excluded.map { try ExcludedNumbers($0, connection, tables) }
        if let numbers = try candidates(isSlice: after != nil) {
            return try forEach(of: numbers, exclusion, after, look)
        }
        let statement = try connection.prepared(
            """
            SELECT number, version, 1.0, attributes FROM \(tables.visible)
            WHERE number > ?1 ORDER BY number
            """
        )
        defer { statement.reset() }
        try statement.bind(1, .integer(after ?? 0))
        try step(statement, exclusion, look)
    }

    private func step(
        _ statement: StatementHandle,
        _ exclusion: ExcludedNumbers?,
        _ look: Look
    ) throws {
        while try statement.step() {
            let number = statement.integer(0)
            if let exclusion, try exclusion.contains(number) { continue }
            let (version, score) = (statement.integer(1), statement.real(2))
            guard try statement.withBytes(3, { try look(number, version, score, $0) }) else {
                return
            }
        }
    }

    private func forEach(
        of numbers: [Int64],
        _ exclusion: ExcludedNumbers?,
        _ after: Int64?,
        _ look: Look
    ) throws {
        let statement = try connection.prepared(tables.selectVisible)
        for number in numbers where number > after ?? 0 {
            if let exclusion, try exclusion.contains(number) { continue }
            defer { statement.reset() }
            try statement.bind(1, .integer(number))
            guard try statement.step() else { continue }
            let version = statement.integer(0)
            guard try statement.withBytes(1, { try look(number, version, 1, $0) }) else { return }
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
