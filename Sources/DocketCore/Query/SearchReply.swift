/// What a search found.
public struct SearchReply: Hashable, Sendable {
    /// The page.
    public var hits: [Hit]
    /// How many matches there are.
    public var total: Total
    /// The counted values, one for each facet asked for, in that order.
    public var facets: [FacetResult]
    /// Where the next page begins; empty at the end.
    public var cursor: [UInt8]
    /// True when not every candidate was looked at, so that total and facets are less than exact.
    public var isApproximate: Bool
    /// Terms of the query that did not count: of more than 64, only the rarest do.
    public var ignoredTerms: [String]
    /// Words of the query that no document has, with what was searched in their places.
    public var corrections: [Correction]

    /// A reply with all its parts.
    public init(
        hits: [Hit] = [],
        total: Total = Total(),
        facets: [FacetResult] = [],
        cursor: [UInt8] = [],
        isApproximate: Bool = false,
        ignoredTerms: [String] = [],
        corrections: [Correction] = []
    ) {
        self.hits = hits
        self.total = total
        self.facets = facets
        self.cursor = cursor
        self.isApproximate = isApproximate
        self.ignoredTerms = ignoredTerms
        self.corrections = corrections
    }

    /// A number of matches.
    public struct Total: Hashable, Sendable {
        /// The number.
        public var value: Int
        /// False when there are at least that many.
        public var isExact: Bool

        /// A total, by default exactly none.
        public init(value: Int = 0, isExact: Bool = true) {
            self.value = value
            self.isExact = isExact
        }
    }
}

/// A word that no document of the collection has, and what was searched in its place.
public struct Correction: Hashable, Sendable {
    /// The word, folded.
    public var word: String
    /// Words of the collection that are spelt much like it, the likeliest first; 1 to 3.
    public var alternatives: [String]

    /// A correction.
    public init(_ word: String, _ alternatives: [String]) {
        self.word = word
        self.alternatives = alternatives
    }
}

/// One document found.
public struct Hit: Hashable, Sendable {
    /// The document as the index holds it, with the fields asked for.
    public var document: Document
    /// The version shown.
    public var version: UInt64
    /// 0 to 1, relative to the best hit of the query; 1 where there are no words.
    ///
    /// A document that matches all clauses has more than any that does not.
    public var score: Double
    /// The found words in context.
    public var highlights: [Highlight]
    /// What makes the score, where the search asked for it and has words.
    public var explanation: Explanation?

    /// A hit with all its parts.
    public init(
        document: Document,
        version: UInt64,
        score: Double,
        highlights: [Highlight] = [],
        explanation: Explanation? = nil
    ) {
        self.document = document
        self.version = version
        self.score = score
        self.highlights = highlights
        self.explanation = explanation
    }
}

/// A piece of a field with the found words marked.
public struct Highlight: Hashable, Sendable {
    /// The field it is from.
    public var field: String
    /// The piece, plain text.
    public var fragment: String
    /// The found words as byte offsets into the UTF-8 of `fragment`, ascending, not overlapping.
    public var ranges: [Range<Int>]

    /// A highlight with all its parts.
    public init(field: String, fragment: String, ranges: [Range<Int>]) {
        self.field = field
        self.fragment = fragment
        self.ranges = ranges
    }
}

/// The values of one facet.
public struct FacetResult: Hashable, Sendable {
    /// A value and the number of matches that have it.
    public struct Count: Hashable, Sendable {
        /// The value.
        public var value: AttributeValue
        /// Matches that have it.
        public var count: Int

        /// A counted value.
        public init(_ value: AttributeValue, _ count: Int) {
            self.value = value
            self.count = count
        }
    }

    /// The attribute.
    public var attribute: String
    /// Most frequent first, equal ones in value order.
    public var counts: [Count]

    /// A facet's values.
    public init(attribute: String, counts: [Count]) {
        self.attribute = attribute
        self.counts = counts
    }
}
