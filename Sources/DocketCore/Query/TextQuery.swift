/// The words of a search as a typed tree: a flat list of clauses.
///
/// The language: words, `"phrases"`, `-not`, `prefix*`, `field:word`; see
/// ``init(parsing:limits:)``.
public struct TextQuery: Hashable, Sendable {
    /// What a clause looks for.
    public enum Matcher: Hashable, Sendable {
        /// A word, in any of its inflections.
        case word(String)
        /// Words next to each other, as written.
        case phrase(String)
        /// Words that begin so, as written.
        case prefix(String)
    }

    /// One clause.
    public struct Clause: Hashable, Sendable {
        /// `title`, `body` or a searched attribute; nil for all of them.
        public var field: String?
        /// What it looks for.
        public var matcher: Matcher
        /// True when documents that match are left out.
        public var isExcluded: Bool

        /// A clause.
        public init(_ matcher: Matcher, in field: String? = nil, isExcluded: Bool = false) {
            self.field = field
            self.matcher = matcher
            self.isExcluded = isExcluded
        }
    }

    /// The clauses in the order written.
    public var clauses: [Clause]

    /// A query of these clauses.
    public init(_ clauses: [Clause] = []) { self.clauses = clauses }

    /// True when there is nothing to look for.
    public var isEmpty: Bool { clauses.isEmpty }
}

extension TextQuery {
    /// Reads what a person typed.
    ///
    /// White space separates clauses. `"` begins and ends a phrase. A leading `-` excludes. A
    /// trailing `*` on a word asks for a prefix. `name:` before a word or phrase looks only in that
    /// field, where `name` is a lower-case name; anything else with a colon is an ordinary word.
    /// There is nothing else: all other characters are text, and no text is a syntax error but a
    /// phrase that does not end.
    ///
    /// - Throws: ``DocketError`` for a text over 4 KiB, over 64 clauses, or an open phrase.
    public init(parsing text: String, limits: Limits = Limits()) throws(DocketError) {
        guard text.utf8.count <= limits.queryBytes else {
            throw .invalid(
                "query",
                "is \(text.utf8.count) bytes, the limit is \(limits.queryBytes)"
            )
        }
        var parser = TextQueryParser(text)
        var clauses: [Clause] = []
        while let clause = try parser.next() {
            guard clauses.count < limits.queryTerms else {
                throw .invalid("query", "has over \(limits.queryTerms) terms, which is the limit")
            }
            clauses.append(clause)
        }
        self.clauses = clauses
    }
}

private struct TextQueryParser {
    private let text: [Unicode.Scalar]
    private var place = 0

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    mutating func next() throws(DocketError) -> TextQuery.Clause? {
        while let scalar = peek, scalar.properties.isWhitespace { place += 1 }
        guard peek != nil else { return nil }
        let isExcluded = peek == "-" && place + 1 < text.count
        if isExcluded { place += 1 }
        let field = takeField()
        if peek == "\"" {
            let phrase = try takePhrase()
            return .init(.phrase(phrase), in: field, isExcluded: isExcluded)
        }
        var word = takeWord()
        if word.count > 1, word.last == "*" {
            word.removeLast()
            return .init(.prefix(word), in: field, isExcluded: isExcluded)
        }
        return .init(.word(word), in: field, isExcluded: isExcluded)
    }

    private var peek: Unicode.Scalar? { place < text.count ? text[place] : nil }

    /// `name:` when a word or phrase follows at once; otherwise takes nothing.
    private mutating func takeField() -> String? {
        var end = place
        var name = ""
        while end < text.count, text[end] != ":" {
            name.unicodeScalars.append(text[end])
            end += 1
            if name.utf8.count > 64 { return nil }
        }
        guard end + 1 < text.count, !text[end + 1].properties.isWhitespace,
            ResourceName.fault(in: name) == nil
        else { return nil }
        place = end + 1
        return name
    }

    private mutating func takePhrase() throws(DocketError) -> String {
        place += 1
        var phrase = String.UnicodeScalarView()
        while let scalar = peek {
            place += 1
            if scalar == "\"" { return String(phrase) }
            phrase.append(scalar)
        }
        throw .invalid("query", "a phrase begins with \" and does not end")
    }

    private mutating func takeWord() -> String {
        var word = String.UnicodeScalarView()
        while let scalar = peek, !scalar.properties.isWhitespace, scalar != "\"" {
            word.append(scalar)
            place += 1
        }
        return String(word)
    }
}
