/// Where to cut a text so that the piece shows the most of what was looked for.
struct FragmentWindow {
    /// A found word and the term that it matches.
    struct Match {
        let range: Range<Int>
        let term: Int
    }

    /// The piece, in bytes of the text, on boundaries of code points.
    let range: Range<Int>
    /// The found words, relative to the piece; those that touch are one.
    let marks: [Range<Int>]

    /// nil without matches, which ascend and do not overlap.
    ///
    /// `isWhole` says that nothing follows after `text`; otherwise its last word may be cut.
    init?(around matches: [Match], in text: Span<UInt8>, isWhole: Bool) {
        guard let best = Self.bestRun(of: matches) else { return nil }
        let core =
            matches[best.lowerBound].range.lowerBound..<matches[best.upperBound].range.upperBound
        let spare = max(0, Highlighter.fragmentBytes - core.count)
        let start = Self.start(before: core.lowerBound, by: spare / 3, in: text)
        let limit = max(core.upperBound, start + Highlighter.fragmentBytes)
        var end = Self.end(after: core.upperBound, limit, in: text, isWhole: isWhole)
        if end - start > 2 * Highlighter.fragmentBytes {
            end = text.codePointBoundary(atOrBefore: start + 2 * Highlighter.fragmentBytes)
        }
        let cut = start..<end
        range = cut
        marks = matches.reduce(into: []) { marks, match in
            let part = match.range.clamped(to: cut)
            guard !part.isEmpty, match.range.lowerBound >= start else { return }
            let mark = part.lowerBound - start..<part.upperBound - start
            if let last = marks.last, last.upperBound == mark.lowerBound {
                marks[marks.count - 1] = last.lowerBound..<mark.upperBound
            } else {
                marks.append(mark)
            }
        }
    }

    /// The matches, first to last, that fit into a piece and have the most different terms; then
    /// the most matches; then the first.
    private static func bestRun(of matches: [Match]) -> ClosedRange<Int>? {
        guard !matches.isEmpty else { return nil }
        var counts: [Int: Int] = [:]
        var best = 0...0
        var bestScore = (terms: 0, matches: 0)
        var first = 0
        for last in matches.indices {
            counts[matches[last].term, default: 0] += 1
            while first < last,
                matches[last].range.upperBound - matches[first].range.lowerBound
                    > Highlighter.fragmentBytes
            {
                let term = matches[first].term
                counts[term, default: 0] -= 1
                if counts[term] == 0 { counts[term] = nil }
                first += 1
            }
            let score = (terms: counts.count, matches: last - first + 1)
            if score > bestScore {
                bestScore = score
                best = first...last
            }
        }
        return best
    }

    /// A place up to `reach` before `place`, after white space where there is some.
    private static func start(before place: Int, by reach: Int, in text: Span<UInt8>) -> Int {
        guard place > reach else { return 0 }
        let earliest = text.codePointBoundary(atOrAfter: place - reach)
        var candidate = earliest
        while candidate < place {
            if isSpace(text[candidate]) { return candidate + 1 }
            candidate += 1
        }
        return earliest
    }

    /// A place from `place` to `limit`, before white space where there is some.
    private static func end(
        after place: Int,
        _ limit: Int,
        in text: Span<UInt8>,
        isWhole: Bool
    ) -> Int {
        if limit >= text.count, isWhole { return text.count }
        let latest = text.codePointBoundary(atOrBefore: min(limit, text.count))
        var candidate = latest
        while candidate > place {
            if candidate < text.count, isSpace(text[candidate]) { return candidate }
            candidate -= 1
        }
        return max(latest, place)
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (9...13).contains(byte)
    }
}

extension Span<UInt8> {
    /// The first boundary of code points from `place` on.
    func codePointBoundary(atOrAfter place: Int) -> Int {
        var place = place
        while place < count, self[place] & 0xC0 == 0x80 { place += 1 }
        return place
    }

    /// The last boundary of code points up to `place`.
    func codePointBoundary(atOrBefore place: Int) -> Int {
        var place = place
        while place > 0, place < count, self[place] & 0xC0 == 0x80 { place -= 1 }
        return place
    }
}
