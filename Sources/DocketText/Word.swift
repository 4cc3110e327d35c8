/// One word of a text.
package struct Word: Hashable, Sendable {
    /// Its place in the text's UTF-8, in bytes.
    package var range: Range<Int>
    /// Case folded, compatibility forms and accents removed; at most 64 bytes.
    package var folded: String
    /// What the inflections of an English word have in common; the folded form of all others.
    package var stem: String

    package init(range: Range<Int>, folded: String, stem: String) {
        self.range = range
        self.folded = folded
        self.stem = stem
    }
}

extension TokenizerHandle {
    /// The words of UTF-8; bytes that are none separate words.
    package mutating func words(in text: Span<UInt8>) -> [Word] {
        var words: [Word] = []
        forEachWord(in: text, stemmed: .all) { range, folded, stem in
            words.append(Word(range: range, folded: String(of: folded), stem: String(of: stem)))
            return true
        }
        return words
    }

    package mutating func words(in text: String) -> [Word] { words(in: text.utf8.span) }
}

extension String {
    /// The text of UTF-8, with replacement characters for what is none.
    init(of bytes: Span<UInt8>) {
        var copy: [UInt8] = []
        copy.reserveCapacity(bytes.count)
        for place in bytes.indices { copy.append(bytes[place]) }
        self.init(decoding: copy, as: UTF8.self)
    }
}
