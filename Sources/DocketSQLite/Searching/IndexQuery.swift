internal import DocketCore
internal import DocketText
internal import DocketWords

/// The terms of a search, in the words of the index.
struct IndexQuery {
    private static let compoundShare = 0.5

    /// Those that are looked for, with what is left out.
    private(set) var terms: [IndexTerm]
    /// What each of them was made of, with its place in the query.
    let origins: [(place: Int, term: QueryTerms.Term)]
    /// True when words were asked for that no document can have, as `++`.
    let isEmpty: Bool
    /// Whether a document has to have each of them.
    let demandsAll: Bool
    /// Terms of the query that do not count.
    let ignoredTerms: [IgnoredTerm]
    /// Terms that were corrected.
    private(set) var corrections: [CorrectedTerm] = []
    /// The stems of what is looked for in their places.
    private(set) var correctionStems: [String: String] = [:]
    /// What is looked for in their places, and as synonyms.
    private(set) var alternatives: [TextQuery.Clause] = []

    /// Two words as one, which the index has too.
    private(set) var joined: [JoinedTerm] = []

    /// Whether some documents come first because they have all clauses.
    var weighsComplete: Bool { !demandsAll && !isQuestion && wanted.count > 1 && hasClauses }
    /// Whether it counts more where a word stands by itself in a title: in a few words people name
    /// what they know.
    var weighsNames: Bool { !isQuestion && terms.contains { $0.mayBeName } }
    private let isQuestion: Bool
    var hasWanted: Bool { !wanted.isEmpty }
    /// Clauses of one word next to each other, by their places among the terms.
    var pairs: [(first: Int, second: Int)] {
        let clauses = terms.indices.filter { terms[$0].role == .clause }
        return zip(clauses, clauses.dropFirst()).filter {
            terms[$0].mayPair && terms[$1].mayPair
        }
    }
    private var wanted: [IndexTerm] { terms.filter { $0.role != .excluded } }
    private var hasClauses: Bool { terms.contains { $0.role == .clause } }

    /// `documents` says how many documents have a term.
    init(
        _ plan: SearchPlan,
        _ cutter: WordCutter,
        documents: (IndexTerm) throws -> Int
    ) throws {
        let schema = plan.collection.schema
        let terms = QueryTerms(plan.text, plan.match, plan.synonyms) {
            ClauseWords($0, in: $1, schema, cutter)
        }
        let columns = SearchColumns(schema)
        func term(_ term: QueryTerms.Term) -> IndexTerm {
            Self.term(term, terms.boost(of: term), schema, columns)
        }
        let choice = try TermChoice(terms, plan) { asked, limit in
            min(limit, try documents(term(asked)))
        }
        let chosen = choice.counted.enumerated().map { place, counted in
            var term = term(counted)
            term.origins = [place]
            return term
        }
        self.terms = chosen
        let ignored = Set(choice.ignored.map(\.place))
        origins = terms.all.enumerated().filter { !ignored.contains($0.offset) }
            .map { ($0.offset, $0.element) }
        ignoredTerms = choice.ignored
        alternatives = terms.synonymClauses(of: choice.counted)
        demandsAll = plan.match == .all
        isQuestion = terms.isQuestion
        let wants = chosen.contains { $0.role != .excluded }
        isEmpty = terms.isNothing || (!wants && plan.text.hasWanted)
    }

    /// Looks for two words as one as well, where some are enough; `documents` says how many have a
    /// term.
    mutating func join(
        _ cutter: WordCutter,
        _ language: TextLanguage,
        documents: (IndexTerm) throws -> Int
    ) rethrows {
        guard !demandsAll else { return }
        let clauses = zip(origins, terms).filter { $1.role == .clause }
        joined = try JoinedTerm.all(
            clauses.map { ($0.term, $1) },
            cutter,
            language,
            documents: documents
        )
        alternatives += joined.flatMap(\.words).map { TextQuery.Clause(.word($0)) }
    }

    /// Looks for compounds that end with a word as well, where some words are enough; they count
    /// half of what the word does.
    mutating func joinCompounds(_ ends: inout CompoundEnds) throws {
        guard !demandsAll else { return }
        for ((_, origin), term) in zip(origins, terms)
        where term.role == .clause && origin.isSingleWord && term.kind == .inflected
            && term.columns == nil
        {
            let stems = try ends.compounds(of: term.words)
            guard !stems.isEmpty else { continue }
            var part = term
            (part.role, part.boost) = (.part, term.boost * Self.compoundShare)
            (part.kind, part.words) = (.either, stems.joined(separator: ","))
            joined.append(JoinedTerm(words: stems, term: part, clauses: [term]))
            alternatives += stems.map { TextQuery.Clause(.word($0)) }
        }
    }

    /// Puts words of the collection in the places of those that no document has, as an earlier page
    /// did or as `corrector` finds them; `documents` says how many have each term.
    ///
    /// Where each clause is demanded, one of the alternatives is enough; otherwise the likeliest is
    /// the clause, and the others count beside it. Each term is looked for once.
    mutating func correct(
        _ plan: SearchPlan,
        _ documents: [Int],
        _ corrector: inout WordCorrector,
        _ cutter: WordCutter
    ) throws {
        var corrected: [IndexTerm] = []
        for (index, (place, origin)) in origins.enumerated() {
            let term = terms[index]
            let language = TextLanguage(
                code: plan.collection.schema.language(of: origin.field)?.code
            )
            var words = plan.corrections?[place] ?? []
            if plan.corrections == nil, origin.isSingleWord, !isJoined(term) {
                words = try corrector.alternatives(
                    to: origin.text,
                    term,
                    documents[index],
                    language
                )
            }
            guard !words.isEmpty else {
                Self.add(term, to: &corrected)
                continue
            }
            corrections.append(
                CorrectedTerm(place: place, text: origin.text, alternatives: words)
            )
            alternatives += words.map { TextQuery.Clause(.word($0), in: origin.field) }
            let stems = words.map { cutter.cut($0, of: language).stems }
            for (word, stem) in zip(words, stems) { correctionStems[word] = stem }
            for term in replacements(of: term, by: stems) { Self.add(term, to: &corrected) }
        }
        // Otherwise the places of the terms stay.
        if !corrections.isEmpty { terms = corrected }
    }

    /// Whether one word with it is in the index, so that nobody has mistyped it.
    private func isJoined(_ term: IndexTerm) -> Bool {
        joined.contains { $0.clauses.contains { $0.isLike(term) } }
    }

    /// Words of the index have no accents: documents have the stems of such words too.
    private func replacements(of term: IndexTerm, by stems: [String]) -> [IndexTerm] {
        var term = term
        if demandsAll, stems.count > 1 {
            (term.kind, term.words) = (.either, stems.joined(separator: ","))
            return [term]
        }
        term.kind = .inflected
        return stems.enumerated().map { place, stem in
            (term.role, term.words) = (place == 0 ? .clause : .part, stem)
            return term
        }
    }

    /// Adds a term, or counts it once more where it is there.
    private static func add(_ term: IndexTerm, to terms: inout [IndexTerm]) {
        guard term.role != .excluded, let place = terms.firstIndex(where: { $0.isLike(term) })
        else { return terms.append(term) }
        terms[place].boost = min(terms[place].boost + term.boost, QueryTerms.boostMaximum)
        terms[place].origins += term.origins
        if term.role == .clause { terms[place].role = .clause }
    }

    private static func term(
        _ term: QueryTerms.Term,
        _ boost: Double,
        _ schema: CollectionSchema,
        _ columns: SearchColumns
    ) -> IndexTerm {
        let (kind, words) = Self.words(of: term)
        let role: IndexTerm.Role =
            switch term.role {
            case .clause: .clause
            case .part: .part
            case .excluded: .excluded
            }
        return IndexTerm(
            kind: kind,
            role: role,
            columns: term.field.map { field in
                columns.column(of: TextField(named: field, in: schema)).map { 1 << $0 } ?? 0
            },
            boost: boost,
            words: words
        )
    }

    private static func words(of term: QueryTerms.Term) -> (IndexTerm.Kind, String) {
        switch term.kind {
        case .exact: return (.exact, term.text)
        case .prefix: return (.prefix, term.text)
        // Lists by stem have grams as well.
        case .gram: return (.inflected, term.text)
        case .inflected:
            var runs: [String] = []
            for each in [term] + term.synonyms {
                let own = each.words.count == 1 ? each.stems.first ?? [] : [each.stemText]
                runs += own.filter { !runs.contains($0) }
            }
            guard runs.count > 1 else { return (.inflected, term.stemText) }
            return (.either, runs.joined(separator: ","))
        }
    }
}

extension QueryTerms.Term {
    /// Whether it is one word that is looked for in any of its inflections, by itself.
    fileprivate var isSingleWord: Bool { kind == .inflected && role == .clause && words.count == 1 }
}

extension IndexTerm {
    /// As ``QueryTerms/mayPair(_:)`` has it.
    fileprivate var mayPair: Bool { mayBeName && boost >= 1 }

    /// Whether titles may have it as a word by itself.
    fileprivate var mayBeName: Bool {
        role != .excluded && kind == .inflected && columns == nil
            && !words.utf8.contains(UInt8(ascii: " "))
    }

    /// Whether both find the same documents.
    func isLike(_ other: IndexTerm) -> Bool {
        role != .excluded && kind == other.kind && columns == other.columns && words == other.words
    }
}

extension TextField {
    /// The field that a search names, which its plan has checked.
    fileprivate init(named name: String, in schema: CollectionSchema) {
        if let slot = schema.slot(of: name) {
            self = .attribute(slot: slot)
        } else {
            self = name == "title" ? .title : .body
        }
    }
}
