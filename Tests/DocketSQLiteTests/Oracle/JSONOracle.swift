import Foundation

/// What searches over JSON documents mean, said as simply as possible and by code of its own: it
/// reads the lines, cuts their words and compares their values without anything of the store.
struct JSONOracle {
    /// A document as JSON has it.
    struct Entry {
        let id: String
        let words: [String: [String]]
        let attributes: [String: [Any]]

        init(line: String) throws {
            let json = try JSONSerialization.jsonObject(with: Data(line.utf8))
            let fields = json as? [String: Any] ?? [:]
            id = fields["id"] as? String ?? ""
            attributes = (fields["attributes"] as? [String: Any] ?? [:]).mapValues {
                $0 as? [Any] ?? [$0]
            }
            var words: [String: [String]] = [:]
            for field in ["title", "body"] {
                words[field] = Self.cut(fields[field] as? String ?? "")
            }
            for field in ["author", "note"] {
                words[field] = (attributes[field] as? [String] ?? []).flatMap(Self.cut)
            }
            self.words = words
        }

        private static func cut(_ text: String) -> [String] {
            text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        }

        /// In words.
        var length: Double { Double(words.values.reduce(0) { $0 + $1.count }) }

        func texts(_ name: String) -> [String] { attributes[name] as? [String] ?? [] }

        func numbers(_ name: String) -> [Double] {
            (attributes[name] ?? []).compactMap { ($0 as? NSNumber)?.doubleValue }
        }
    }

    /// A part of a query: what is looked for in which field, nil for all of them.
    enum Term: Hashable {
        case word(String, field: String?)
        case prefix(String)
        case phrase([String])
        /// One word for whoever wrote it, several for the index.
        case compound([String])

        var text: String {
            switch self {
            case .word(let word, let field): field.map { "\($0):\(word)" } ?? word
            case .prefix(let prefix): prefix + "*"
            case .phrase(let words): "\"\(words.joined(separator: " "))\""
            case .compound(let words): words.joined(separator: "::")
            }
        }

        /// What counts beside the term where some of a query is enough.
        var parts: [Term] {
            guard case .compound(let words) = self else { return [] }
            return words.map { .word($0, field: nil) }
        }

        func matches(_ entry: Entry) -> Bool { frequency(in: entry) > 0 }

        /// How often it is there; in a title it counts twice.
        func frequency(in entry: Entry) -> Double {
            entry.words.reduce(0) { sum, field in
                sum + (field.key == "title" ? 2 : 1) * Double(count(in: field.value, field.key))
            }
        }

        private func count(in words: [String], _ name: String) -> Int {
            switch self {
            case .word(let word, let field):
                field == nil || field == name ? words.count { $0 == word } : 0
            case .prefix(let prefix): words.count { $0.hasPrefix(prefix) }
            case .phrase(let wanted), .compound(let wanted):
                words.indices.count { words[$0...].starts(with: wanted) }
            }
        }
    }

    /// A filter as people write it, and what it means.
    struct Condition {
        let text: String
        let matches: (Entry) -> Bool
    }

    struct Query {
        var terms: [Term] = []
        var excluded: [Term] = []
        var isAny = false
        var condition: Condition?

        var text: String {
            (terms.map(\.text) + excluded.map { "-" + $0.text }).joined(separator: " ")
        }

        /// With the times that each was written; where some are enough, the parts of terms as well.
        var lookedFor: [Term: Double] {
            (terms + (isAny ? terms.flatMap(\.parts) : [])).reduce(into: [:]) { times, term in
                times[term, default: 0] += 1
            }
        }

        func hasAll(_ entry: Entry) -> Bool { terms.allSatisfy { $0.matches(entry) } }

        func hasWords(_ entry: Entry) -> Bool {
            let isFound =
                terms.isEmpty
                || (isAny ? lookedFor.keys.contains { $0.matches(entry) } : hasAll(entry))
            return isFound && !excluded.contains { $0.matches(entry) }
        }

        func matches(_ entry: Entry) -> Bool {
            hasWords(entry) && condition?.matches(entry) ?? true
        }
    }

    let entries: [Entry]

    func matching(_ query: Query) -> [Entry] { entries.filter(query.matches) }

    /// Of two documents the one with all terms has more, then the one with the better BM25.
    func scores(_ query: Query) -> (Entry) -> Double {
        let terms = Array(query.lookedFor)
        let (k1, b, count) = (1.2, 0.5, Double(entries.count))
        let idf = terms.map { term, times in
            let found = Double(entries.count(where: term.matches))
            return times * log(1 + (count - found + 0.5) / (found + 0.5))
        }
        let average = entries.reduce(0.0) { $0 + $1.length } / count
        let most = query.isAny && terms.count > 1 ? idf.reduce(0) { $0 + $1 * (k1 + 1) } : 0
        return { entry in
            let norm = k1 * (1 - b + b * entry.length / average)
            let sum = zip(terms, idf).reduce(0.0) { sum, term in
                let found = term.0.key.frequency(in: entry)
                return sum + term.1 * found * (k1 + 1) / (found + norm)
            }
            return sum + (query.hasAll(entry) ? most : 0)
        }
    }

    /// Most first, then by value; each document counts once for each of its values.
    func facet(_ entries: [Entry], _ name: String, limit: Int) -> [String] {
        var counts: [String: Int] = [:]
        for entry in entries {
            for value in Set(entry.texts(name)) { counts[value, default: 0] += 1 }
        }
        let sorted = counts.sorted {
            $0.value != $1.value ? $0.value > $1.value : Array($0.key.utf8).precedes($1.key.utf8)
        }
        return sorted.prefix(limit).map { "\($0.key) \($0.value)" }
    }

    /// By the least value, or from the greatest; those without one last; then as they came.
    func sorted(_ entries: [Entry], by name: String, isDescending: Bool) -> [Entry] {
        let keyed = entries.enumerated().map { place, entry in
            let numbers = entry.numbers(name)
            return (place, entry, isDescending ? numbers.max() : numbers.min())
        }
        return keyed.sorted { left, right in
            switch (left.2, right.2) {
            case (nil, nil): left.0 < right.0
            case (nil, _): false
            case (_, nil): true
            case (let a?, let b?):
                a == b ? left.0 < right.0 : isDescending ? a > b : a < b
            }
        }.map(\.1)
    }
}

extension [UInt8] {
    fileprivate func precedes(_ other: String.UTF8View) -> Bool {
        lexicographicallyPrecedes(other)
    }
}
