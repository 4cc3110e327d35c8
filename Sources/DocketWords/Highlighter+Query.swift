package import DocketCore
package import DocketText

extension Highlighter {
    /// Marks what the clauses that may match in this field look for.
    package init(of field: String, _ clauses: [TextQuery.Clause], _ schema: CollectionSchema) {
        self.init(TextLanguage(code: schema.language(of: field)?.code))
        for clause in clauses where !clause.isExcluded {
            guard clause.field == nil || clause.field == field else { continue }
            switch clause.matcher {
            case .word(let words): add(inflected: words)
            case .phrase(let words): add(exact: words)
            case .prefix(let words): add(prefix: words)
            }
        }
    }
}

extension TextField {
    /// As searches name it.
    package func name(in schema: CollectionSchema) -> String {
        switch self {
        case .title: "title"
        case .body: "body"
        case .attribute(let slot): schema.attributes[slot].name
        }
    }
}
