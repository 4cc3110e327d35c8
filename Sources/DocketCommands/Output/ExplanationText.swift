internal import DocketClient
internal import DocketCore
internal import DocketJSON

/// What makes the score of a hit, as a person reads it: a line a part, what gives most first.
enum ExplanationText {
    static func lines(_ explanation: Explanation) -> [String] {
        let parts = explanation.parts.enumerated().sorted { one, other in
            let (first, second) = (one.element.score, other.element.score)
            return first == second ? one.offset < other.offset : first > second
        }
        let lines = parts.map { line($0.element) }
        return explanation.isCut ? lines + ["(places of words are left out)"] : lines
    }

    /// `0.312  graph: title 1 "Graphs", body 2 "graph" (1 × idf 3.21 × tf 1.40)`.
    private static func line(_ part: ScorePart) -> String {
        let words = part.words.joined(separator: " ")
        var line = NumberText.fixed(part.score, digits: 3) + "  "
        switch part.kind {
        case .term: line += "\(words): " + part.places.map(places).joined(separator: ", ")
        case .allClauses: line += "all clauses"
        case .title: line += "all clauses in the title"
        case .neighbours: line += "\(words): next to each other"
        case .name: line += "\(words): by itself in the title"
        }
        return PlainText.line(line + factors(part))
    }

    private static func factors(_ part: ScorePart) -> String {
        guard part.weight > 0 else { return "" }
        var factors = [NumberText.fixed(part.weight, digits: 2)]
        if part.idf > 0 { factors.append("idf " + NumberText.fixed(part.idf, digits: 2)) }
        factors.append("tf " + NumberText.fixed(part.tf, digits: 2))
        return " (" + factors.joined(separator: " × ") + ")"
    }

    private static func places(_ places: WordPlaces) -> String {
        let found = places.found.map { "\"\($0)\"" }.joined(separator: " ")
        let text = "\(places.field) \(places.count) \(found)"
        return places.source == .written ? text : text + " by \(places.source.name)"
    }
}

extension WordPlaces.Source {
    var name: String {
        switch self {
        case .written: "word"
        case .beginning: "beginning"
        case .compound: "compound"
        case .synonym: "synonym"
        case .correction: "correction"
        }
    }
}

extension ScorePart.Kind {
    fileprivate var name: String {
        switch self {
        case .term: "term"
        case .allClauses: "all_clauses"
        case .title: "title"
        case .neighbours: "neighbours"
        case .name: "name"
        }
    }
}

// MARK: As a program reads it

extension JSONWriter {
    mutating func write(_ explanation: Explanation) {
        object { writer in
            writer.member("scale", explanation.scale)
            writer.member("cut", explanation.isCut)
            writer.member("parts") { writer in
                writer.array { for part in explanation.parts { $0.write(part) } }
            }
        }
    }

    private mutating func write(_ part: ScorePart) {
        object { writer in
            writer.member("kind", part.kind.name)
            writer.member("words") { $0.write(part.words) }
            writer.member("score", part.score)
            writer.member("weight", part.weight)
            writer.member("idf", part.idf)
            writer.member("tf", part.tf)
            writer.member("places") { writer in
                writer.array { for places in part.places { $0.write(places) } }
            }
        }
    }

    private mutating func write(_ places: WordPlaces) {
        object { writer in
            writer.member("field", places.field)
            writer.member("count", places.count)
            writer.member("source", places.source.name)
            writer.member("found") { $0.write(places.found) }
        }
    }

    private mutating func write(_ texts: [String]) {
        array { writer in for text in texts { writer.value(text) } }
    }
}
