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
    /// Found words of one text that are looked at.
    private static let matchesMaximum = 4096

    private enum Kind {
        case stem
        case word
        case prefix
    }

    private struct Term {
        let kind: Kind
        let bytes: [UInt8]
    }

    private var terms: [Term] = []
    /// Terms by their first byte, which is that of the words they match, inflected or not.
    private var termsByFirstByte = [[Int]](repeating: [], count: 256)
    private var stemsBegin = [Bool](repeating: false, count: 256)

    package init() {}

    /// True when there is nothing to look for.
    package var isEmpty: Bool { terms.isEmpty }

    /// Marks the words of `text` in all their inflections.
    package mutating func add(inflected text: String) { add(text) { _ in .stem } }

    /// Marks the words of `text` as they are.
    package mutating func add(exact text: String) { add(text) { _ in .word } }

    /// Marks words that begin as the last one of `text`, and the ones before it as they are.
    package mutating func add(prefix text: String) { add(text) { $0 ? .prefix : .word } }

    private mutating func add(_ text: String, _ kind: (_ isLast: Bool) -> Kind) {
        guard var tokenizer = TokenizerHandle() else { return }
        let words = tokenizer.words(in: text)
        for (place, word) in words.enumerated() {
            let kind = kind(place == words.count - 1)
            let bytes = Array((kind == .stem ? word.stem : word.folded).utf8)
            guard let first = bytes.first.map(Int.init) else { continue }
            termsByFirstByte[first].append(terms.count)
            if kind == .stem { stemsBegin[first] = true }
            terms.append(Term(kind: kind, bytes: bytes))
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
        var matches: [FragmentWindow.Match] = []
        tokenizer.forEachWord(in: text, stemmed: .beginning(stemsBegin)) { range, folded, stem in
            if let term = term(matching: folded, stem) {
                matches.append(.init(range: range, term: term))
            }
            return matches.count < Self.matchesMaximum
        }
        return matches
    }

    private func term(matching folded: Span<UInt8>, _ stem: Span<UInt8>) -> Int? {
        termsByFirstByte[Int(folded[0])].first { index in
            let bytes = terms[index].bytes
            return switch terms[index].kind {
            case .stem: stem.isEqual(to: bytes) || folded.isEqual(to: bytes)
            case .word: folded.isEqual(to: bytes)
            case .prefix: folded.starts(with: bytes)
            }
        }
    }
}

extension Span<UInt8> {
    fileprivate func isEqual(to bytes: [UInt8]) -> Bool {
        count == bytes.count && starts(with: bytes)
    }

    fileprivate func starts(with bytes: [UInt8]) -> Bool {
        guard count >= bytes.count else { return false }
        for place in bytes.indices where self[place] != bytes[place] { return false }
        return true
    }
}
