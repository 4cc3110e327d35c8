/// Counts how often texts have terms, and how they write them.
package struct TermCounter {
    /// Ways of writing a term that are kept, and bytes of each.
    package static let writingsMaximum = 3
    private static let writingBytes = 64

    /// What texts have of one term.
    package struct Count: Hashable, Sendable {
        package var times = 0
        /// As texts write it, each once, the first ones, cut after 64 bytes.
        package var writings: [String] = []
    }

    private var matcher: TermMatcher

    /// Counts words of texts of this language.
    package init(_ language: TextLanguage) { matcher = TermMatcher(language) }

    package var isEmpty: Bool { matcher.isEmpty }

    /// Adds a term of words next to each other, in any inflection; terms are numbered from 0.
    package mutating func add(inflected text: String) { matcher.add(inflected: text) }

    /// Adds a term of words as they are.
    package mutating func add(exact text: String) { matcher.add(exact: text) }

    /// Adds a term of words of which the last is a beginning.
    package mutating func add(prefix text: String) { matcher.add(prefix: text) }

    /// What the texts have, by the numbers of the terms.
    ///
    /// Of all together no more is looked at than of one for highlights. No term goes from one text
    /// to the next.
    package func count(in texts: [String]) -> [Count] {
        var counts = [Count](repeating: Count(), count: matcher.termCount)
        guard !isEmpty, var tokenizer = TokenizerHandle() else { return counts }
        var bytesLeft = Highlighter.textBytesMaximum
        for text in texts {
            let bytes = Highlighter.beginning(of: text.utf8.span, upTo: bytesLeft)
            bytesLeft -= bytes.count
            var ranges: [Range<Int>] = []
            matcher.forEachWord(in: bytes, &tokenizer) { range, ended in
                ranges.append(range)
                if ranges.count > matcher.longest { ranges.removeFirst() }
                for term in ended {
                    let start = ranges[ranges.count - term.words].lowerBound
                    Self.add(bytes.extracting(start..<range.upperBound), to: &counts[term.number])
                }
                return true
            }
        }
        return counts
    }

    private static func add(_ written: Span<UInt8>, to count: inout Count) {
        count.times += 1
        guard count.writings.count < writingsMaximum else { return }
        let end = written.codePointBoundary(atOrBefore: min(written.count, writingBytes))
        let writing = String(of: written.extracting(0..<end))
        if !count.writings.contains(writing) { count.writings.append(writing) }
    }
}
