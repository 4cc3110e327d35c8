/// What a query looks for in any index: terms, each once with the times it was written, in an order
/// that depends on the query alone.
///
/// A clause is one term, its words next to each other. A word that separates into several, as
/// `lib-foo` or `std::vector`, is one clause; where not every clause is demanded, each of its words
/// is a term as well.
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
        }

        package enum Role: Hashable, Sendable {
            /// A clause.
            case clause
            /// A word of a clause.
            case part
            /// A clause whose matches are left out.
            case excluded
        }

        package let kind: Kind
        package let field: String?
        /// Folded; never empty.
        package let words: [String]
        package let role: Role

        package var text: String { words.joined(separator: " ") }
    }

    /// The most that a term counts.
    package static let boostMaximum = 255.0
    /// A query of more clauses is a question in sentences.
    private static let shortQueryClausesMaximum = 3
    /// In a question, words of fewer letters count less.
    private static let wholeWordLetters = 4

    package private(set) var all: [Term] = []
    private var times: [Term: Int] = [:]
    /// True where people ask in sentences: no document is better for having each word of them, and
    /// their short words say little.
    package private(set) var isQuestion = false
    /// True when clauses look for nothing that a document could have, as `++`.
    package private(set) var isNothing = false

    /// The terms of `text`; `words` gives the folded words of a text, in order.
    package init(
        _ text: TextQuery,
        _ match: SearchRequest.Match,
        words: (String) -> [String]
    ) {
        let clauses = text.clauses.map { ($0, words($0.words)) }.filter { !$0.1.isEmpty }
        for (clause, words) in clauses {
            add(Self.term(clause, words, clause.isExcluded ? .excluded : .clause))
        }
        let wanted = all.count { $0.role == .clause }
        isNothing = text.hasWanted && wanted == 0
        isQuestion = wanted > Self.shortQueryClausesMaximum
        guard match == .any else { return }
        for (clause, words) in clauses where !clause.isExcluded && words.count > 1 {
            for part in Self.parts(of: clause, words) {
                let clause = Term(part, role: .clause)
                add(times[clause] == nil ? part : clause)
            }
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

    private static func term(
        _ clause: TextQuery.Clause,
        _ words: [String],
        _ role: Term.Role
    ) -> Term {
        let isCut = words.count > termWordsMaximum
        let kind: Term.Kind =
            switch clause.matcher {
            case .word: .inflected
            case .phrase: .exact
            case .prefix:
                isCut || words[words.count - 1].utf8.count < prefixBytesMinimum
                    ? .inflected : .prefix
            }
        let kept = isCut ? Array(words.prefix(termWordsMaximum)) : words
        return Term(kind: kind, field: clause.field, words: kept, role: role)
    }

    /// The words of a clause by themselves; those in quotes count only together.
    private static func parts(of clause: TextQuery.Clause, _ words: [String]) -> [Term] {
        if case .phrase = clause.matcher { return [] }
        let last = words.count - 1
        return words.enumerated().map { place, word in
            var part = TextQuery.Clause(.word(word), in: clause.field)
            if case .prefix = clause.matcher, place == last { part.matcher = .prefix(word) }
            return term(part, [word], .part)
        }
    }
}

extension QueryTerms.Term {
    fileprivate init(_ term: QueryTerms.Term, role: Role) {
        self.init(kind: term.kind, field: term.field, words: term.words, role: role)
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
