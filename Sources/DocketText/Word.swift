/// One word of a text.
package struct Word: Hashable, Sendable {
    /// Its place in the text's UTF-8, in bytes.
    package var range: Range<Int>
    /// Case folded, compatibility forms and accents removed; at most 64 bytes.
    package var folded: String
    /// What the inflections of a word have in common; the folded form of a letter.
    package var stem: String
    package var kind: WordKind

    package init(range: Range<Int>, folded: String, stem: String, kind: WordKind = .word) {
        self.range = range
        self.folded = folded
        self.stem = stem
        self.kind = kind
    }
}

extension TokenizerHandle {
    /// The words of UTF-8; bytes that are none separate words.
    package mutating func words(
        in text: Span<UInt8>,
        of language: TextLanguage = .unknown,
        stemmed: StemmedWords = .all
    ) -> [Word] {
        var words: [Word] = []
        forEachWord(in: text, of: language, stemmed: stemmed) { word in
            words.append(
                Word(
                    range: word.range,
                    folded: String(of: word.folded),
                    stem: String(of: word.stem),
                    kind: word.kind
                )
            )
            return true
        }
        return words
    }

    package mutating func words(
        in text: String,
        of language: TextLanguage = .unknown
    ) -> [Word] {
        words(in: text.utf8.span, of: language)
    }
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
