/// What a search asks of one collection.
public struct SearchRequest: Hashable, Sendable {
    /// Which documents match, of the clauses that are not excluded.
    public enum Match: UInt8, Hashable, Sendable {
        /// Those that match every clause.
        case all = 1
        /// Those that match some clause; by score, those that match all of them come first.
        case any = 2
    }

    /// How exactly the matches are counted.
    public enum TotalMode: Hashable, Sendable {
        /// All of them.
        case exact
        /// Up to this many; beyond it the total is a lower bound.
        case bounded(Int)
        /// Not at all.
        case none
    }

    /// The collection's name.
    public var collection: String
    /// The words, in the language of ``TextQuery``; may be empty.
    public var query: String
    /// Which documents match: by default, those with some of the words.
    public var match: Match
    /// Conditions on attributes.
    public var filter: Filter?
    /// The order; by score, or by document number where there are no words, when empty.
    public var sort: [SortKey]
    /// Attributes whose values are counted over all matches.
    public var facets: [FacetRequest]
    /// Hits of a page, 0 to 1,000.
    public var limit: Int
    /// Where the last page ended, as its reply said; empty for the first.
    public var cursor: [UInt8]
    /// Fields to mark the found words in: `title`, `body` or searched attributes.
    public var highlights: [String]
    /// How exactly the matches are counted.
    public var total: TotalMode
    /// What comes back with a hit: `title`, `body`, attributes; nil for all but the body.
    public var fields: [String]?
    /// Whether words are searched as they are: not corrected, and without synonyms.
    public var exactWords: Bool
    /// Whether hits say what makes their scores: of a page of at most 50.
    public var explains: Bool

    /// A search; everything but the collection has a default.
    public init(
        collection: String,
        query: String = "",
        match: Match = .any,
        filter: Filter? = nil,
        sort: [SortKey] = [],
        facets: [FacetRequest] = [],
        limit: Int = 10,
        cursor: [UInt8] = [],
        highlights: [String] = [],
        total: TotalMode = .exact,
        fields: [String]? = nil,
        exactWords: Bool = false,
        explains: Bool = false
    ) {
        self.collection = collection
        self.query = query
        self.match = match
        self.filter = filter
        self.sort = sort
        self.facets = facets
        self.limit = limit
        self.cursor = cursor
        self.highlights = highlights
        self.total = total
        self.fields = fields
        self.exactWords = exactWords
        self.explains = explains
    }
}

/// One key of an order.
///
/// A document with several values sorts by its least one ascending and its greatest one descending;
/// a document without a value comes last either way. The document number decides between equals.
public struct SortKey: Hashable, Sendable {
    /// A sortable attribute, or `score`.
    public var attribute: String
    /// Whether greater comes first.
    public var isDescending: Bool

    /// Sorts by an attribute.
    public init(_ attribute: String, isDescending: Bool = false) {
        self.attribute = attribute
        self.isDescending = isDescending
    }
}

/// Values of an attribute to count.
public struct FacetRequest: Hashable, Sendable {
    /// A facetable attribute.
    public var attribute: String
    /// Values returned, most frequent first and equal ones in value order; 1 to 100.
    public var limit: Int

    /// Counts the values of an attribute.
    public init(_ attribute: String, limit: Int = 10) {
        self.attribute = attribute
        self.limit = limit
    }
}

/// What a caller accepts of a cached answer.
public struct Freshness: Hashable, Sendable {
    /// How much older than the last known change of the index an answer may be.
    public var maximumStaleness: Duration
    /// Whether an answer from a cache will do while the search engine is down, however old.
    public var allowsDegraded: Bool
    /// Whether caches are passed by.
    public var bypassesCache: Bool

    /// By default nothing stale, degraded answers allowed.
    public init(
        maximumStaleness: Duration = .zero,
        allowsDegraded: Bool = true,
        bypassesCache: Bool = false
    ) {
        self.maximumStaleness = maximumStaleness
        self.allowsDegraded = allowsDegraded
        self.bypassesCache = bypassesCache
    }
}
