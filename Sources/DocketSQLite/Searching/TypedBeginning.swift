internal import DocketText

/// What somebody has begun to type, in the words of the index.
struct TypedBeginning {
    /// What stands before the last word, as it was typed.
    let kept: String
    /// Folded, as the last.
    let earlier: [String]
    let last: String
    /// Whether the last word may go on.
    let isOpen: Bool

    /// nil for a text without words.
    init?(_ text: String, _ cutter: WordCutter, _ language: TextLanguage) {
        let words = cutter.words(of: text, in: language, stemmed: .none)
        guard let last = words.last else { return nil }
        let bytes = Array(text.utf8)
        kept = String(
            decoding: bytes[..<last.range.lowerBound].drop { $0 == UInt8(ascii: " ") },
            as: UTF8.self
        )
        earlier = words.dropLast().map(\.folded)
        self.last = last.folded
        isOpen = last.range.upperBound == bytes.count
    }

    private init(kept: String, earlier: [String], last: String) {
        (self.kept, self.earlier, self.last, isOpen) = (kept, earlier, last, true)
    }

    /// The same as though its last word were not yet typed to its end.
    var opened: TypedBeginning { TypedBeginning(kept: kept, earlier: earlier, last: last) }

    /// The same with another last word.
    func ending(in word: String) -> TypedBeginning {
        TypedBeginning(kept: kept, earlier: earlier, last: word)
    }

    /// All words with a space between two, as titles and keywords begin.
    var whole: String { (earlier + [last]).joined(separator: " ") + (isOpen ? "" : " ") }

    /// With the last word completed, folded.
    func completed(by word: String) -> String { (earlier + [word]).joined(separator: " ") }
}
