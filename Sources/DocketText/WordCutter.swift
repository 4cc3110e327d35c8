/// The folded words of a text and their stems, each with a space between them.
package struct CutText: Equatable, Sendable {
    package var words = ""
    package var stems = ""

    package var isEmpty: Bool { words.isEmpty }
}

/// Cuts many texts into words; the stems that it has found before cost little.
package final class WordCutter {
    private var tokenizer = TokenizerHandle()

    package init() {}

    /// The text itself, uncut, when there is no memory.
    package func cut(_ text: String) -> CutText {
        guard tokenizer != nil else { return CutText(words: text, stems: text) }
        var words: [UInt8] = []
        var stems: [UInt8] = []
        words.reserveCapacity(text.utf8.count)
        stems.reserveCapacity(text.utf8.count)
        tokenizer?.forEachWord(in: text.utf8.span, stemmed: .all) { _, folded, stem in
            Self.append(folded, to: &words)
            Self.append(stem, to: &stems)
            return true
        }
        return CutText(
            words: String(decoding: words, as: UTF8.self),
            stems: String(decoding: stems, as: UTF8.self)
        )
    }

    private static func append(_ word: Span<UInt8>, to words: inout [UInt8]) {
        if !words.isEmpty { words.append(UInt8(ascii: " ")) }
        for place in word.indices { words.append(word[place]) }
    }
}
