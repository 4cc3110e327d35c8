internal import Foundation

/// What searches over JSON documents mean, said as simply as possible and by code of its own: it
/// reads the lines, cuts their words and compares their values without anything of the store.
package struct JSONOracle {
    /// A document as JSON has it.
    package struct Entry {
        package let id: String
        /// Among the entries.
        package fileprivate(set) var place: Int
        package let words: [String: [String]]
        /// Pairs of letters that stand together, and runs of letters.
        fileprivate let grams: [String: [Term]]
        package let attributes: [String: [Any]]
        private let texts: [String: [String]]
        private let numbers: [String: [Double]]
        /// In words, those of the title four times.
        package let length: Double
        /// The words of title and body: what is next to each other is in one of them.
        let runs: [[String]]
        /// Words that stand by themselves in the title.
        let names: Set<String>

        package init(line: String) throws {
            place = 0
            let json = try JSONSerialization.jsonObject(with: Data(line.utf8))
            let fields = json as? [String: Any] ?? [:]
            id = fields["id"] as? String ?? ""
            attributes = (fields["attributes"] as? [String: Any] ?? [:]).mapValues {
                $0 as? [Any] ?? [$0]
            }
            let texts = attributes.compactMapValues { $0 as? [String] }
            self.texts = texts
            numbers = attributes.mapValues { values in
                values.compactMap { ($0 as? NSNumber)?.doubleValue }
            }
            var words: [String: [String]] = [:]
            for field in ["title", "body"] {
                words[field] = Self.cut(fields[field] as? String ?? "")
            }
            for field in ["author", "note"] {
                words[field] = (texts[field] ?? []).flatMap(Self.cut)
            }
            grams = words.mapValues { $0.flatMap(Self.grams) }
            self.words = words.mapValues { $0.flatMap(Self.letters) }
            let title = self.words["title"] ?? []
            runs = [title, self.words["body"] ?? []]
            let pieces = (fields["title"] as? String ?? "").split(separator: " ")
            names = Set(pieces.map { Self.cut(String($0)) }.filter { $0.count == 1 }.joined())
            length = Double(self.words.values.reduce(0) { $0 + $1.count } + 3 * title.count)
        }

        /// Each letter is a word of its own.
        private static func letters(of word: String) -> [String] {
            word.isLetters ? word.map(String.init) : [word]
        }

        private static func grams(of word: String) -> [Term] {
            word.isLetters ? word.pairs.map { .letters($0) } + [.run(word)] : []
        }

        private static func cut(_ text: String) -> [String] {
            text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        }

        package func texts(_ name: String) -> [String] { texts[name] ?? [] }

        package func numbers(_ name: String) -> [Double] { numbers[name] ?? [] }
    }

    /// A part of a query: what is looked for in which field, nil for all of them.
    package enum Term: Hashable {
        case word(String, field: String?)
        case prefix(String)
        case phrase([String])
        /// One word for whoever wrote it, several for the index.
        case compound([String])
        /// Letters of a script without spaces.
        case letters(String)
        /// Letters that stand by themselves.
        case run(String)

        package var text: String {
            switch self {
            case .word(let word, let field): field.map { "\($0):\(word)" } ?? word
            case .prefix(let prefix): prefix + "*"
            case .phrase(let words): "\"\(words.joined(separator: " "))\""
            case .compound(let words): words.joined(separator: "::")
            case .letters(let letters), .run(let letters): letters
            }
        }

        /// What counts beside the term where some of a query is enough.
        package var parts: [Term] {
            switch self {
            case .compound(let words): words.map { .word($0, field: nil) }
            case .letters(let letters) where letters.count > 2: letters.pairs.map { .letters($0) }
            default: []
            }
        }

        /// What counts beside the term in any query.
        fileprivate var runs: [Term] {
            if case .letters(let letters) = self { [.run(letters)] } else { [] }
        }

        /// How often it is there; in a title it counts four times, up to three of them.
        package func frequency(in entry: Entry) -> Double {
            entry.words.reduce(0) { sum, field in
                let found = Double(count(in: entry, field.key))
                return sum + (field.key == "title" ? 4 * min(found, 3) : found)
            }
        }

        /// Whether documents that are gone count among those that have it: of what is found by the
        /// places of words only living ones do.
        fileprivate var countsRemoved: Bool {
            switch self {
            case .word(_, let field): field == nil
            case .letters(let letters): letters.count == 2
            case .run: true
            case .prefix, .phrase, .compound: false
            }
        }

        func isInTitle(of entry: Entry) -> Bool { count(in: entry, "title") > 0 }

        /// What it counts in a query of more than four terms: a short word of letters less.
        var share: Double {
            guard case .word(let word, _) = self, word.allSatisfy(\.isLetter) else { return 1 }
            return min(Double(word.count), 4) / 4
        }

        private func count(in entry: Entry, _ name: String) -> Int {
            let words = entry.words[name] ?? []
            switch self {
            case .letters(let letters) where letters.count != 2:
                return Term.phrase(letters.map(String.init)).count(in: entry, name)
            case .letters, .run: return entry.grams[name]?.count { $0 == self } ?? 0
            case .word(let word, let field):
                return field == nil || field == name ? words.count { $0 == word } : 0
            case .prefix(let prefix): return words.count { $0.hasPrefix(prefix) }
            case .phrase(let wanted), .compound(let wanted):
                return words.indices.count {
                    words[$0] == wanted.first && words[$0...].starts(with: wanted)
                }
            }
        }
    }

    /// A filter as people write it, and what it means.
    package struct Condition {
        package let text: String
        package let matches: (Entry) -> Bool
    }

    package struct Query {
        package var terms: [Term] = []
        package var excluded: [Term] = []
        package var isAny = false
        package var condition: Condition?

        package var text: String {
            (terms.map(\.text) + excluded.map { "-" + $0.text }).joined(separator: " ")
        }

        /// With the times that each was written; where some are enough, the parts of terms as well.
        package var lookedFor: [Term: Double] {
            let parts = terms.flatMap { (isAny ? $0.parts : []) + $0.runs }
            return (terms + parts).reduce(into: [:]) { times, term in
                times[term, default: 0] += 1
            }
        }
    }

    /// What is kept of each term that was asked for, since many queries have the same.
    private final class KnownTerms {
        var frequencies: [Term: [Int: Double]] = [:]
    }

    package let entries: [Entry]
    /// Entries that no search finds and that count in the statistics of scores.
    let removed: [Entry]
    /// The places of the entries that have a word, in any field.
    private let places: [String: Set<Int>]
    private let known = KnownTerms()

    package init(lines: [String]) throws {
        self.init(try lines.map { try Entry(line: $0) })
    }

    /// An oracle of entries in their order, beside those that were removed and still count.
    package init(_ entries: [Entry], removed: [Entry] = []) {
        self.entries = entries.enumerated().map { place, entry in
            var entry = entry
            entry.place = place
            return entry
        }
        self.removed = removed
        places = self.entries.reduce(into: [:]) { places, entry in
            for word in entry.words.values.joined() {
                places[word, default: []].insert(entry.place)
            }
        }
    }

    /// How often the term is in the entries that have it, by their places.
    func frequencies(_ term: Term) -> [Int: Double] {
        if let found = known.frequencies[term] { return found }
        var found: [Int: Double] = [:]
        for place in candidates(term) {
            let frequency = term.frequency(in: entries[place])
            if frequency > 0 { found[place] = frequency }
        }
        known.frequencies[term] = found
        return found
    }

    /// How many entries have the term, of all that count in its statistics.
    func count(_ term: Term) -> Int {
        let found = frequencies(term).count
        return term.countsRemoved
            ? found + removed.count { term.frequency(in: $0) > 0 } : found
    }

    /// The places where the term may be: elsewhere a word of it is missing.
    private func candidates(_ term: Term) -> Set<Int> {
        switch term {
        case .word(let word, _): places[word] ?? []
        case .prefix(let prefix):
            places.reduce(into: []) { if $1.key.hasPrefix(prefix) { $0.formUnion($1.value) } }
        case .phrase(let words), .compound(let words): words.first.flatMap { places[$0] } ?? []
        case .letters(let letters), .run(let letters):
            letters.first.flatMap { places[String($0)] } ?? []
        }
    }

    package func haveAll(_ query: Query) -> (Entry) -> Bool {
        let complete = placesWithAll(query)
        return { complete.contains($0.place) }
    }

    private func placesWithAll(_ query: Query) -> Set<Int> {
        query.terms.reduce(Set(entries.indices)) { $0.intersection(frequencies($1).keys) }
    }

    /// The entries with the words of the query, whatever its condition says.
    package func withWords(_ query: Query) -> [Entry] {
        var places = placesWithAll(query)
        if query.isAny {
            for term in query.lookedFor.keys { places.formUnion(frequencies(term).keys) }
        }
        for term in query.excluded { places.subtract(frequencies(term).keys) }
        return places.sorted().map { entries[$0] }
    }

    package func matching(_ query: Query) -> [Entry] {
        withWords(query).filter { query.condition?.matches($0) ?? true }
    }

    /// Most first, then by value; each document counts once for each of its values.
    package func facet(_ entries: [Entry], _ name: String, limit: Int) -> [String] {
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
    package func sorted(_ entries: [Entry], by name: String, isDescending: Bool) -> [Entry] {
        // Those without a number have the last one of all.
        let last = isDescending ? -Double.infinity : .infinity
        let keys = entries.map { entry in
            let numbers = entry.numbers(name)
            return (isDescending ? numbers.max() : numbers.min()) ?? last
        }
        return entries.indices.sorted { one, other in
            keys[one] == keys[other]
                ? one < other : isDescending ? keys[one] > keys[other] : keys[one] < keys[other]
        }.map { entries[$0] }
    }
}

extension String {
    /// Whether it is of a script without spaces; documents have Chinese characters.
    fileprivate var isLetters: Bool {
        unicodeScalars.first.map { (0x4E00...0x9FFF).contains($0.value) } ?? false
    }

    /// Each two letters that stand together.
    fileprivate var pairs: [String] { zip(self, dropFirst()).map { "\($0)\($1)" } }
}

extension [UInt8] {
    fileprivate func precedes(_ other: String.UTF8View) -> Bool {
        lexicographicallyPrecedes(other)
    }
}
