internal import Foundation

/// Ranks as the written formula has them: BM25F, a title with all terms, all terms first where they
/// are up to four; for the first of each page words by themselves in the title, and neighbours.
struct OracleRanking {
    private typealias Term = JSONOracle.Term

    private static let (k1, b) = (1.2, 0.75)
    /// Of each page, the first so many are ranked anew by neighbours.
    private static let rankedAnew = 20

    private let oracle: JSONOracle
    /// In the order written, each once.
    private let clauses: [Term]
    private let isQuestion: Bool
    private let frequencies: [[Int: Double]]
    /// idf and boost of each.
    private let weights: [Double]
    private let lookedFor: [Term]
    private let weightOfClause: [Term: Double]
    private let weighsAll: Bool
    private let meanLength: Double
    /// Terms of more than half of the entries, whose neighbours say nothing.
    private let frequent: Set<Term>

    init(_ oracle: JSONOracle, _ query: JSONOracle.Query) {
        let clauses = query.terms.reduce(into: [Term]()) { if !$0.contains($1) { $0.append($1) } }
        let (lookedFor, counted) = (query.lookedFor, oracle.entries + oracle.removed)
        let count = Double(counted.count)
        let isQuestion = clauses.count > 4
        let weights = lookedFor.map { term, times in
            let found = Double(oracle.count(term))
            let idf = log(1 + (count - found + 0.5) / (found + 0.5))
            return (term, idf * times * (isQuestion ? term.share : 1))
        }
        self.oracle = oracle
        self.clauses = clauses
        self.isQuestion = isQuestion
        self.weights = weights.map(\.1)
        self.lookedFor = weights.map(\.0)
        frequencies = weights.map { oracle.frequencies($0.0) }
        weightOfClause = .init(uniqueKeysWithValues: weights.filter { clauses.contains($0.0) })
        weighsAll = query.isAny && !isQuestion && lookedFor.count > 1
        meanLength = counted.reduce(0.0) { $0 + $1.length } / count
        frequent = Set(clauses.filter { 2 * oracle.count($0) > counted.count })
    }

    /// BM25's share of a term's weight.
    private func saturation(_ frequency: Double, _ entry: JSONOracle.Entry) -> Double {
        let norm = Self.k1 * (1 - Self.b + Self.b * entry.length / meanLength)
        return frequency * (Self.k1 + 1) / (frequency + norm)
    }

    private func score(_ entry: JSONOracle.Entry) -> Double {
        var sum = 0.0
        for (weight, found) in zip(weights, frequencies) {
            sum += weight * saturation(found[entry.place] ?? 0, entry)
        }
        if weighsAll, clauses.allSatisfy({ oracle.frequencies($0)[entry.place] != nil }) {
            sum += 1.5 * weights.reduce(0) { $0 + $1 * (Self.k1 + 1) }
        }
        if clauses.count > 1, clauses.allSatisfy({ $0.isInTitle(of: entry) }) {
            sum += 0.2 * weightOfClause.values.reduce(0, +)
        }
        return sum
    }

    private func scoreOfNames(_ entry: JSONOracle.Entry) -> Double {
        guard !isQuestion else { return 0 }
        return zip(lookedFor, weights).reduce(0.0) { sum, next in
            guard case .word(let word, nil) = next.0, entry.names.contains(word) else { return sum }
            return sum + 0.2 * next.1
        }
    }

    private func scoreOfNeighbours(_ entry: JSONOracle.Entry) -> Double {
        zip(clauses, clauses.dropFirst()).reduce(0.0) { sum, pair in
            guard case .word(let one, nil) = pair.0, case .word(let other, nil) = pair.1,
                [pair.0, pair.1].allSatisfy({
                    !frequent.contains($0) && !(isQuestion && $0.share < 1)
                })
            else { return sum }
            let weight = (weightOfClause[pair.0] ?? 0) + (weightOfClause[pair.1] ?? 0)
            let counts = entry.runs.map { Self.neighbours(one, other, in: $0) }
            let frequency = 4 * min(3, counts[0]) + counts[1]
            return sum + 0.15 * weight * saturation(Double(frequency), entry)
        }
    }

    private static func neighbours(_ one: String, _ other: String, in words: [String]) -> Int {
        zip(words, words.dropFirst()).count { $0 == (one, other) || $0 == (other, one) }
    }

    /// The entries with their scores, in the order of pages of so many.
    func ranked(_ entries: [JSONOracle.Entry], page: Int) -> [(id: String, score: Double)] {
        var left = Self.sorted(entries.map { ($0, score($0)) })
        var ranked: [(id: String, score: Double)] = []
        while !left.isEmpty {
            let anew = max(0, Self.rankedAnew - ranked.count)
            let first = left.prefix(anew).map { entry, score in
                (entry, score + scoreOfNames(entry) + scoreOfNeighbours(entry))
            }
            left.replaceSubrange(first.indices, with: Self.sorted(first))
            ranked += left.prefix(page).map { ($0.0.id, $0.1) }
            // What is left was not ranked anew for this page.
            left = Self.sorted(left.dropFirst(page).map { ($0.0, score($0.0)) })
        }
        return ranked
    }

    private static func sorted(
        _ entries: [(JSONOracle.Entry, Double)]
    ) -> [(JSONOracle.Entry, Double)] {
        entries.sorted { $0.1 == $1.1 ? $0.0.place < $1.0.place : $0.1 > $1.1 }
    }
}

extension JSONOracle {
    /// The entries with their scores, as searches in pages of so many rank them.
    package func ranked(
        _ entries: [Entry],
        by query: Query,
        page: Int
    ) -> [(id: String, score: Double)] {
        OracleRanking(self, query).ranked(entries, page: page)
    }
}
