/// The indices of an engine that one version of Docket can write and search: what their names, and
/// those of their aliases, begin with.
///
/// Another layout of fields, or another way to cut words, is another series.
package struct IndexSeries: Hashable, Sendable {
    /// What the operator has all names begin with.
    package let prefix: String
    /// Of the fields; rises.
    package let layout: Int
    /// Of what cuts texts into words; rises.
    package let tokenizer: Int
    /// As `docket-4.3`.
    package let text: String
    /// What the names of its indices begin with.
    package let start: String

    package init(prefix: String, layout: Int, tokenizer: Int) {
        self.prefix = prefix
        self.layout = layout
        self.tokenizer = tokenizer
        text = "\(prefix)-\(layout).\(tokenizer)"
        start = "\(text)-"
    }

    /// nil for what is no ``text``.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.last?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        guard parts.count > 1, numbers.count == 2, let layout = Int(numbers[0]),
            let tokenizer = Int(numbers[1])
        else { return nil }
        self.init(
            prefix: parts.dropLast().joined(separator: "-"),
            layout: layout,
            tokenizer: tokenizer
        )
        guard self.text == text else { return nil }
    }

    package func has(_ place: IndexPlace) -> Bool { place.name.hasPrefix(start) }

    /// Whether it is the same operator's and of a later version.
    package func succeeds(_ other: IndexSeries) -> Bool {
        prefix == other.prefix
            && (layout, tokenizer) != (other.layout, other.tokenizer)
            && layout >= other.layout && tokenizer >= other.tokenizer
    }
}
