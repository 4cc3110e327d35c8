internal import Foundation

/// Draws documents as lines of JSON, and queries about them; the same seed draws the same.
package struct OracleDraw {
    private static let authors = ["kn01", "kn02 ab3", "Kn01", "zo9", "ab3", "ann7"]
    private static let times = (1...9).map { "200\($0)-0\($0)-11T10:00:0\($0)Z" }
    private var random: SeededGenerator

    package init(random: SeededGenerator) { self.random = random }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: values.indices, using: &random)]
    }

    private mutating func isOnce(in count: Int) -> Bool {
        Int.random(in: 0..<count, using: &random) == 0
    }

    /// A word of a few letters and digits, which no stemmer changes; low numbers are frequent.
    private mutating func word() -> String {
        let number = Int(pow(Double.random(in: 0..<1, using: &random), 3) * 90)
        return (number % 3 == 0 ? "kx" : "vu") + String(number + 10)
    }

    /// A few letters of a script without spaces.
    private mutating func letters() -> String {
        (0..<Int.random(in: 1...4, using: &random)).map { _ in pick(["山", "川", "田", "木"]) }
            .joined()
    }

    private mutating func words(_ counts: ClosedRange<Int>) -> [String] {
        (0..<Int.random(in: counts, using: &random)).map { _ in isOnce(in: 9) ? letters() : word() }
    }

    package mutating func line(_ number: Int) -> String {
        var attributes: [String: Any] = [:]
        if !isOnce(in: 4) {
            attributes["author"] = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                pick(Self.authors)
            }
        }
        if !isOnce(in: 5) { attributes["year"] = Int.random(in: 1960...1999, using: &random) }
        if isOnce(in: 2) { attributes["open"] = Bool.random(using: &random) }
        if isOnce(in: 2) { attributes["made"] = pick(Self.times) }
        if isOnce(in: 3) { attributes["note"] = words(1...4).joined(separator: ", ") }
        let document: [String: Any] = [
            "id": "d\(number)",
            "title": words(0...5).joined(separator: " "),
            "body": words(0...25).joined(separator: isOnce(in: 3) ? "-" : " "),
            "attributes": attributes,
        ]
        let data = try? JSONSerialization.data(withJSONObject: document, options: .sortedKeys)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    package mutating func query(of entries: [JSONOracle.Entry], hasFilter: Bool) -> JSONOracle.Query
    {
        var query = JSONOracle.Query()
        query.terms = (0..<pick([0, 1, 1, 1, 2, 2, 3])).map { _ in term(of: entries) }
        if isOnce(in: 5), let first = query.terms.first { query.terms.append(first) }
        if isOnce(in: 3) { query.excluded = [term(of: entries)] }
        query.isAny = !query.terms.isEmpty && !isOnce(in: 3)
        if hasFilter { query.condition = condition(depth: 3) }
        return query
    }

    private mutating func term(of entries: [JSONOracle.Entry]) -> JSONOracle.Term {
        switch Int.random(in: 0..<10, using: &random) {
        case 9: return .letters(letters())
        case 8:
            // A letter by itself is a run.
            let words = (pick(entries).words["body"] ?? []).filter { $0.utf8.count > 3 }
            guard words.count > 1, !isOnce(in: 4) else { return .compound([word(), word()]) }
            let start = Int.random(in: 0..<words.count - 1, using: &random)
            return .compound(Array(words[start...start + 1]))
        case 0: return .prefix(String(word().prefix(3)))
        case 1:
            let field = pick(entries).words[pick(["title", "body"])] ?? []
            guard field.count > 1 else { return .word(word(), field: nil) }
            let start = Int.random(in: 0..<field.count - 1, using: &random)
            return .phrase(Array(field[start..<min(field.count, start + pick([2, 3]))]))
        case 2: return .word(word(), field: pick(["title", "body", "note"]))
        case 3: return .word(pick(["kn01", "ab3", "zo9"]), field: pick([nil, "author"]))
        default: return .word(word(), field: nil)
        }
    }
}

// MARK: - Filters

extension OracleDraw {
    private typealias Condition = JSONOracle.Condition

    private mutating func condition(depth: Int) -> JSONOracle.Condition {
        guard depth > 0, !isOnce(in: 3) else { return leaf() }
        let (left, right) = (condition(depth: depth - 1), condition(depth: depth - 1))
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            return Condition(text: "(\(left.text)) AND (\(right.text))") {
                left.matches($0) && right.matches($0)
            }
        case 1:
            return Condition(text: "(\(left.text)) OR (\(right.text))") {
                left.matches($0) || right.matches($0)
            }
        default: return Condition(text: "NOT (\(left.text))") { !left.matches($0) }
        }
    }

    private mutating func leaf() -> JSONOracle.Condition {
        let author = pick(Self.authors + ["nobody", ""])
        let year = Double(Int.random(in: 1955...2003, using: &random))
        let time = pick(Self.times)
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            return Condition(text: "author = \"\(author)\"") { $0.texts("author").contains(author) }
        case 1:
            return Condition(text: "author != \"\(author)\"") {
                !$0.texts("author").contains(author)
            }
        case 2:
            let other = pick(Self.authors)
            return Condition(text: "author IN (\"\(author)\", \"\(other)\")") {
                $0.texts("author").contains { $0 == author || $0 == other }
            }
        case 3:
            let start = String(author.prefix(2))
            return Condition(text: "author ^= \"\(start)\"") {
                $0.texts("author").contains { $0.hasPrefix(start) || start.isEmpty }
            }
        case 4:
            let name = pick(["author", "year", "open", "made"])
            return Condition(text: "EXISTS \(name)") { !($0.attributes[name] ?? []).isEmpty }
        case 5:
            return Condition(text: "year >= \(year)") { $0.numbers("year").contains { $0 >= year } }
        case 6:
            return Condition(text: "year < \(year)") { $0.numbers("year").contains { $0 < year } }
        case 7: return Condition(text: "year = \(year)") { $0.numbers("year").contains(year) }
        case 8:
            let isOpen = Bool.random(using: &random)
            return Condition(text: "open = \(isOpen)") {
                ($0.attributes["open"] ?? []).contains { ($0 as? Bool) == isOpen }
            }
        default:
            return Condition(text: "made > \"\(time)\"") { $0.texts("made").contains { $0 > time } }
        }
    }
}
