internal import DocketCore
internal import DocketText

/// Two words of a query as one, which documents have as well: `lib foo` and `lib-foo` as `libfoo`.
///
/// Or one that others end with: `Schiff` in `Dampfschiff`.
struct JoinedTerm {
    /// Words of one search that are looked up.
    private static let lookedUpMaximum = 8
    private static let wordsMaximum = 3

    /// As people write it; or stems of compounds.
    let words: [String]
    /// Counts beside the clauses.
    let term: IndexTerm
    /// A document with the joined word has these.
    let clauses: [IndexTerm]

    /// Those of neighbouring clauses and of compounds that the index has; `documents` says how many
    /// documents have a term.
    static func all(
        _ clauses: [(origin: QueryTerms.Term, term: IndexTerm)],
        _ cutter: WordCutter,
        _ language: TextLanguage,
        documents: (IndexTerm) throws -> Int
    ) rethrows -> [JoinedTerm] {
        var found: [JoinedTerm] = []
        for joined in candidates(clauses, cutter, language).prefix(lookedUpMaximum) {
            let isThere = clauses.contains { $0.term.isLike(joined.term) }
            guard !isThere, !found.contains(where: { $0.term.isLike(joined.term) }),
                try documents(joined.term) > 0
            else { continue }
            found.append(joined)
        }
        return found
    }

    private static func candidates(
        _ clauses: [(origin: QueryTerms.Term, term: IndexTerm)],
        _ cutter: WordCutter,
        _ language: TextLanguage
    ) -> [JoinedTerm] {
        let compounds = clauses.filter { (2...wordsMaximum).contains($0.origin.words.count) }
        let pairs = zip(clauses, clauses.dropFirst()).filter {
            $0.origin.words.count == 1 && $1.origin.words.count == 1
        }
        let groups = compounds.map { [$0] } + pairs.map { [$0, $1] }
        return groups.compactMap { group in
            // In a question, short words next to others are none that somebody has parted.
            guard group.allSatisfy({ $0.origin.kind == .inflected && $0.origin.field == nil }),
                group.allSatisfy({ $0.term.boost >= 1 })
            else { return nil }
            let words = group.flatMap(\.origin.words)
            guard !zip(words, words.dropFirst()).contains(where: WordCorrector.meetInDigits)
            else { return nil }
            let word = words.joined()
            let cut = cutter.cut(word, of: language)
            guard cut.words == word else { return nil }
            var term = group[0].term
            (term.role, term.words, term.boost) = (.part, cut.stems, 1)
            return JoinedTerm(words: [word], term: term, clauses: group.map(\.term))
        }
    }
}
