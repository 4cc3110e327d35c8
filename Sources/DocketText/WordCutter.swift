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

    /// The words of a text with their places in its UTF-8, without their stems; none when there is
    /// no memory.
    package func words(of text: String) -> [(range: Range<Int>, folded: String)] {
        var words: [(range: Range<Int>, folded: String)] = []
        tokenizer?.forEachWord(in: text.utf8.span, stemmed: .none) { range, folded, _ in
            words.append((range, String(of: folded)))
            return true
        }
        return words
    }

    /// How `text` writes a word where it has it first.
    package func written(_ folded: String, in text: String) -> String? {
        let bytes = Array(folded.utf8)
        var place: Range<Int>?
        tokenizer?.forEachWord(in: text.utf8.span, stemmed: .none) { range, word, _ in
            guard word.count == bytes.count, word.indices.allSatisfy({ word[$0] == bytes[$0] })
            else { return true }
            place = range
            return false
        }
        return place.map { String(of: text.utf8.span.extracting($0)) }
    }

    private static func append(_ word: Span<UInt8>, to words: inout [UInt8]) {
        if !words.isEmpty { words.append(UInt8(ascii: " ")) }
        for place in word.indices { words.append(word[place]) }
    }
}
