/// The words of a search as a typed tree: a flat list of clauses.
///
/// The language: words, `"phrases"`, `-not`, `prefix*`, `field:word`; see
/// ``init(parsing:limits:isField:)``.
public struct TextQuery: Hashable, Sendable {
    /// What a clause looks for.
    public enum Matcher: Hashable, Sendable {
        /// A word, in any of its inflections.
        case word(String)
        /// Words next to each other, each as it is.
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

    /// True when nothing is looked for and nothing left out.
    public var isEmpty: Bool { clauses.isEmpty }

    /// True when something is looked for, beside what is left out.
    public var hasWanted: Bool { clauses.contains { !$0.isExcluded } }
}

extension TextQuery {
    /// Reads what a person typed or pasted; no text of at most 4 KiB is an error.
    ///
    /// White space separates clauses. `"` begins a phrase, which the next `"` or the text ends. A
    /// `-` right before a letter, a digit or a quote excludes. A trailing `*` on a word asks for a
    /// prefix. `name:` right before a word or phrase looks only in that field, where `isField`
    /// says that `name` is one. There is nothing else: all other characters are text.
    ///
    /// - Throws: ``DocketError`` for a text over 4 KiB.
    public init(
        parsing text: String,
        limits: Limits = Limits(),
        isField: (_ name: String) -> Bool
    ) throws(DocketError) {
        guard text.utf8.count <= limits.queryBytes else {
            throw .invalid(
                "query",
                "is \(text.utf8.count) bytes, the limit is \(limits.queryBytes)",
                limit: limits.queryBytes
            )
        }
        var parser = TextQueryParser(text)
        clauses = []
        while let clause = parser.next(isField) { clauses.append(clause) }
    }
}

private struct TextQueryParser {
    /// Longest name of a field.
    private static let nameBytesMaximum = Limits().nameBytes
    private let text: [Unicode.Scalar]
    private var place = 0

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    mutating func next(_ isField: (String) -> Bool) -> TextQuery.Clause? {
        while let scalar = peek, scalar.properties.isWhitespace { place += 1 }
        guard peek != nil else { return nil }
        let isExcluded = takeExclusion()
        let field = takeField(isField)
        if peek == "\"" {
            return .init(.phrase(takePhrase()), in: field, isExcluded: isExcluded)
        }
        var word = takeWord()
        if word.count > 1, word.last == "*" {
            word.removeLast()
            return .init(.prefix(word), in: field, isExcluded: isExcluded)
        }
        return .init(.word(word), in: field, isExcluded: isExcluded)
    }

    private var peek: Unicode.Scalar? { place < text.count ? text[place] : nil }

    /// `-` in front of something to leave out; arrows, rules and options of commands are text.
    private mutating func takeExclusion() -> Bool {
        guard peek == "-", place + 1 < text.count else { return false }
        let following = text[place + 1]
        let properties = following.properties
        guard following == "\"" || properties.isAlphabetic || properties.numericType != nil else {
            return false
        }
        place += 1
        return true
    }

    /// `name:` of a field when a word or phrase follows at once; otherwise takes nothing.
    private mutating func takeField(_ isField: (String) -> Bool) -> String? {
        var end = place
        var name = ""
        while end < text.count, text[end] != ":" {
            name.unicodeScalars.append(text[end])
            end += 1
            if name.utf8.count > Self.nameBytesMaximum { return nil }
        }
        guard end + 1 < text.count, !text[end + 1].properties.isWhitespace, isField(name) else {
            return nil
        }
        place = end + 1
        return name
    }

    private mutating func takePhrase() -> String {
        place += 1
        var phrase = String.UnicodeScalarView()
        while let scalar = peek {
            place += 1
            if scalar == "\"" { break }
            phrase.append(scalar)
        }
        return String(phrase)
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
