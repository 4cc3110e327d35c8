/// Distances between a word and every beginning of another, which is spelt letter by letter.
///
/// The distance is that of optimal string alignment: the fewest insertions, deletions,
/// substitutions and swaps of neighbours, no letter being edited twice. A letter is a Unicode
/// scalar. Of all words in order, ``advance(keeping:)`` skips those that cannot be near.
package struct EditDistances {
    private let word: [UInt32]
    private let maximum: UInt8
    /// The letters spelt so far.
    package private(set) var spelt: [UInt32] = []
    /// A row for each beginning of `spelt`: its distance to each beginning of `word`.
    private var rows: [UInt8]
    /// The least of each row.
    private var least: [UInt8] = [0]

    /// Distances beyond `maximum`, below 255, are not told apart.
    package init(to word: [UInt32], maximum: Int) {
        self.word = word
        self.maximum = UInt8(maximum)
        rows = (0...word.count).map { UInt8(min($0, maximum + 1)) }
    }

    /// Of the word and what is spelt; nil beyond the maximum.
    package var distance: Int? {
        rows[rows.count - 1] <= maximum ? Int(rows[rows.count - 1]) : nil
    }

    /// Whether what is spelt may be the beginning of a word that is near.
    package var isNear: Bool { least[least.count - 1] <= maximum }

    /// Letters that `letters` and what is spelt begin with alike.
    package func shared(with letters: [UInt32]) -> Int {
        let end = min(spelt.count, letters.count)
        return (0..<end).first { spelt[$0] != letters[$0] } ?? end
    }

    /// Forgets all letters but the first `count`.
    package mutating func keep(_ count: Int) {
        spelt.removeLast(spelt.count - count)
        rows.removeLast(rows.count - (count + 1) * width)
        least.removeLast(least.count - (count + 1))
    }

    /// Spells one more letter.
    package mutating func append(_ letter: UInt32) {
        let (above, previous) = (rows.count - width, spelt.last)
        var value = min(rows[above] + 1, maximum + 1)
        var lowest = value
        rows.append(value)
        for place in word.indices {
            // Inserted, deleted, substituted or the same, swapped.
            value = min(value, rows[above + place + 1]) + 1
            value = min(value, rows[above + place] + (word[place] == letter ? 0 : 1))
            if place > 0, word[place - 1] == letter, word[place] == previous {
                value = min(value, rows[above - width + place - 1] + 1)
            }
            value = min(value, maximum + 1)
            rows.append(value)
            lowest = min(lowest, value)
        }
        least.append(lowest)
        spelt.append(letter)
    }

    /// Spells, instead of what is spelt, the least text after it that a word that is near may begin
    /// with, unless that differs in the first `count` letters.
    ///
    /// - Returns: false where there is none.
    package mutating func advance(keeping count: Int) -> Bool { advance(keeping: count, from: 0) }

    /// Spells, instead of what is spelt, the least text after all that begins with it, under the
    /// same conditions.
    ///
    /// - Returns: false where there is none.
    package mutating func advanceBeyond(keeping count: Int) -> Bool {
        guard spelt.count > count, let last = spelt.last else { return false }
        keep(spelt.count - 1)
        return advance(keeping: count, from: last + 1)
    }

    private mutating func advance(keeping count: Int, from least: UInt32) -> Bool {
        var lowest = least
        while true {
            if let letter = letter(from: lowest) {
                append(letter)
                // What must follow, up to where a word may end or be edited.
                while distance == nil, !hasEditLeft, let next = self.letter(from: 0) {
                    append(next)
                }
                return true
            }
            guard spelt.count > count, let last = spelt.last else { return false }
            lowest = last + 1
            keep(spelt.count - 1)
        }
    }

    private var hasEditLeft: Bool { least[least.count - 1] < maximum }

    /// The least letter, not below `lowest`, that may follow in a word that is near; nil for none.
    package func letter(from lowest: UInt32) -> UInt32? {
        guard lowest <= 0x10FFFF, isNear else { return nil }
        // There are no letters among the surrogates.
        let from = 0xD800...0xDFFF ~= lowest ? 0xE000 : lowest
        if hasEditLeft { return from }
        let (last, previous) = (rows.count - width, spelt.last)
        var found: UInt32?
        for (place, letter) in word.enumerated()
        where letter >= from && letter < found ?? .max {
            // No further edit: the next letter of the word, or the first of two that are swapped.
            let isSwapped =
                place + 1 < word.count && word[place + 1] == previous
                && rows[last - width + place] < maximum
            if rows[last + place] == maximum || isSwapped { found = letter }
        }
        return found
    }

    private var width: Int { word.count + 1 }
}
