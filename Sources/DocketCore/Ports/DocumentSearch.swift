/// Searching what is indexed, checked against the truth: nothing deleted, failed or of another
/// tenant leaves.
///
/// Embedded, one engine does both in one transaction; with engines of their own, a composition asks
/// the index once and the truth once.
package protocol DocumentSearch: Sendable {
    /// One page. `work` ends it early: it then throws `cancelled` or `deadlineExceeded`.
    ///
    /// The pages that follow one another by ``SearchPlan/position(after:)`` have every document
    /// that matches all the time exactly once, whatever is written between them; in an order by
    /// attributes, unless the values sorted by change.
    func search(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        work: WorkLimit
    ) async throws(DocketError) -> SearchPage
    /// Matches in the order of document numbers after `number`: one bounded slice. The plan's sort,
    /// facets, total and position are not looked at.
    func scan(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        after number: UInt64,
        work: WorkLimit
    ) async throws(DocketError) -> ScanSlice
    /// How a beginning may go on, by what the documents have that searches find.
    ///
    /// - Throws: `unimplemented` from a store that keeps nothing to answer it from.
    func suggest(
        _ tenant: TenantID,
        _ plan: SuggestPlan,
        work: WorkLimit
    ) async throws(DocketError) -> SuggestReply
}

/// A term of a query that does not count, since the query has more than the plan lets count.
package struct IgnoredTerm: Hashable, Sendable {
    /// Its place among the terms that the store makes of the query, always the same for a query.
    package var place: Int
    /// What was looked for.
    package var text: String

    package init(place: Int, text: String) {
        self.place = place
        self.text = text
    }
}

/// A term of a query that no document has, with what is searched in its place.
package struct CorrectedTerm: Hashable, Sendable {
    /// As of ``IgnoredTerm``.
    package var place: Int
    /// What was looked for.
    package var text: String
    /// Words of the collection, the likeliest first; never empty.
    package var alternatives: [String]

    package init(place: Int, text: String, alternatives: [String]) {
        self.place = place
        self.text = text
        self.alternatives = alternatives
    }
}

extension [CorrectedTerm] {
    /// The alternatives by place, as plans of later pages have them.
    package var byPlace: [Int: [String]] {
        Dictionary(map { ($0.place, $0.alternatives) }, uniquingKeysWith: { first, _ in first })
    }

    /// As callers are told.
    package var told: [Correction] { map { Correction($0.text, $0.alternatives) } }
}

/// A page of hits with unscaled scores.
package struct SearchPage: Sendable {
    package var hits: [FoundDocument]
    package var total: SearchReply.Total
    /// In the order of the plan's facets.
    package var facets: [[FacetResult.Count]]
    package var isApproximate: Bool
    /// Whether there are more hits after the last.
    package var hasMore: Bool
    /// The best unscaled score of the whole query; 1 where there are no words.
    package var bestScore: Double
    /// In the order of the query.
    package var ignoredTerms: [IgnoredTerm]
    /// In the order of the query.
    package var corrections: [CorrectedTerm]
    /// Matches that an index named before the end of the page and the truth refused.
    package var refused: [UInt64] = []
    /// Where the page ends, unless that is its last hit: at a match that was refused.
    package var end: PageEnd?

    package init(
        hits: [FoundDocument],
        total: SearchReply.Total,
        facets: [[FacetResult.Count]],
        isApproximate: Bool,
        hasMore: Bool,
        bestScore: Double,
        ignoredTerms: [IgnoredTerm] = [],
        corrections: [CorrectedTerm] = []
    ) {
        self.hits = hits
        self.total = total
        self.facets = facets
        self.isApproximate = isApproximate
        self.hasMore = hasMore
        self.bestScore = bestScore
        self.ignoredTerms = ignoredTerms
        self.corrections = corrections
    }
}

/// The place of a match in the order of a search.
package struct PageEnd: Hashable, Sendable {
    /// As of ``FoundDocument``.
    package var sortValues: [AttributeValue?]
    package var number: UInt64

    package init(sortValues: [AttributeValue?], number: UInt64) {
        self.sortValues = sortValues
        self.number = number
    }
}

/// One hit with what pages and checks need.
package struct FoundDocument: Sendable {
    package var number: UInt64
    package var version: UInt64
    /// Of the document: `indexing` while a newer version than this one waits.
    package var state: DocumentState
    /// Greater for a document that matches all clauses than for any that does not.
    package var score: Double
    /// One for each sort key of the plan: what the next page begins behind; nil for scores.
    package var sortValues: [AttributeValue?]
    package var document: Document
    package var highlights: [Highlight]
    /// Of the unscaled score; where the plan asks for it.
    package var explanation: Explanation?

    package init(
        number: UInt64,
        version: UInt64,
        state: DocumentState,
        score: Double,
        sortValues: [AttributeValue?],
        document: Document,
        highlights: [Highlight],
        explanation: Explanation? = nil
    ) {
        self.number = number
        self.version = version
        self.state = state
        self.score = score
        self.sortValues = sortValues
        self.document = document
        self.highlights = highlights
        self.explanation = explanation
    }
}

package struct ScanSlice: Sendable {
    package var hits: [FoundDocument]
    /// Where the next slice begins, nil at the end; set with no hits when the time of a slice
    /// ended.
    package var next: UInt64?
    /// In the order of the query.
    package var ignoredTerms: [IgnoredTerm]
    /// In the order of the query.
    package var corrections: [CorrectedTerm]

    package init(
        hits: [FoundDocument],
        next: UInt64?,
        ignoredTerms: [IgnoredTerm] = [],
        corrections: [CorrectedTerm] = []
    ) {
        self.hits = hits
        self.next = next
        self.ignoredTerms = ignoredTerms
        self.corrections = corrections
    }
}
