/// What makes the score of a hit.
public struct Explanation: Hashable, Sendable {
    /// Their scores add up to the hit's.
    public var parts: [ScorePart]
    /// What a part's weight, idf and tf are multiplied by to make its score; 0 where idf is not
    /// told.
    public var scale: Double
    /// True when places are missing: all of them would take over 16 KiB.
    public var isCut: Bool

    /// An explanation with all its parts.
    public init(parts: [ScorePart] = [], scale: Double = 0, isCut: Bool = false) {
        self.parts = parts
        self.scale = scale
        self.isCut = isCut
    }
}

/// A part of a score and what it is given for.
///
/// Where idf is told, the score is weight × idf × tf × the explanation's scale.
public struct ScorePart: Hashable, Sendable {
    /// What a part is given for.
    public enum Kind: UInt8, Hashable, Sendable {
        /// A word or several of the query, or what stands for them.
        case term = 1
        /// The document has every clause, and so comes first.
        case allClauses = 2
        /// Its title has every clause.
        case title = 3
        /// Two words stand together as in the query.
        case neighbours = 4
        /// A word stands by itself in the title, joined to no other by a sign.
        case name = 5
    }

    /// What it is given for.
    public var kind: Kind
    /// Words of the query, folded; none for all clauses and the title.
    public var words: [String]
    /// As much of the hit's score.
    public var score: Double
    /// How much it counts, 1 for a word written once; 0 where that is not told.
    public var weight: Double
    /// How rare it is among the documents, of several words the sum; 0 where that is not told.
    public var idf: Double
    /// How often the document has it, with its length: up to 2.2.
    public var tf: Double
    /// Where the document has a term.
    public var places: [WordPlaces]

    /// A part of a score.
    public init(
        _ kind: Kind,
        words: [String] = [],
        score: Double,
        weight: Double = 0,
        idf: Double = 0,
        tf: Double = 0,
        places: [WordPlaces] = []
    ) {
        self.kind = kind
        self.words = words
        self.score = score
        self.weight = weight
        self.idf = idf
        self.tf = tf
        self.places = places
    }
}

/// Where a document has what was looked for.
public struct WordPlaces: Hashable, Sendable {
    /// Why a word of a document counts for a word of the query.
    public enum Source: UInt8, Hashable, Sendable {
        /// It is that word, in any inflection.
        case written = 1
        /// It begins so.
        case beginning = 2
        /// A part of a compound, or words parted or joined.
        case compound = 3
        /// It means the same.
        case synonym = 4
        /// No document has the word of the query.
        case correction = 5
    }

    /// `title`, `body` or a searched attribute.
    public var field: String
    /// How often, in the first 64 KiB of the field.
    public var count: Int
    /// Why it counts.
    public var source: Source
    /// As the document writes it, each once, at most 3.
    public var found: [String]

    /// Places of a word in a field.
    public init(field: String, count: Int, source: Source, found: [String]) {
        self.field = field
        self.count = count
        self.source = source
        self.found = found
    }
}

extension Explanation {
    /// The same as shares of a score that is shown as `score`.
    package func scaled(to score: Double) -> Explanation {
        let sum = parts.reduce(0) { $0 + $1.score }
        guard sum > 0 else { return self }
        let factor = score / sum
        var scaled = self
        scaled.scale *= factor
        for place in scaled.parts.indices { scaled.parts[place].score *= factor }
        return scaled
    }

    /// About its bytes in a reply.
    package var roughBytes: Int { parts.reduce(16) { $0 + $1.roughBytes } }
}

extension ScorePart {
    fileprivate var roughBytes: Int {
        words.reduce(places.reduce(48) { $0 + $1.roughBytes }) { $0 + 2 + $1.utf8.count }
    }
}

extension WordPlaces {
    /// About its bytes in a reply.
    package var roughBytes: Int {
        found.reduce(12 + field.utf8.count) { $0 + 2 + $1.utf8.count }
    }
}
