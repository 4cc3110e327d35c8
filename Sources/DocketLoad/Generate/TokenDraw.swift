internal import DocketJSON

/// Draws tokens by the frequencies of a text, and now and then one that the text has not.
struct TokenDraw: Sendable {
    /// The tokens one after another, as they stand in strings of JSON.
    private var texts: [UInt8] = []
    private var ends: [Int] = []
    private let frequencies: WeightedDraw
    private let coined: CoinedWords
    private let total: Int
    private let unseen: Int

    init(_ counts: TokenCounts) {
        self.init(
            counts.ranked,
            unseen: counts.unseen,
            of: counts.total,
            heapsExponent: counts.heapsExponent
        )
    }

    /// Draws `tokens` by their counts, but coins `unseen` of `total` words.
    init(
        _ tokens: [(token: String, count: Int)],
        unseen: Int,
        of total: Int,
        heapsExponent: Double
    ) {
        for (token, _) in tokens {
            var writer = JSONWriter()
            writer.value(token)
            texts += writer.bytes.dropFirst().dropLast()
            ends.append(texts.count)
        }
        frequencies = WeightedDraw(tokens.isEmpty ? [1] : tokens.map(\.count))
        coined = CoinedWords(after: tokens.count, heapsExponent: heapsExponent)
        self.unseen = tokens.isEmpty ? 1 : unseen
        self.total = tokens.isEmpty ? 1 : max(1, total)
    }

    /// The next token: an index for ``append(_:to:)``, nil for one to be coined.
    func next(_ draw: inout SeededDraw) -> Int? {
        draw.number(below: total) < unseen ? nil : frequencies.index(&draw)
    }

    /// Appends a token of the text.
    func append(_ index: Int, to bytes: inout [UInt8]) {
        bytes += texts[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }

    /// Appends a token that the text may not have.
    func appendCoined(to bytes: inout [UInt8], _ draw: inout SeededDraw) {
        coined.append(to: &bytes, &draw)
    }
}
