internal import DocketClient
internal import DocketCore

/// The reply to a search as a person reads it.
struct SearchText {
    private static let indent = "    "
    /// Longest line about what was made of the query, in columns.
    private static let noteMaximum = 200

    let style: TextStyle
    /// Columns.
    let width: Int
    /// The number of the first hit.
    var firstNumber = 1

    /// Everything, each line ended by a newline.
    func text(_ result: SearchResult) -> String {
        var text = ""
        for (place, hit) in result.reply.hits.enumerated() {
            text += self.text(hit, number: firstNumber + place) + "\n"
        }
        for facet in result.reply.facets { text += self.text(facet) + "\n" }
        return text + summary(result)
    }

    // MARK: Hits

    private func text(_ hit: Hit, number: Int) -> String {
        let document = hit.document
        let label = "\(number). "
        let title = PlainText.line(document.title.isEmpty ? document.id : document.title)
        let shown = PlainText.shortened(title, to: width - label.count)
        var text = label + style.bold(shown) + "\n"
        let score = "score " + NumberText.fixed(hit.score, digits: 3)
        text += Self.indent + style.dim("\(PlainText.line(document.id))  \(score)") + "\n"
        for line in attributeLines(document.attributes) { text += Self.indent + line + "\n" }
        for highlight in hit.highlights { text += Self.indent + self.text(highlight) + "\n" }
        if !document.body.isEmpty, hit.highlights.allSatisfy({ $0.field != "body" }) {
            text += Self.indent + shortened(PlainText.line(document.body)) + "\n"
        }
        for line in hit.explanation.map(ExplanationText.lines) ?? [] {
            text += Self.indent + style.dim(shortened(line)) + "\n"
        }
        return text
    }

    /// `name: value, value` after one another, as many on a line as fit.
    private func attributeLines(_ attributes: [Attribute]) -> [String] {
        var lines: [String] = []
        for attribute in attributes {
            let values = attribute.values.map(\.plainText).joined(separator: ", ")
            let part = shortened("\(PlainText.line(attribute.name)): \(values)")
            if let last = lines.last, last.count + part.count + 3 <= width - Self.indent.count {
                lines[lines.count - 1] += " · " + part
            } else {
                lines.append(part)
            }
        }
        return lines
    }

    private func shortened(_ text: String) -> String {
        PlainText.shortened(text, to: width - Self.indent.count)
    }

    /// The fragment with its found words emphasised, on one line.
    func text(_ highlight: Highlight) -> String {
        let bytes = Array(highlight.fragment.utf8)
        var text = "…"
        var place = 0
        // Ranges come from the server: only those that fit are followed.
        for range in highlight.ranges
        where range.lowerBound >= place && range.upperBound <= bytes.count {
            text += line(bytes[place..<range.lowerBound])
            text += style.found(line(bytes[range]))
            place = range.upperBound
        }
        return text + line(bytes[place...]) + "…"
    }

    private func line(_ bytes: ArraySlice<UInt8>) -> String {
        PlainText.line(String(decoding: bytes, as: UTF8.self))
    }

    // MARK: Facets and the last lines

    private func text(_ facet: FacetResult) -> String {
        var table = TextTable([("", .left), ("", .right)])
        for count in facet.counts {
            let value = PlainText.shortened(count.value.plainText, to: max(20, width / 2))
            table.add([value, NumberText.grouped(count.count)])
        }
        let name = style.bold(PlainText.line(facet.attribute))
        return name + "\n" + (facet.counts.isEmpty ? "  none\n" : table.text(indent: 2))
    }

    private func summary(_ result: SearchResult) -> String {
        let reply = result.reply
        var parts = [total(reply)]
        if result.source != .none { parts.append(result.source.name) }
        parts.append(NumberText.duration(result.took))
        if result.isDegraded {
            parts.append("degraded, as of \(Timestamp.text(microseconds: result.asOfMicroseconds))")
        }
        var text = style.dim(parts.joined(separator: " · ")) + "\n"
        if !reply.ignoredTerms.isEmpty {
            text += style.dim(Self.ignored(reply.ignoredTerms, width: width)) + "\n"
        }
        for correction in reply.corrections {
            text += style.dim(Self.corrected(correction, width: width)) + "\n"
        }
        if !reply.cursor.isEmpty {
            text += style.dim("next page: --cursor \(CursorText.text(reply.cursor))") + "\n"
        }
        return text
    }

    /// What of a long query did not count.
    static func ignored(_ terms: [String], width: Int) -> String {
        let count = NumberText.grouped(terms.count)
        let noun = terms.count == 1 ? "term" : "terms"
        let text = "\(count) \(noun) not counted: \(terms.joined(separator: ", "))"
        return PlainText.shortened(PlainText.line(text), to: min(width, noteMaximum))
    }

    /// What was searched for a word that no document has.
    static func corrected(_ correction: Correction, width: Int) -> String {
        let words = correction.alternatives.joined(separator: ", ")
        let text = "no document has \(correction.word), searched instead: \(words)"
        return PlainText.shortened(PlainText.line(text), to: min(width, noteMaximum))
    }

    private func total(_ reply: SearchReply) -> String {
        let count = NumberText.grouped(reply.total.value)
        let noun = reply.total.value == 1 ? "match" : "matches"
        let bound = reply.total.isExact ? "" : "at least "
        return "\(bound)\(count) \(noun)" + (reply.isApproximate ? ", approximate" : "")
    }
}
