internal import DocketCore
internal import DocketText

/// The words of a search in the language of FTS5.
///
/// Whatever a caller typed stands inside quotes, so that nothing of it is syntax there.
struct MatchExpression {
    /// Words of all clauses together; scripts without spaces give one for each letter.
    static let wordsMaximum = 256
    /// The least a prefix has in bytes: one letter of ASCII begins a tenth of all words, and their
    /// lists are read before anything can stop it.
    static let prefixBytesMinimum = 2

    /// Finds what matches; nil when every document without the excluded words does.
    let included: String?
    /// Finds what is left out, nil when nothing is; already part of `included` where that is set.
    let excluded: String?
    /// True when words were asked for that no document can have, as `++`.
    let isEmpty: Bool

    /// - Throws: ``DocketError`` `invalidArgument` for too many words or too short a prefix.
    init(_ plan: SearchPlan) throws(DocketError) {
        var clauses: [TextQuery.Clause] = []
        var words = 0
        for clause in plan.text.clauses {
            let found = TextNormalizer.canonical(clause.words).split(separator: " ")
            guard let last = found.last else { continue }
            words += found.count
            clauses.append(clause)
            if case .prefix = clause.matcher, last.utf8.count < Self.prefixBytesMinimum {
                throw .invalid("query", "a prefix has at least \(Self.prefixBytesMinimum) letters")
            }
        }
        guard words <= Self.wordsMaximum else {
            throw .invalid("query", "has \(words) words, the limit is \(Self.wordsMaximum)")
        }
        let wanted = clauses.filter { !$0.isExcluded }.map { Self.clause($0, plan) }
        let unwanted = clauses.filter(\.isExcluded).map { Self.clause($0, plan) }
        isEmpty = wanted.isEmpty && plan.text.clauses.contains { !$0.isExcluded }
        excluded = unwanted.isEmpty ? nil : unwanted.joined(separator: " OR ")
        let joined = wanted.joined(separator: plan.match == .all ? " AND " : " OR ")
        switch (wanted.isEmpty, excluded) {
        case (true, _): included = nil
        case (false, nil): included = joined
        case (false, let excluded?): included = "(\(joined)) NOT (\(excluded))"
        }
    }

    private static func clause(_ clause: TextQuery.Clause, _ plan: SearchPlan) -> String {
        let column = column(of: clause.field, plan).map { "\($0) : " } ?? ""
        return switch clause.matcher {
        case .word: column + quoted("\u{2}" + clause.words)
        // The space keeps a text that itself begins with the mark from being taken for one.
        case .phrase: column + quoted(" " + clause.words)
        case .prefix: column + quoted(" " + clause.words) + " *"
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

extension TextQuery.Clause {
    /// What it looks for, as typed.
    var words: String {
        switch matcher {
        case .word(let words), .phrase(let words), .prefix(let words): words
        }
    }
}
