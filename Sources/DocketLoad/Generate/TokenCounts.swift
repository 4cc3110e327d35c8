internal import Glibc

/// How often each token of a text occurs, within bounds, and how fast its vocabulary grows.
struct TokenCounts: Sendable {
    private let capacity: Int
    private let bytesMaximum: Int
    private(set) var counts: [String: Int] = [:]
    private(set) var total = 0
    private var bytes = 0
    /// Distinct tokens each time that the text had doubled, as long as all of them were kept.
    private var growth: [Int] = []
    private var isComplete = true

    /// Counts of at most `capacity` different tokens of `bytesMaximum` bytes each and 64 times the
    /// capacity together; others count as unseen.
    init(capacity: Int, bytesMaximum: Int) {
        self.capacity = capacity
        self.bytesMaximum = bytesMaximum
    }

    mutating func add(_ token: String) {
        total += 1
        if counts[token] != nil || keeps(token) {
            counts[token, default: 0] += 1
        } else {
            isComplete = false
        }
        if total & (total - 1) == 0, isComplete { growth.append(counts.count) }
    }

    private mutating func keeps(_ token: String) -> Bool {
        let count = token.utf8.count
        // A server takes no NUL.
        guard count <= bytesMaximum, counts.count < capacity, bytes + count <= 64 * capacity,
            !token.utf8.contains(0)
        else { return false }
        bytes += count
        return true
    }

    /// The kept tokens, the most frequent first; always in the same order.
    var ranked: [(token: String, count: Int)] {
        counts.map { (token: $0.key, count: $0.value) }.sorted {
            $0.count != $1.count
                ? $0.count > $1.count : $0.token.utf8.lexicographicallyPrecedes($1.token.utf8)
        }
    }

    /// How many of `total` occurrences in more of this text would be of tokens that it has not.
    ///
    /// By Good and Turing: as many as there are tokens that occurred once; one at the least.
    var unseen: Int {
        let kept = counts.values.reduce(0, +)
        return max(1, counts.values.count { $0 == 1 } + total - kept)
    }

    /// The exponent of Heaps' law: a text n times as long has n^exponent times the vocabulary.
    ///
    /// From the last two doublings of the text, within 0.3 to 0.85; 0.6, as English has it, where
    /// the text is too short to tell.
    var heapsExponent: Double {
        guard growth.count > 10 else { return 0.6 }
        let ratio = Double(growth[growth.count - 1]) / Double(growth[growth.count - 3])
        return min(0.85, max(0.3, log2(ratio) / 2))
    }
}
