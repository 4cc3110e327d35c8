internal import DocketCore
internal import DocketJSON

/// A clause of a query that scores, as its name in queries and replies says.
enum NamedPart: Hashable {
    /// By its place among the words that are wanted.
    case term(Int)
    case allClauses
    case title
    /// By its place among the pairs.
    case neighbours(Int)

    var name: String {
        switch self {
        case .term(let place): "t\(place)"
        case .allClauses: "all"
        case .title: "title"
        case .neighbours(let place): "n\(place)"
        }
    }
}

/// Reads what makes the score of a hit: the scores of named clauses, and what the engine's own
/// explanation says of each.
struct ScoreReader {
    /// By which Lucene's BM25 has multiplied each boost: k1 + 1.
    private static let boostFactor = 2.2
    /// Scores are floats, and sums of them.
    private static let tolerance = 1e-4

    private let words: QueryWords
    /// Whether the index has one collection alone: idf in a shared one tells of all tenants.
    private let hasOwnIndex: Bool

    init(_ words: QueryWords, hasOwnIndex: Bool) {
        self.words = words
        self.hasOwnIndex = hasOwnIndex
    }

    /// nil where the reply does not say it, or what it says does not add up.
    func account(_ hit: borrowing JSONValue) throws -> ScoreAccount? {
        var scores: [String: Double] = [:]
        _ = try hit.member("matched_queries")?.forEachMember { scores[$0] = $1.double }
        guard let tree = hit.member("_explanation"), let whole = tree.member("value")?.double
        else { return nil }
        var details = EngineScores()
        try details.read(tree)
        let parts = parts(scores, details)
        let sum = parts.reduce(0) { $0 + $1.part.score }
        guard abs(sum - whole) <= Self.tolerance * max(1, whole) else { return nil }
        return ScoreAccount(parts: parts, hasStatistics: hasOwnIndex)
    }

    /// In the order of the query; clauses that the hit does not match are left out.
    private func parts(
        _ scores: [String: Double],
        _ details: EngineScores
    ) -> [ScoreAccount.Part] {
        var parts: [ScoreAccount.Part] = []
        func add(
            _ named: NamedPart,
            _ kind: ScorePart.Kind,
            _ terms: [QueryTerms.Term],
            _ sought: [SoughtWords] = []
        ) {
            guard let score = scores[named.name], score > 0 else { return }
            let shown = terms.map(\.shownText)
            var part = ScorePart(kind, words: shown, score: score)
            if !terms.isEmpty { describe(&part, details.score(of: score)) }
            parts.append(ScoreAccount.Part(part, sought))
        }
        for (place, term) in words.wanted.enumerated() {
            add(.term(place), .term, [term], term.sought)
        }
        add(.allClauses, .allClauses, [])
        add(.title, .title, [])
        for (place, pair) in words.pairs.enumerated() {
            add(.neighbours(place), .neighbours, [pair.first, pair.second])
        }
        return parts
    }

    /// A clause that scores the same for all that match it, as a beginning, has no tf.
    private func describe(_ part: inout ScorePart, _ score: EngineScores.Score?) {
        guard let score else { return }
        part.weight = score.boost / Self.boostFactor
        part.tf = score.tf * Self.boostFactor
        if hasOwnIndex { part.idf = score.idf }
    }
}

/// The scores of single words and phrases in an explanation of Lucene.
struct EngineScores {
    /// boost × idf × tf.
    struct Score: Hashable {
        var value: Double
        var boost: Double
        var idf: Double
        var tf: Double
    }

    /// Levels and nodes of an explanation that are looked at: a query has fewer.
    private static let levelsMaximum = 16
    private static let nodesMaximum = 20_000

    private var found: [Score] = []
    private var nodesLeft = nodesMaximum

    /// One that has this value, as a clause has that is one word or phrase.
    func score(of value: Double) -> Score? {
        found.first { abs($0.value - value) <= 1e-6 * max(1, value) }
    }

    /// - Throws: ``DocketError`` `internalError` for an explanation that is none.
    mutating func read(_ node: borrowing JSONValue, level: Int = 0) throws {
        nodesLeft -= 1
        guard level < Self.levelsMaximum, nodesLeft >= 0, let value = node.member("value")?.double
        else { throw DocketError.wrongReply }
        var factors: [String: Double] = [:]
        var isScore = false
        _ = try node.member("details")?.forEachElement { detail in
            guard let name = detail.member("description")?.string,
                let factor = detail.member("value")?.double
            else { throw DocketError.wrongReply }
            // "boost", "idf, computed as ...", "idf, sum of:", "tf, computed as ...".
            for known in ["boost", "idf", "tf"] where name == known || name.hasPrefix(known + ",") {
                factors[known] = factor
                isScore = true
            }
            if !isScore { try read(detail, level: level + 1) }
        }
        guard let idf = factors["idf"], let tf = factors["tf"] else { return }
        found.append(Score(value: value, boost: factors["boost"] ?? 1, idf: idf, tf: tf))
    }
}
