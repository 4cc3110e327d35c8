/// A piece of a text with the found words marked.
package struct HighlightedFragment: Hashable, Sendable {
    package var text: String
    /// The found words as byte offsets into the UTF-8 of `text`, ascending, not overlapping, on
    /// boundaries of code points.
    package var ranges: [Range<Int>]

    package init(text: String, ranges: [Range<Int>]) {
        self.text = text
        self.ranges = ranges
    }
}

/// Finds the piece of a text that shows best why it was found.
package struct Highlighter {
    /// What is further into a text is not looked at, in bytes.
    package static let textBytesMaximum = 64 << 10
    /// About how long a piece is, in bytes; cut at white space, at most twice this.
    package static let fragmentBytes = 160
    /// Marked words of one text.
    private static let matchesMaximum = 4096

    private var matcher: TermMatcher

    /// Marks words of texts of this language.
    package init(_ language: TextLanguage = .unknown) { matcher = TermMatcher(language) }

    /// True when there is nothing to look for.
    package var isEmpty: Bool { matcher.isEmpty }

    /// Marks the words of `text` in all their inflections: where they follow each other, and in
    /// texts where they nowhere do, each by itself, letters of scripts without spaces in pairs.
    package mutating func add(inflected text: String) {
        let words = matcher.words(of: text)
        let whole = matcher.add(words) { _ in .stem }
        guard words.count > 1 else { return }
        for (place, word) in words.enumerated() {
            let isPaired = place + 1 < words.count && words[place + 1].kind.isJoined
            if isPaired {
                matcher.add(Array(words[place...place + 1]), partOf: whole) { _ in .stem }
            } else if !word.kind.isJoined {
                matcher.add([word], partOf: whole) { _ in .stem }
            }
        }
    }

    /// Marks the words of `text` as they are, where they follow each other.
    package mutating func add(exact text: String) { matcher.add(exact: text) }

    /// Marks words that begin as the last one of `text` where they follow the ones before it, which
    /// are marked as they are.
    package mutating func add(prefix text: String) { matcher.add(prefix: text) }

    /// The piece of `text` with the most of the words looked for; nil when it has none of them.
    package func fragment(of text: String) -> HighlightedFragment? {
        guard !isEmpty, var tokenizer = TokenizerHandle() else { return nil }
        let whole = text.utf8.span
        let bytes = Self.beginning(of: whole)
        let matches = matches(in: bytes, &tokenizer)
        guard
            let window = FragmentWindow(
                around: matches,
                in: bytes,
                isWhole: bytes.count == whole.count
            )
        else { return nil }
        return HighlightedFragment(
            text: String(of: bytes.extracting(window.range)),
            ranges: window.marks
        )
    }

    /// What of a text is looked at.
    @_lifetime(copy text)
    static func beginning(
        of text: Span<UInt8>,
        upTo bytes: Int = textBytesMaximum
    ) -> Span<UInt8> {
        text.extracting(0..<text.codePointBoundary(atOrBefore: min(text.count, bytes)))
    }

    private func matches(
        in text: Span<UInt8>,
        _ tokenizer: inout TokenizerHandle
    ) -> [FragmentWindow.Match] {
        var marks = WordMarks(longest: matcher.longest)
        matcher.forEachWord(in: text, &tokenizer) { range, ended in
            marks.add(range, in: text)
            for term in ended { marks.mark(last: term.words, term.number, partOf: term.whole) }
            return marks.count < Self.matchesMaximum
        }
        return marks.matches
    }
}

/// Which words of a text are marked, as they are read one after the other.
private struct WordMarks {
    /// How well the text has what was looked for: of one term only the best places count.
    private enum Rank: Int {
        /// As it was written: its words have nothing or white space between them, or are joined.
        case tight
        /// With punctuation and white space between words, which searches do not heed.
        case loose
        /// A part of it.
        case part
    }

    private struct Mark {
        let range: Range<Int>
        let term: Int
        /// Whose best places count: the term, or the one that it is a part of.
        let whole: Int
        let rank: Rank
    }

    private struct Word {
        var range = 0..<0
        /// Whether it follows the one before as in `a b` or `a-b`, not as in `a, b`.
        var isTight = true
    }

    /// The last words, each at its number modulo the count of these.
    private var words: [Word]
    private var wordCount = 0
    /// By the numbers of the words.
    private var marks: [Int: Mark] = [:]
    private var best: [Int: Rank] = [:]

    /// For sequences of at most so many words.
    init(longest: Int) { words = [Word](repeating: Word(), count: longest) }

    /// Words that are marked.
    var count: Int { marks.count }

    mutating func add(_ range: Range<Int>, in text: Span<UInt8>) {
        let last = wordCount > 0 ? words[(wordCount - 1) % words.count].range.upperBound : 0
        var hasSpace = false
        var hasOther = false
        for place in min(last, range.lowerBound)..<range.lowerBound {
            let isSpace = FragmentWindow.isSpace(text[place])
            hasSpace = hasSpace || isSpace
            hasOther = hasOther || !isSpace
        }
        words[wordCount % words.count] = Word(range: range, isTight: !hasSpace || !hasOther)
        wordCount += 1
    }

    /// Marks the last `length` words; a better place wins.
    mutating func mark(last length: Int, _ term: Int, partOf whole: Int?) {
        let numbers = wordCount - length..<wordCount
        let isTight = numbers.dropFirst().allSatisfy { words[$0 % words.count].isTight }
        let rank = whole != nil ? Rank.part : isTight ? .tight : .loose
        let whole = whole ?? term
        best[whole] = best[whole].map { $0.rawValue < rank.rawValue ? $0 : rank } ?? rank
        for number in numbers {
            if let mark = marks[number], mark.rank.rawValue <= rank.rawValue { continue }
            let range = words[number % words.count].range
            marks[number] = Mark(range: range, term: term, whole: whole, rank: rank)
        }
    }

    /// In the order of the text.
    var matches: [FragmentWindow.Match] {
        marks.sorted { $0.key < $1.key }.map(\.value).filter { best[$0.whole] == $0.rank }
            .map { FragmentWindow.Match(range: $0.range, term: $0.term) }
    }
}

extension Span<UInt8> {
    func isEqual(to bytes: [UInt8]) -> Bool {
        count == bytes.count && starts(with: bytes)
    }

    func starts(with bytes: [UInt8]) -> Bool {
        guard count >= bytes.count else { return false }
        for place in bytes.indices where self[place] != bytes[place] { return false }
        return true
    }
}
