internal import CDocketText

/// The language of a text, as the tokenizer knows it.
package struct TextLanguage: Hashable, Sendable {
    /// Its place in the tokenizer's list of languages, by which C names it.
    package let number: Int

    /// Nobody said which: words of ASCII are taken for English, Cyrillic ones for Russian, and so
    /// on.
    package static let unknown = TextLanguage(code: nil)

    /// The language of an ISO 639-1 code; unknown for nil and for codes that are not in the list.
    package init(code: String?) {
        let bytes = Array((code ?? "").utf8)
        number = bytes.count == 2 ? docket_language_named(bytes[0], bytes[1]) : 0
    }

    /// Whether it writes several words as one, of which the last says what it is.
    package var joinsWords: Bool { docket_language_joins_words(number) }

    /// Whether its stems may begin with another letter than their words.
    var changesBeginnings: Bool { docket_language_changes_beginnings(number) }
}
