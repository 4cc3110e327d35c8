internal import DocketText

/// Finds two words that stand next to each other for one that no document has: `lib foo` for
/// `libfoo`.
struct WordSplitter {
    private static let lettersMaximum = 32
    private static let partLettersMinimum = 2
    /// Pairs of known words whose places are read.
    private static let pairsMaximum = 6

    let statements: IndexStatements
    let segments: [Segment]
    let cutter: WordCutter

    /// Of all pairs the one that stands together in most documents, and how many these are; nil
    /// where none does.
    func split(
        _ word: String,
        _ columns: UInt32?,
        _ language: TextLanguage
    ) throws -> (text: String, documents: Int)? {
        let letters = Array(word.unicodeScalars)
        guard letters.count <= Self.lettersMaximum, letters.count >= 2 * Self.partLettersMinimum
        else { return nil }
        var best: (text: String, documents: Int) = ("", 0)
        var pairsLeft = Self.pairsMaximum
        for place in Self.partLettersMinimum...letters.count - Self.partLettersMinimum {
            let parts = [letters[..<place], letters[place...]].map(Self.text)
            guard !WordCorrector.meetInDigits(parts[0], parts[1]) else { continue }
            let text = parts.joined(separator: " ")
            let cut = cutter.cut(text, of: language)
            guard cut.words == text else { continue }
            let stems = cut.stems.split(separator: " ").map(String.init)
            guard try stems.allSatisfy({ try documents($0, nil) > 0 }) else { continue }
            let together = try documents(cut.stems, columns)
            if together > best.documents { best = (text, together) }
            pairsLeft -= 1
            if pairsLeft == 0 { break }
        }
        return best.documents > 0 ? best : nil
    }

    private static func text(_ letters: ArraySlice<Unicode.Scalar>) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: letters)
        return text
    }

    private func documents(_ stems: String, _ columns: UInt32?) throws -> Int {
        let term = IndexTerm(
            kind: .inflected,
            role: .clause,
            columns: columns,
            boost: 1,
            words: stems
        )
        return try IndexQueryHandle(statements, segments, weighsComplete: false).add(term)
    }
}
