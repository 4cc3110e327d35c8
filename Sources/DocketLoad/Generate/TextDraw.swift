/// Learns how long texts are and of which tokens.
///
/// A token is what stands between white space, with its capitals and signs.
struct TextCounts: Sendable {
    private static let lengthsMaximum = 10_000
    /// Longer tokens count as unseen.
    private static let tokenBytesMaximum = 64

    private(set) var tokens: TokenCounts
    private(set) var lengths = Reservoir<Int>(capacity: lengthsMaximum)

    /// Counts of at most `capacity` different tokens.
    init(capacity: Int) {
        tokens = TokenCounts(capacity: capacity, bytesMaximum: Self.tokenBytesMaximum)
    }

    mutating func add(_ text: String, _ draw: inout SeededDraw) {
        var length = 0
        for token in text.utf8.split(whereSeparator: { $0 <= 0x20 }) {
            tokens.add(String(decoding: token, as: UTF8.self))
            length += 1
        }
        lengths.offer(length, &draw)
    }

    /// Tokens of a text in the mean.
    var meanLength: Double {
        let sum = lengths.elements.reduce(0, +)
        return Double(sum) / Double(max(1, lengths.elements.count))
    }
}

/// Draws texts: their lengths as learned, their tokens independently of one another.
struct TextDraw: Sendable {
    private let tokens: TokenDraw
    private let lengths: [Int]
    private let bytesMaximum: Int

    /// Texts of at most `bytesMaximum` bytes.
    init(_ counts: TextCounts, bytesMaximum: Int) {
        self.init(
            TokenDraw(counts.tokens),
            lengths: counts.lengths.elements,
            bytesMaximum: bytesMaximum
        )
    }

    init(_ tokens: TokenDraw, lengths: [Int], bytesMaximum: Int) {
        self.tokens = tokens
        self.lengths = lengths.isEmpty ? [0] : lengths
        self.bytesMaximum = bytesMaximum
    }

    /// Appends the next text, as it stands in a string of JSON.
    func append(to bytes: inout [UInt8], _ draw: inout SeededDraw) {
        let start = bytes.count
        for place in 0..<lengths[draw.number(below: lengths.count)] {
            let before = bytes.count
            if place > 0 { bytes.append(UInt8(ascii: " ")) }
            if let token = tokens.next(&draw) {
                tokens.append(token, to: &bytes)
            } else {
                tokens.appendCoined(to: &bytes, &draw)
            }
            guard bytes.count - start <= bytesMaximum else {
                bytes.removeLast(bytes.count - before)
                return
            }
        }
    }
}
