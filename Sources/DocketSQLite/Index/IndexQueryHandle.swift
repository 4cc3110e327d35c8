internal import CDocketPostings
internal import DocketText

/// A term as the index looks for it.
struct IndexTerm {
    enum Kind {
        case inflected
        case exact
        case prefix
        /// Words of the same stems next to each other, as one of several runs has them.
        case either
    }

    enum Role {
        case clause
        case part
        case excluded
    }

    var kind: Kind
    var role: Role
    /// One bit for each column; nil for any.
    var columns: UInt32?
    /// How much it counts, see ``QueryTerms/boost(of:)``.
    var boost: Double
    /// Folded words, or stems of an inflected term, with a space between two; for either, runs of
    /// stems with a comma between two.
    var words: String
    /// The terms of the query that it stands for, by their places among those that count.
    var origins: [Int] = []
}

/// Owns one query on the index of a collection; one thread at a time uses it, on one moment of the
/// data.
@safe final class IndexQueryHandle {
    /// What is asked for.
    enum Mode {
        case scored
        case unscored
        /// Documents that have each clause.
        case complete(isScored: Bool)
    }

    private let query: OpaquePointer
    private let statements: IndexStatements
    private var termCount = 0

    /// With `weighsComplete`, a document that has each clause scores more than any other.
    init(
        _ statements: IndexStatements,
        _ segments: [Segment],
        weighsComplete: Bool
    ) throws(SQLiteError) {
        self.statements = statements
        var reading = unsafe statements.reading
        let watch = unsafe statements.connection.indexWatch
        var made: OpaquePointer?
        let known = segments.map(\.described)
        let code = unsafe docket_query_new(
            &reading,
            known,
            known.count,
            weighsComplete,
            watch,
            &made
        )
        guard code == 0, let query = unsafe made else {
            unsafe docket_query_free(made)
            throw SQLiteError.index(code, statements.connection)
        }
        unsafe self.query = query
    }

    deinit { unsafe docket_query_free(query) }

    /// Adds a term.
    ///
    /// - Returns: How many documents have it, with some that are replaced or deleted already.
    @discardableResult
    func add(_ term: IndexTerm) throws(SQLiteError) -> Int {
        var words = term.words
        var documents: UInt64 = 0
        let code = words.withUTF8 { bytes in
            var asked = unsafe docket_term(
                kind: term.kind.lent,
                role: term.role.lent,
                columns: term.columns ?? .max,
                boost: term.boost,
                words: bytes.baseAddress,
                length: bytes.count
            )
            return unsafe docket_query_add(query, &asked, &documents)
        }
        try statements.connection.checkIndex(code)
        termCount += 1
        return Int(clamping: documents)
    }

    /// Notes that who has a part has a clause, both by their places among the terms added.
    func add(_ part: Int, standsFor clause: Int) throws(SQLiteError) {
        try statements.connection.checkIndex(unsafe docket_query_stand(query, part, clause))
    }

    /// Lets words that stand by themselves in titles count when hits are ranked.
    func weighNames() { unsafe docket_query_weigh_names(query) }

    /// Notes that two terms, by their places among those added, are neighbours in the query.
    func addPair(_ first: Int, _ second: Int) throws(SQLiteError) {
        try statements.connection.checkIndex(unsafe docket_query_pair(query, first, second))
    }

    /// The score of a document with what neighbours among the words of its texts, which were read,
    /// are worth.
    func rank(_ document: UInt32, _ score: Double) throws(SQLiteError) -> Double {
        var ranked = score
        let code = unsafe docket_query_rank(query, document, &ranked)
        try statements.connection.checkIndex(code)
        return ranked
    }

    /// Reads a text of the document that is ranked or explained next.
    func read(
        _ text: RawSpan,
        _ language: TextLanguage,
        isTitle: Bool
    ) throws(SQLiteError) {
        let code = unsafe text.withUnsafeBytes { bytes in
            let start = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress
            return unsafe docket_query_read(
                query,
                start,
                bytes.count,
                language.number,
                isTitle
            )
        }
        try statements.connection.checkIndex(code)
    }

    /// A part of a score, as the index counts it.
    struct Part {
        let score: Double
        let weight: Double
        let idf: Double
        let tf: Double

        fileprivate init(_ part: docket_score_part) {
            (score, weight, idf, tf) = (part.score, part.weight, part.idf, part.tf)
        }
    }

    /// The parts of a score; those that are nothing are left out.
    struct Parts {
        /// By their places among the terms added.
        var terms: [(place: Int, part: Part)] = []
        /// The same of words that stand by themselves in the title.
        var names: [(place: Int, part: Part)] = []
        var complete: Part?
        var titled: Part?
        var pairs: [(first: Int, second: Int, part: Part)] = []
    }

    /// What makes the score of a document that was found, with neighbours in its texts that were
    /// read; the search ends.
    func explain(_ document: UInt32) throws(SQLiteError) -> Parts {
        var terms = [docket_score_part](repeating: docket_score_part(), count: termCount)
        var names = terms
        var pairs = [docket_pair_part](repeating: docket_pair_part(), count: Int(DOCKET_PAIRS))
        var explanation = unsafe docket_explanation()
        let code = unsafe terms.withUnsafeMutableBufferPointer { terms in
            unsafe names.withUnsafeMutableBufferPointer { names in
                unsafe pairs.withUnsafeMutableBufferPointer { pairs in
                    unsafe explanation.terms = terms.baseAddress
                    unsafe explanation.names = names.baseAddress
                    unsafe explanation.pairs = pairs.baseAddress
                    return unsafe docket_query_explain(query, document, &explanation)
                }
            }
        }
        try statements.connection.checkIndex(code)
        func part(_ part: docket_score_part) -> Part? { part.score > 0 ? Part(part) : nil }
        var parts = Parts()
        func all(_ parts: [docket_score_part]) -> [(place: Int, part: Part)] {
            parts.enumerated().compactMap { place, found in part(found).map { (place, $0) } }
        }
        (parts.terms, parts.names) = (all(terms), all(names))
        parts.complete = part(unsafe explanation.complete)
        parts.titled = part(unsafe explanation.titled)
        parts.pairs = pairs.prefix(unsafe explanation.pair_count).compactMap { pair in
            part(pair.part).map { (pair.first, pair.second, $0) }
        }
        return parts
    }

    /// Begins with the first match after a document; 0 for all.
    func start(_ mode: Mode, after number: UInt32 = 0) throws(SQLiteError) {
        try statements.connection.checkIndex(unsafe docket_query_start(query, mode.lent, number))
    }

    /// Calls `body` with the next matches in ascending order, and their scores.
    ///
    /// - Returns: nil at the end, what `body` returns otherwise.
    func next<Value>(
        _ body: (_ documents: Span<UInt32>, _ scores: Span<Double>) throws -> Value
    ) throws -> Value? {
        var matches = unsafe docket_matches()
        try statements.connection.checkIndex(unsafe docket_query_next(query, &matches))
        guard let documents = unsafe matches.documents, let scores = unsafe matches.scores,
            unsafe matches.count > 0
        else { return nil }
        return try body(
            unsafe Span(_unsafeStart: documents, count: matches.count),
            unsafe Span(_unsafeStart: scores, count: matches.count)
        )
    }

    /// Calls `body` with one match after another, until it returns false.
    func eachMatch(_ body: (_ document: UInt32, _ score: Double) throws -> Bool) throws {
        var goesOn = true
        while goesOn {
            let result = try next { documents, scores in
                for place in documents.indices {
                    guard try body(documents[place], scores[place]) else { return false }
                }
                return true
            }
            goesOn = result ?? false
        }
    }
}

extension IndexTerm.Kind {
    fileprivate var lent: docket_term_kind {
        switch self {
        case .inflected: DOCKET_INFLECTED
        case .exact: DOCKET_EXACT
        case .prefix: DOCKET_PREFIX
        case .either: DOCKET_EITHER
        }
    }
}

extension IndexTerm.Role {
    fileprivate var lent: docket_term_role {
        switch self {
        case .clause: DOCKET_CLAUSE
        case .part: DOCKET_PART
        case .excluded: DOCKET_EXCLUDED
        }
    }
}

extension IndexQueryHandle.Mode {
    fileprivate var lent: docket_search_mode {
        switch self {
        case .scored: DOCKET_SCORED
        case .unscored: DOCKET_UNSCORED
        case .complete(true): DOCKET_COMPLETE
        case .complete(false): DOCKET_COMPLETE_UNSCORED
        }
    }
}
