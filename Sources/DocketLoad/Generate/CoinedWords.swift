internal import Glibc

/// Words that no text has, without end: as rare as the tail of Zipf's law, so that the vocabulary
/// of what is drawn grows as Heaps' law says.
///
/// Where the vocabulary of n tokens grows as n^b, the word of rank r has a frequency of r^(-1/b),
/// and the share of all ranks above r in those above v is (r / v)^(1 - 1/b), which is inverted
/// here. So nothing needs to be remembered of what was drawn.
struct CoinedWords: Sendable {
    private static let consonants = Array("bdfghjklmnprstvz".utf8)
    private static let vowels = Array("aeiou".utf8)
    private static let rankMaximum = 0x1p50
    /// 80^2: each word has three syllables or more.
    private static let numberMinimum = 6400

    private let known: Double
    private let exponent: Double

    /// Words that come after `known` others, where Heaps' law has this exponent, between 0 and 1.
    init(after known: Int, heapsExponent: Double) {
        self.known = Double(max(1, known))
        exponent = -heapsExponent / (1 - heapsExponent)
    }

    /// Appends the next word.
    func append(to bytes: inout [UInt8], _ draw: inout SeededDraw) {
        let rank = min(Self.rankMaximum, known * pow(draw.fraction(), exponent))
        Self.append(number: Int(rank - known), to: &bytes)
    }

    /// Appends the word of a number from 0 to 2^51; another one for each number.
    static func append(number: Int, to bytes: inout [UInt8]) {
        var rest = number + numberMinimum
        while rest > 0 {
            bytes.append(consonants[rest & 15])
            bytes.append(vowels[(rest >> 4) % vowels.count])
            rest = (rest >> 4) / vowels.count
        }
    }
}
