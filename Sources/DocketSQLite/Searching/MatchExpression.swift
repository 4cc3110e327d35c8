internal import DocketCore

/// The terms of a search in the language of FTS5.
///
/// Whatever a caller typed is put inside quotes, so that nothing of it is syntax there.
struct MatchExpression {
    /// Finds what matches; nil when every document without the excluded words does.
    let included: String?
    /// Finds what has each of the demanded, with the same phrases as `included`; nil where nothing
    /// is demanded.
    let complete: String?
    /// Finds what is left out, nil when nothing is; already part of `included` where that is set.
    let excluded: String?
    /// True when words were asked for that no document can have, as `++`.
    let isEmpty: Bool
    /// How many leading phrases of `included` a document has each of that comes before those that
    /// have only some; 0 where all documents are alike in this.
    let demanded: Int
    /// Leading phrases of `included` that are looked for.
    let wanted: Int
    /// How often each of them was written, at most 255.
    let times: [UInt8]

    init(_ terms: QueryTerms, _ choice: TermChoice, _ plan: SearchPlan) {
        let clauses = choice.counted.filter { $0.role == .clause }
        let parts = choice.counted.filter { $0.role == .part }
        let phrases = (clauses + parts).map { Self.text(of: $0, plan) }
        let unwanted = choice.counted.filter { $0.role == .excluded }
            .map { Self.text(of: $0, plan) }
        isEmpty = terms.isNothing || (phrases.isEmpty && plan.text.hasWanted)
        excluded = unwanted.isEmpty ? nil : unwanted.joined(separator: " OR ")
        wanted = phrases.count
        times = (clauses + parts).map { UInt8(clamping: terms.times[$0] ?? 1) }
        demanded = plan.match == .any && wanted > 1 ? clauses.count : 0
        let joined = phrases.joined(separator: plan.match == .all ? " AND " : " OR ")
        included = Self.without(excluded, phrases.isEmpty ? nil : joined)
        guard demanded > 0 else {
            complete = nil
            return
        }
        // Whatever has a compound has its parts.
        let some = parts.isEmpty ? [] : ["(\(phrases[demanded...].joined(separator: " OR ")))"]
        let all = (phrases[..<demanded] + some).joined(separator: " AND ")
        complete = Self.without(excluded, all)
    }

    private static func without(_ excluded: String?, _ expression: String?) -> String? {
        guard let expression, let excluded else { return expression }
        return "(\(expression)) NOT (\(excluded))"
    }

    /// A term as one phrase.
    static func text(of term: QueryTerms.Term, _ plan: SearchPlan) -> String {
        let column = column(of: term.field, plan).map { "\($0) : " } ?? ""
        return switch term.kind {
        case .inflected: column + quoted("\u{2}" + term.text)
        // The space keeps a text that itself begins with the mark from being taken for one.
        case .exact: column + quoted(" " + term.text)
        case .prefix: column + quoted(" " + term.text) + " *"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars where scalar != "\0" {
            quoted.unicodeScalars.append(scalar)
            if scalar == "\"" { quoted.append("\"") }
        }
        return quoted + "\""
    }

    /// The column of the index that holds the field; nil for all.
    private static func column(of field: String?, _ plan: SearchPlan) -> String? {
        guard let field else { return nil }
        let schema = plan.collection.schema
        guard let slot = schema.slot(of: field) else { return field }
        return SearchColumns(schema).column(of: .attribute(slot: slot))
    }
}

/// Which columns of the index hold which fields.
struct SearchColumns {
    private let searchedSlots: [Int]

    init(_ schema: CollectionSchema) { searchedSlots = schema.searchedSlots }

    func column(of field: TextField) -> String? {
        switch field {
        case .title: return "title"
        case .body: return "body"
        case .attribute(let slot):
            guard let place = searchedSlots.firstIndex(of: slot),
                place + 2 < CollectionTables.textColumns.count
            else { return nil }
            return CollectionTables.textColumns[place + 2]
        }
    }

    /// The texts of a document in the order of the columns, nil for those without one.
    func texts(_ title: String, _ body: String, _ attributes: [BoundAttribute]) -> [String?] {
        var texts: [String?] = [title, body]
        for slot in searchedSlots.prefix(CollectionTables.textColumns.count - 2) {
            let values = attributes.first { $0.slot == slot }?.values
            texts.append(
                values?.map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: "\n")
            )
        }
        let missing = CollectionTables.textColumns.count - texts.count
        return texts + [String?](repeating: nil, count: missing)
    }
}
