/// Finds in texts where terms stand: words next to each other, each in any inflection, as it is, or
/// the beginning of one.
struct TermMatcher {
    enum Kind {
        case stem
        case word
        case prefix
    }

    /// A term whose last word was read.
    struct Ended {
        /// Terms are numbered as they were added, from 0.
        let number: Int
        let words: Int
        /// The term that it is a part of, without which it counts by itself.
        let whole: Int?
    }

    /// A word of a term, at its place.
    private struct Element {
        let kind: Kind
        let bytes: [UInt8]
        let term: Int
        let place: Int
        let isLast: Bool
        let whole: Int?
    }

    private var elements: [Element] = []
    private(set) var termCount = 0
    /// Words of the longest term.
    private(set) var longest = 1
    /// Elements by their first byte, which is that of the words they match, or of the stems of
    /// these.
    private var elementsByFirstByte = [[Int]](repeating: [], count: 256)
    private var stemsBegin = [Bool](repeating: false, count: 256)
    private let language: TextLanguage

    /// Finds words of texts of this language.
    init(_ language: TextLanguage) { self.language = language }

    var isEmpty: Bool { elements.isEmpty }

    func words(of text: String) -> [Word] {
        guard var tokenizer = TokenizerHandle() else { return [] }
        return tokenizer.words(in: text, of: language)
    }

    /// Adds the words of `text` in all their inflections.
    mutating func add(inflected text: String) { add(words(of: text)) { _ in .stem } }

    /// Adds the words of `text` as they are.
    mutating func add(exact text: String) { add(words(of: text)) { _ in .word } }

    /// Adds the words of `text`, the last one as a beginning.
    mutating func add(prefix text: String) { add(words(of: text)) { $0 ? .prefix : .word } }

    /// Adds a term.
    ///
    /// - Returns: Its number.
    @discardableResult
    mutating func add(
        _ words: [Word],
        partOf whole: Int? = nil,
        _ kind: (_ isLast: Bool) -> Kind
    ) -> Int {
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
        defer { termCount += 1 }
        longest = max(longest, words.count)
        return termCount
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

    /// Calls `body` with the place of each word of a text and the terms that end with it, until it
    /// returns false.
    func forEachWord(
        in text: Span<UInt8>,
        _ tokenizer: inout TokenizerHandle,
        _ body: (_ range: Range<Int>, _ ended: [Ended]) -> Bool
    ) {
        var reached: [Int] = []
        tokenizer.forEachWord(
            in: text,
            of: language,
            stemmed: .beginning(stemsBegin)
        ) { word in
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
            var ended: [Ended] = []
            for index in reached where elements[index].isLast {
                let element = elements[index]
                ended.append(
                    Ended(number: element.term, words: element.place + 1, whole: element.whole)
                )
            }
            return body(word.range, ended)
        }
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
