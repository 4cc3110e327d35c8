/// What a query looks for in any index: terms, each once with the times it was written, in an order
/// that depends on the query alone.
///
/// A clause is one term, its words next to each other. A word that separates into several, as
/// `lib-foo` or `std::vector`, is one clause; where not every clause is demanded, each of its words
/// is a term as well. Of scripts that are searched by their letters these are pairs of letters; and
/// a run of letters is a term, so that documents where it stands by itself come before those where
/// it is within a longer one.
package struct QueryTerms {
    /// Words of one term that are looked for: nobody quotes more of a text to find it.
    package static let termWordsMaximum = 64
    /// The least a prefix has in bytes; less is a word.
    ///
    /// One letter of ASCII begins a tenth of all words, and their lists are read before anything
    /// can stop it.
    package static let prefixBytesMinimum = 2

    package struct Term: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            /// In any of their inflections.
            case inflected
            /// Each as it is.
            case exact
            /// Each as it is, the last one the beginning of a word.
            case prefix
            /// A gram of letters, which indices have beside the stems: its words together.
            case gram
        }

        package enum Role: Hashable, Sendable {
            /// A clause.
            case clause
            /// A part of a clause.
            case part
            /// A clause whose matches are left out.
            case excluded
        }

        package let kind: Kind
        package let field: String?
        /// Folded; never empty.
        package let words: [String]
        /// The stems of inflected words, of each in the languages that it may be of.
        package let stems: [[String]]
        package let role: Role
        /// What is found in its place as well: inflected words, next to each other.
        package var synonyms: [Term] = []

        package var text: String { words.joined(separator: kind == .gram ? "" : " ") }

        /// As replies name it: without the mark of a run.
        package var shownText: String {
            kind == .gram ? text.filter { $0.isLetter || $0.isNumber } : text
        }

        /// The stems in the first language, next to each other.
        package var stemText: String { stems.compactMap(\.first).joined(separator: " ") }

        /// Words of all that is looked for.
        package var wordCount: Int { synonyms.reduce(words.count) { $0 + $1.words.count } }
    }

    /// The most that a term counts.
    package static let boostMaximum = 255.0
    /// A query of more clauses is a question in sentences.
    private static let shortQueryClausesMaximum = 4
    /// In a question, words of fewer letters count less.
    private static let wholeWordLetters = 4

    package private(set) var all: [Term] = []
    private var times: [Term: Int] = [:]
    /// True where people ask in sentences: no document is better for having each word of them, and
    /// their short words say little.
    package private(set) var isQuestion = false
    /// True when clauses look for nothing that a document could have, as `++`.
    package private(set) var isNothing = false

    /// The terms of `text`; `words` cuts a text that is looked for in a field, nil for all fields.
    ///
    /// Words in any inflection are found by their synonyms as well. Where one clause is enough,
    /// several in a row that have synonyms together are a term more.
    package init(
        _ text: TextQuery,
        _ match: SearchRequest.Match,
        _ synonyms: Synonyms = Synonyms(),
        words: (_ text: String, _ field: String?) -> ClauseWords
    ) {
        let clauses = text.clauses.map { ($0, words($0.words, $0.field)) }
            .filter { !$0.1.words.isEmpty }
        func found(_ term: Term) -> Term { term.found(by: synonyms, words) }
        for (clause, words) in clauses {
            add(found(Self.term(clause, words, clause.isExcluded ? .excluded : .clause)))
        }
        let wanted = all.count { $0.role == .clause }
        isNothing = text.hasWanted && wanted == 0
        isQuestion = wanted > Self.shortQueryClausesMaximum
        for (clause, words) in clauses where !clause.isExcluded {
            for part in Self.parts(of: clause, words, match).map(found) {
                let clause = Term(part, role: .clause)
                add(times[clause] == nil ? part : clause)
            }
        }
        guard match == .any else { return }
        for row in Self.rows(of: clauses, synonyms) { add(found(row)) }
    }

    /// The longest rows of single words that have synonyms together.
    private static func rows(
        of clauses: [(TextQuery.Clause, ClauseWords)],
        _ synonyms: Synonyms
    ) -> [Term] {
        var (rows, start) = ([Term](), 0)
        while synonyms.longest > 1, start < clauses.count {
            let row = row(of: clauses[start...].prefix(synonyms.longest))
            let length = stride(from: row.count, to: 1, by: -1).first {
                !synonyms[words: row.prefix($0).map(\.text).joined(separator: " ")].isEmpty
            }
            if let length {
                rows.append(Term(.inflected, clauses[start].0.field, row.prefix(length), .part))
            }
            start += length ?? 1
        }
        return rows
    }

    /// The words of the clauses that these begin with, of one each.
    private static func row(
        of clauses: ArraySlice<(TextQuery.Clause, ClauseWords)>
    ) -> [ClauseWords.Word] {
        var row: [ClauseWords.Word] = []
        for (clause, cut) in clauses {
            guard case .word = clause.matcher, !clause.isExcluded, cut.words.count == 1,
                clause.field == clauses.first?.0.field
            else { break }
            row.append(cut.words[0])
        }
        return row
    }

    /// What looks for the synonyms of some terms.
    package func synonymClauses(of terms: [Term]) -> [TextQuery.Clause] {
        terms.flatMap { term in
            term.synonyms.map { TextQuery.Clause(.word($0.text), in: term.field) }
        }
    }

    private mutating func add(_ term: Term) {
        if times[term] == nil { all.append(term) }
        times[term, default: 0] += 1
    }

    /// How much a term counts: once for each time it was written.
    ///
    /// In a question, a word of fewer than four letters counts a quarter for each of them: what is
    /// short says little in any language that is written in letters (Piantadosi, Tily and Gibson,
    /// Word lengths are optimized for efficient communication, 2011), and "how", "do" and "my" are
    /// rare where nobody asks. Words with digits, and those of scripts whose letters are syllables
    /// or words, count in full.
    package func boost(of term: Term) -> Double {
        let times = Double(times[term] ?? 1)
        let letters = term.text.unicodeScalars
        guard isQuestion, term.words.count == 1, term.kind == .inflected,
            letters.allSatisfy(\.isOfAlphabet)
        else { return min(times, Self.boostMaximum) }
        let share = Double(min(letters.count, Self.wholeWordLetters))
        return min(times * share / Double(Self.wholeWordLetters), Self.boostMaximum)
    }

    /// Whether it counts that the term stands next to another: one word, anywhere, that counts in
    /// full.
    package func mayPair(_ term: Term) -> Bool {
        term.kind == .inflected && term.field == nil && term.words.count == 1
            && boost(of: term) >= 1
    }

    private static func term(
        _ clause: TextQuery.Clause,
        _ cut: ClauseWords,
        _ role: Term.Role
    ) -> Term {
        let words = cut.words
        let isCut = words.count > termWordsMaximum
        switch clause.matcher {
        case .word: break
        case .phrase: return Term(.exact, clause.field, words.prefix(termWordsMaximum), role)
        case .prefix:
            guard !isCut, words[words.count - 1].text.utf8.count >= prefixBytesMinimum else {
                break
            }
            return Term(.prefix, clause.field, words[...], role)
        }
        if cut.pieces.count == 1, let piece = cut.pieces.first {
            return term(words[piece], in: clause.field, role)
        }
        return Term(.inflected, clause.field, words.prefix(termWordsMaximum), role)
    }

    /// A pair of letters, a letter, or a word in any of its inflections.
    private static func term(
        _ piece: ArraySlice<ClauseWords.Word>,
        in field: String?,
        _ role: Term.Role
    ) -> Term {
        let isLetters = piece.allSatisfy(\.isLetter)
        guard isLetters, piece.count > 1, field == nil else {
            return Term(isLetters ? .exact : .inflected, field, piece, role)
        }
        return Term(gram: piece.map(\.text), role)
    }

    /// The pieces of a clause by themselves, and its runs of letters; what stands in quotes counts
    /// only together.
    private static func parts(
        of clause: TextQuery.Clause,
        _ cut: ClauseWords,
        _ match: SearchRequest.Match
    ) -> [Term] {
        if case .phrase = clause.matcher { return [] }
        var parts: [Term] = []
        let pieces = cut.pieces
        if match == .any, pieces.count > 1 {
            parts = pieces.map { piece in
                let words = cut.words[piece]
                if case .prefix = clause.matcher, piece.upperBound == cut.words.count,
                    !words.contains(where: \.isLetter)
                {
                    return term(
                        TextQuery.Clause(clause.matcher, in: clause.field),
                        ClauseWords(Array(words)),
                        .part
                    )
                }
                return term(words, in: clause.field, .part)
            }
        }
        // Indices have runs over all fields together.
        guard clause.field == nil else { return parts }
        return parts + cut.runs.map { Term(gram: [$0], .part) }
    }
}

extension QueryTerms.Term {
    fileprivate init(_ term: QueryTerms.Term, role: Role) {
        self.init(
            kind: term.kind,
            field: term.field,
            words: term.words,
            stems: term.stems,
            role: role
        )
        synonyms = term.synonyms
    }

    /// The same with its synonyms; letters that have some are taken for words next to each other.
    fileprivate func found(
        by synonyms: Synonyms,
        _ words: (_ text: String, _ field: String?) -> ClauseWords
    ) -> QueryTerms.Term {
        let isPair = kind == .gram && self.words.count > 1
        guard role != .excluded, kind == .inflected || isPair else { return self }
        let others = synonyms[words: self.words.joined(separator: " ")]
        guard !others.isEmpty else { return self }
        var term = QueryTerms.Term(
            kind: .inflected,
            field: field,
            words: self.words,
            stems: isPair ? self.words.map { [$0] } : stems,
            role: role
        )
        term.synonyms = others.map { text in
            QueryTerms.Term(.inflected, field, words(text, field).words[...], .part)
        }
        return term
    }

    fileprivate init(
        _ kind: Kind,
        _ field: String?,
        _ words: ArraySlice<ClauseWords.Word>,
        _ role: Role
    ) {
        self.init(
            kind: kind,
            field: field,
            words: words.map(\.text),
            stems: kind == .inflected ? words.map(\.stems) : [],
            role: role
        )
    }

    fileprivate init(gram: [String], _ role: Role) {
        self.init(kind: .gram, field: nil, words: gram, stems: [], role: role)
    }
}

extension Unicode.Scalar {
    /// Whether it is a letter of an alphabet: the blocks from Latin to Armenian.
    fileprivate var isOfAlphabet: Bool { value < 0x590 && properties.isAlphabetic }
}

extension TextQuery.Clause {
    /// What it looks for, as typed.
    var words: String {
        switch matcher {
        case .word(let words), .phrase(let words), .prefix(let words): words
        }
    }
}
