internal import DocketCore
internal import DocketText

/// The terms of a search, in the words of the index.
struct IndexQuery {
    /// Those that are looked for, with what is left out.
    let terms: [IndexTerm]
    /// True when words were asked for that no document can have, as `++`.
    let isEmpty: Bool
    /// Whether a document has to have each of them.
    let demandsAll: Bool
    /// Terms of the query that do not count.
    let ignoredTerms: [IgnoredTerm]

    /// Whether some documents come first because they have all clauses.
    var weighsComplete: Bool { !demandsAll && wanted.count > 1 && hasClauses }
    var hasWanted: Bool { !wanted.isEmpty }
    private var wanted: [IndexTerm] { terms.filter { $0.role != .excluded } }
    private var hasClauses: Bool { terms.contains { $0.role == .clause } }

    /// `documents` says how many documents have a term.
    init(
        _ plan: SearchPlan,
        _ cutter: WordCutter,
        documents: (IndexTerm) throws -> Int
    ) throws {
        let terms = QueryTerms(plan.text, plan.match) { text in
            cutter.cut(text).words.split(separator: " ").map(String.init)
        }
        let columns = SearchColumns(plan.collection.schema)
        func term(_ term: QueryTerms.Term) -> IndexTerm {
            Self.term(term, terms.times[term] ?? 1, plan.collection.schema, columns, cutter)
        }
        let choice = try TermChoice(terms, plan) { asked, limit in
            min(limit, try documents(term(asked)))
        }
        let chosen = choice.counted.map(term)
        self.terms = chosen
        ignoredTerms = choice.ignored
        demandsAll = plan.match == .all
        let wants = chosen.contains { $0.role != .excluded }
        isEmpty = terms.isNothing || (!wants && plan.text.hasWanted)
    }

    private static func term(
        _ term: QueryTerms.Term,
        _ times: Int,
        _ schema: CollectionSchema,
        _ columns: SearchColumns,
        _ cutter: WordCutter
    ) -> IndexTerm {
        let cut = cutter.cut(term.text)
        let kind: IndexTerm.Kind =
            switch term.kind {
            case .inflected: .inflected
            case .exact: .exact
            case .prefix: .prefix
            }
        let role: IndexTerm.Role =
            switch term.role {
            case .clause: .clause
            case .part: .part
            case .excluded: .excluded
            }
        return IndexTerm(
            kind: kind,
            role: role,
            columns: term.field.map { field in
                columns.column(of: TextField(named: field, in: schema)).map { 1 << $0 } ?? 0
            },
            times: min(times, Int(UInt8.max)),
            words: kind == .inflected ? cut.stems : cut.words
        )
    }
}

extension TextField {
    /// The field that a search names, which its plan has checked.
    fileprivate init(named name: String, in schema: CollectionSchema) {
        if let slot = schema.slot(of: name) {
            self = .attribute(slot: slot)
        } else {
            self = name == "title" ? .title : .body
        }
    }

    func name(in schema: CollectionSchema) -> String {
        switch self {
        case .title: "title"
        case .body: "body"
        case .attribute(let slot): schema.attributes[slot].name
        }
    }
}
