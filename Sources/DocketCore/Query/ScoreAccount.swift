/// What makes the unscaled score of a hit, as an index says it: without a look at the texts.
package struct ScoreAccount: Hashable, Sendable {
    package struct Part: Hashable, Sendable {
        /// With its unscaled score, and without places.
        package var part: ScorePart
        /// What the term looks for in texts.
        package var sought: [SoughtWords]

        package init(_ part: ScorePart, _ sought: [SoughtWords] = []) {
            self.part = part
            self.sought = sought
        }
    }

    package var parts: [Part]
    /// Whether the parts say idf: never of an index that tenants share, since it tells of all.
    package var hasStatistics: Bool

    package init(parts: [Part], hasStatistics: Bool) {
        self.parts = parts
        self.hasStatistics = hasStatistics
    }
}

/// Words that a term looks for, as texts are searched for them.
package struct SoughtWords: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// Next to each other, in any of their inflections.
        case inflected
        /// Next to each other, each as it is.
        case exact
        /// The same, the last one the beginning of a word.
        case beginning
    }

    package var kind: Kind
    /// Folded.
    package var text: String
    /// nil for all fields.
    package var field: String?
    package var source: WordPlaces.Source

    package init(_ kind: Kind, _ text: String, in field: String?, _ source: WordPlaces.Source) {
        self.kind = kind
        self.text = text
        self.field = field
        self.source = source
    }
}

extension QueryTerms.Term {
    /// What it looks for, and its synonyms.
    package var sought: [SoughtWords] {
        let own =
            switch kind {
            case .inflected: SoughtWords(.inflected, text, in: field, source)
            case .exact: SoughtWords(.exact, text, in: field, source)
            case .prefix: SoughtWords(.beginning, text, in: field, .beginning)
            // Letters are words of their own.
            case .gram: SoughtWords(.exact, shownText, in: field, source)
            }
        return [own] + synonyms.map { SoughtWords(.inflected, $0.text, in: field, .synonym) }
    }

    /// A part is of a compound, unless it is a row of words that have synonyms together.
    private var source: WordPlaces.Source {
        role == .part && kind != .gram && words.count == 1 ? .compound : .written
    }
}
