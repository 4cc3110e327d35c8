/// What an index has of a text, each with a space between them.
package struct CutText: Equatable, Sendable {
    /// The folded words.
    package var words = ""
    /// Their stems; letters as they are.
    package var stems = ""
    /// Other stems that some of the words have where they are written without accents.
    package var plainStems = ""
    /// The grams of its letters.
    package var grams = ""

    package var isEmpty: Bool { words.isEmpty }
}

/// Cuts many texts into words; the stems that it has found before cost little.
package final class WordCutter {
    private var tokenizer = TokenizerHandle()

    package init() {}

    /// The text itself, uncut, when there is no memory.
    package func cut(_ text: String, of language: TextLanguage) -> CutText {
        guard tokenizer != nil else { return CutText(words: text, stems: text) }
        var (words, stems): ([UInt8], [UInt8]) = ([], [])
        var (plainStems, grams): ([UInt8], [UInt8]) = ([], [])
        var hasLetters = false
        words.reserveCapacity(text.utf8.count)
        stems.reserveCapacity(text.utf8.count)
        let bytes = text.utf8.span
        tokenizer?.forEachWord(in: bytes, of: language, stemmed: .all) { word in
            words.append(word: word.folded)
            stems.append(word: word.stem)
            if !word.plainStem.isIdentical(to: word.stem) {
                plainStems.append(word: word.plainStem)
            }
            hasLetters = hasLetters || word.kind.isLetter
            return true
        }
        if hasLetters {
            tokenizer?.forEachGram(in: bytes) { gram, _ in grams.append(word: gram) }
        }
        return CutText(
            words: String(decoding: words, as: UTF8.self),
            stems: String(decoding: stems, as: UTF8.self),
            plainStems: String(decoding: plainStems, as: UTF8.self),
            grams: String(decoding: grams, as: UTF8.self)
        )
    }

    /// The words of a text in order; none when there is no memory.
    package func words(
        of text: String,
        in language: TextLanguage,
        stemmed: StemmedWords = .all
    ) -> [Word] {
        tokenizer?.words(in: text.utf8.span, of: language, stemmed: stemmed) ?? []
    }

    /// How `text` writes a word where it has it first.
    package func written(
        _ folded: String,
        in text: String,
        of language: TextLanguage
    ) -> String? {
        let bytes = Array(folded.utf8)
        var place: Range<Int>?
        tokenizer?.forEachWord(in: text.utf8.span, of: language, stemmed: .none) { word in
            guard word.folded.isEqual(to: bytes) else { return true }
            place = word.range
            return false
        }
        return place.map { String(of: text.utf8.span.extracting($0)) }
    }

    /// The runs of letters in a text, as indices have them.
    package func runs(of text: String) -> [String] {
        var runs: [String] = []
        tokenizer?.forEachGram(in: text.utf8.span) { gram, isRun in
            if isRun { runs.append(String(of: gram)) }
        }
        return runs
    }
}

extension [UInt8] {
    /// Appends a word, and a space before it where it is not the first.
    mutating func append(word: Span<UInt8>) {
        if !isEmpty { append(UInt8(ascii: " ")) }
        for place in word.indices { append(word[place]) }
    }
}
