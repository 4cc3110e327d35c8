/// Which terms of a query count: all of them, or of too many the rarest in the collection.
package struct TermChoice {
    /// Words of all terms that count together; scripts without spaces give one for each letter.
    package static let wordsMaximum = 256

    /// Those that count, in the order of the query's terms.
    package let counted: [QueryTerms.Term]
    /// Those that do not.
    package let ignored: [IgnoredTerm]

    /// The choice that an earlier page made, or one made now.
    ///
    /// `documents` says how many documents have a term, or any number from `limit` on where there
    /// are as many; it is not asked where all terms count.
    package init(
        _ terms: QueryTerms,
        _ plan: SearchPlan,
        documents: (_ term: QueryTerms.Term, _ limit: Int) throws -> Int
    ) rethrows {
        var ignored = Set(plan.ignoredTerms ?? [])
        if !Self.isMade(terms, plan) { ignored = try Self.ignored(terms.all, plan, documents) }
        counted = terms.all.enumerated().filter { !ignored.contains($0.offset) }.map(\.element)
        self.ignored = terms.all.enumerated().filter { ignored.contains($0.offset) }.map {
            IgnoredTerm(place: $0.offset, text: $0.element.shownText)
        }
    }

    /// Whether it is known which terms count, without a look at how many documents have each.
    package static func isMade(_ terms: QueryTerms, _ plan: SearchPlan) -> Bool {
        let ignored = Set(plan.ignoredTerms ?? [])
        let kept = terms.all.enumerated().filter { !ignored.contains($0.offset) }.map(\.element)
        return kept.count <= plan.termsMaximum
            && kept.reduce(0) { $0 + $1.wordCount } <= wordsMaximum
    }

    /// A term with the number of its documents, or a bound that it passes.
    private struct Candidate {
        let place: Int
        let words: Int
        let documents: Int
    }

    private static func ignored(
        _ terms: [QueryTerms.Term],
        _ plan: SearchPlan,
        _ documents: (_ term: QueryTerms.Term, _ limit: Int) throws -> Int
    ) rethrows -> Set<Int> {
        // What is left out is as sure as what is asked for: as written, up to half of all terms.
        var kept = terms.indices.filter { terms[$0].role == .excluded }
        kept.removeSubrange(min(kept.count, plan.termsMaximum / 2)...)
        let capacity = plan.termsMaximum - kept.count
        var rarest: [Candidate] = []
        for (place, term) in terms.enumerated() where term.role != .excluded {
            // Nothing that is more frequent than the rarest so far has to be counted whole.
            let bound = rarest.count < capacity ? Int.max : rarest[capacity - 1].documents
            let documents = try documents(term, bound)
            // Where one of the words is enough, one that no document has changes nothing.
            guard documents > 0 || plan.match == .all else { continue }
            let candidate = Candidate(place: place, words: term.wordCount, documents: documents)
            let index = rarest.firstIndex { $0.documents > documents } ?? rarest.count
            guard index < capacity else { continue }
            rarest.insert(candidate, at: index)
            if rarest.count > capacity { rarest.removeLast() }
        }
        var left = wordsMaximum
        kept = kept.filter { take(terms[$0].wordCount, from: &left) }
        kept += rarest.filter { take($0.words, from: &left) }.map(\.place)
        return Set(terms.indices).subtracting(kept)
    }

    private static func take(_ words: Int, from left: inout Int) -> Bool {
        guard words <= left else { return false }
        left -= words
        return true
    }
}
