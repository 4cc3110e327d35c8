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

    package private(set) var all: [Term] = []
    package private(set) var times: [Term: Int] = [:]
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
        isNothing = text.hasWanted && !all.contains { $0.role == .clause }
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

extension TextQuery.Clause {
    /// What it looks for, as typed.
    var words: String {
        switch matcher {
        case .word(let words), .phrase(let words), .prefix(let words): words
        }
    }
}
