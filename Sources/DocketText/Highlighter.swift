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

    private enum Kind {
        case stem
        case word
        case prefix
    }

    /// A word that is looked for, by itself or at its place in a sequence.
    private struct Element {
        let kind: Kind
        let bytes: [UInt8]
        /// Its sequence: the elements of one stand next to each other, and so do their words.
        let term: Int
        let place: Int
        let isLast: Bool
        /// The sequence that it is a part of, without which it counts by itself.
        let whole: Int?
    }

    private var elements: [Element] = []
    private var termCount = 0
    /// Words of the longest sequence.
    private var longest = 1
    /// Elements by their first byte, which is that of the words they match, or of the stems of
    /// these.
    private var elementsByFirstByte = [[Int]](repeating: [], count: 256)
    private var stemsBegin = [Bool](repeating: false, count: 256)
    private let language: TextLanguage

    /// Marks words of texts of this language.
    package init(_ language: TextLanguage = .unknown) { self.language = language }

    /// True when there is nothing to look for.
    package var isEmpty: Bool { elements.isEmpty }

    /// Marks the words of `text` in all their inflections: where they follow each other, and in
    /// texts where they nowhere do, each by itself, letters of scripts without spaces in pairs.
    package mutating func add(inflected text: String) {
        let words = words(of: text)
        add(words) { _ in .stem }
        guard words.count > 1 else { return }
        let whole = termCount - 1
        for (place, word) in words.enumerated() {
            let isPaired = place + 1 < words.count && words[place + 1].kind.isJoined
            if isPaired {
                add(Array(words[place...place + 1]), partOf: whole) { _ in .stem }
            } else if !word.kind.isJoined {
                add([word], partOf: whole) { _ in .stem }
            }
        }
    }

    /// Marks the words of `text` as they are, where they follow each other.
    package mutating func add(exact text: String) { add(words(of: text)) { _ in .word } }

    /// Marks words that begin as the last one of `text` where they follow the ones before it, which
    /// are marked as they are.
    package mutating func add(prefix text: String) {
        add(words(of: text)) { $0 ? .prefix : .word }
    }

    private func words(of text: String) -> [Word] {
        guard var tokenizer = TokenizerHandle() else { return [] }
        return tokenizer.words(in: text, of: language)
    }

    private mutating func add(
        _ words: [Word],
        partOf whole: Int? = nil,
        _ kind: (_ isLast: Bool) -> Kind
    ) {
        for (place, word) in words.enumerated() {
            let isLast = place == words.count - 1
            let kind = kind(isLast)
            let bytes = Array((kind == .stem ? word.stem : word.folded).utf8)
            // No word is empty.
            let first = Int(bytes.first ?? 0)
            elementsByFirstByte[first].append(elements.count)
            if kind == .stem { noteStem(first) }
            elements.append(
                Element(
                    kind: kind,
                    bytes: bytes,
                    term: termCount,
                    place: place,
                    isLast: isLast,
                    whole: whole
                )
            )
        }
        termCount += 1
        longest = max(longest, words.count)
    }

    /// Words may have a stem that begins so.
    private mutating func noteStem(_ first: Int) {
        if language.changesBeginnings {
            stemsBegin = [Bool](repeating: true, count: 256)
        } else if first < 0x80 {
            stemsBegin[first] = true
        } else {
            // Arabic words have an article that their stems lack.
            for byte in 0x80..<256 { stemsBegin[byte] = true }
        }
    }

    /// The piece of `text` with the most of the words looked for; nil when it has none of them.
    package func fragment(of text: String) -> HighlightedFragment? {
        guard !isEmpty, var tokenizer = TokenizerHandle() else { return nil }
        let whole = text.utf8.span
        let bytes = whole.extracting(
            0..<whole.codePointBoundary(atOrBefore: min(whole.count, Self.textBytesMaximum))
        )
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

    private func matches(
        in text: Span<UInt8>,
        _ tokenizer: inout TokenizerHandle
    ) -> [FragmentWindow.Match] {
        var marks = WordMarks(longest: longest)
        var reached: [Int] = []
        tokenizer.forEachWord(
            in: text,
            of: language,
            stemmed: .beginning(stemsBegin)
        ) { word in
            marks.add(word.range, in: text)
            var candidates = elementsByFirstByte[Int(word.folded[0])]
            if word.stem[0] != word.folded[0] {
                candidates += elementsByFirstByte[Int(word.stem[0])]
            }
            // Elements that the words up to here have led to.
            reached = candidates.filter { index in
                let element = elements[index]
                return (element.place == 0 || reached.contains(index - 1))
                    && Self.matches(element, word)
            }
            for index in reached where elements[index].isLast {
                let element = elements[index]
                marks.mark(last: element.place + 1, element.term, partOf: element.whole)
            }
            return marks.count < Self.matchesMaximum
        }
        return marks.matches
    }

    private static func matches(
        _ element: Element,
        _ word: borrowing CutWord
    ) -> Bool {
        switch element.kind {
        case .stem:
            word.stem.isEqual(to: element.bytes) || word.folded.isEqual(to: element.bytes)
                || word.plainStem.isEqual(to: element.bytes)
        case .word: word.folded.isEqual(to: element.bytes)
        case .prefix: word.folded.starts(with: element.bytes)
        }
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
