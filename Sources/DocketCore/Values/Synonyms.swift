/// Words that mean the same to those who search a collection.
public struct SynonymRule: Hashable, Sendable {
    /// Who searches one of these finds ``meanings`` as well, without meanings all others of these.
    ///
    /// Each is of 1 to 4 words and at most 64 bytes.
    public var words: [String]
    /// What is found as well, and does not find ``words``.
    public var meanings: [String]

    /// One way with meanings, both ways without.
    public init(_ words: [String], meanings: [String] = []) {
        self.words = words
        self.meanings = meanings
    }
}

/// The synonyms of a collection, as queries look them up.
public struct Synonyms: Hashable, Sendable {
    /// Folded: without case, accents and signs, one space between two words.
    public let rules: [SynonymRule]
    private let others: [String: [String]]
    /// Words of the longest that has others.
    package let longest: Int

    /// None.
    public init() {
        (rules, others, longest) = ([], [:], 0)
    }

    /// Synonyms by rules whose words `fold` folds.
    ///
    /// - Throws: ``DocketError`` `invalidArgument` that names the rule and the limit it breaks.
    package init(
        _ rules: [SynonymRule],
        _ limits: Limits,
        fold: (String) -> String
    ) throws(DocketError) {
        guard rules.count <= limits.synonymRules else {
            throw .invalid(
                "rules",
                "are \(rules.count), the limit is \(limits.synonymRules)",
                limit: limits.synonymRules
            )
        }
        var folded: [SynonymRule] = []
        var others: [String: [String]] = [:]
        var bytes = 0
        for (place, asked) in rules.enumerated() {
            let check = RuleCheck(field: "rules.\(place)", limits: limits)
            let rule = try check.folded(asked, fold)
            bytes += (rule.words + rule.meanings).reduce(0) { $0 + $1.utf8.count }
            guard bytes <= limits.synonymBytes else {
                throw .invalid(
                    "rules",
                    "have over \(limits.synonymBytes) bytes",
                    limit: limits.synonymBytes
                )
            }
            for word in rule.words {
                let meanings = rule.meanings.isEmpty ? rule.words : rule.meanings
                for meaning in meanings where meaning != word {
                    if others[word, default: []].contains(meaning) { continue }
                    others[word, default: []].append(meaning)
                }
                try check.count(others[word]?.count ?? 0, of: word)
            }
            folded.append(rule)
        }
        self.rules = folded
        self.others = others
        longest = others.keys.reduce(0) { max($0, $1.split(separator: " ").count) }
    }

    /// What is found beside these words, which are folded, with a space between two.
    package subscript(words words: String) -> [String] { others[words] ?? [] }

    /// Whether the rules are the same.
    public static func == (one: Synonyms, other: Synonyms) -> Bool { one.rules == other.rules }

    /// Hashes the rules.
    public func hash(into hasher: inout Hasher) { hasher.combine(rules) }
}

/// Holds one rule against the limits.
private struct RuleCheck {
    /// Words of what has, or is, a synonym.
    private static let wordsMaximum = 4

    let field: String
    let limits: Limits

    func folded(_ rule: SynonymRule, _ fold: (String) -> String) throws(DocketError) -> SynonymRule
    {
        let count = rule.words.count + rule.meanings.count
        guard count <= limits.synonymsOfRule else {
            throw .invalid(
                field,
                "has \(count) synonyms, the limit is \(limits.synonymsOfRule)",
                limit: limits.synonymsOfRule
            )
        }
        guard count >= 2, !rule.words.isEmpty else {
            throw .invalid(field, "needs two synonyms, or one and a meaning")
        }
        return SynonymRule(
            try rule.words.map { (text) throws(DocketError) in try term(text, fold) },
            meanings: try rule.meanings.map { (text) throws(DocketError) in try term(text, fold) }
        )
    }

    private func term(_ text: String, _ fold: (String) -> String) throws(DocketError) -> String {
        guard text.utf8.count <= limits.nameBytes else {
            throw .invalid(
                field,
                "a synonym has \(text.utf8.count) bytes, the limit is \(limits.nameBytes)",
                limit: limits.nameBytes
            )
        }
        let folded = fold(text)
        let words = folded.split(separator: " ").count
        guard folded.utf8.count <= limits.nameBytes else {
            throw .invalid(
                field,
                "a synonym has over \(limits.nameBytes) bytes without case and accents",
                limit: limits.nameBytes
            )
        }
        guard words > 0 else { throw .invalid(field, "a synonym has no letter and no digit") }
        guard words <= Self.wordsMaximum else {
            throw .invalid(
                field,
                "a synonym has \(words) words, the limit is \(Self.wordsMaximum)",
                limit: Self.wordsMaximum
            )
        }
        return folded
    }

    func count(_ others: Int, of word: String) throws(DocketError) {
        guard others <= limits.synonymsOfRule else {
            throw .invalid(
                field,
                "\(word) has over \(limits.synonymsOfRule) synonyms in all rules",
                limit: limits.synonymsOfRule
            )
        }
    }
}
