internal import DocketCore
internal import DocketText

/// How documents write what the index holds folded.
struct WrittenTexts {
    /// Letters of a body that are looked through for a word.
    private static let bodyLetters = 4 << 10
    let connection: ConnectionHandle
    let schema: CollectionSchema
    let cutter: WordCutter

    /// The title, or the value of a keyword, that a document has for a term of wholes and that
    /// begins with `beginning`.
    func whole(
        _ term: String,
        beginningWith beginning: String,
        in document: Int64
    ) throws -> (text: String, kind: Suggestion.Kind)? {
        let title = try text("title", of: document)
        if isWhole(title, term, beginning) { return (title, .title) }
        let slots = schema.completedSlots
        for attribute in try attributes(of: document) where slots.contains(attribute.slot) {
            for value in attribute.values {
                let text = String(decoding: value.bytes, as: UTF8.self)
                if isWhole(text, term, beginning) { return (text, .keyword) }
            }
        }
        return nil
    }

    private func isWhole(_ text: String, _ term: String, _ beginning: String) -> Bool {
        // Every letter takes a byte or more.
        let language = TextLanguage(code: schema.language?.code)
        let folded = cutter.words(of: text, in: language, stemmed: .none).map(\.folded)
            .joined(separator: " ")
        guard folded.utf8.count <= CompletionsHandle.wholeBytes else {
            return folded.utf8.starts(with: term.utf8) && folded.utf8.starts(with: beginning.utf8)
        }
        return folded == term && folded.utf8.starts(with: beginning.utf8)
    }

    /// A word as a document writes it, in lower case; folded, where it stands beyond the beginning
    /// of the body alone.
    func word(_ folded: String, in document: Int64) throws -> String {
        let language = TextLanguage(code: schema.language?.code)
        let title = try text("title", of: document)
        if let word = cutter.written(folded, in: title, of: language) {
            return word.lowercased()
        }
        let body = try text("substr(body, 1, \(Self.bodyLetters))", of: document)
        if let word = cutter.written(folded, in: body, of: language) { return word.lowercased() }
        for attribute in try attributes(of: document) {
            let definition = schema.attributes[attribute.slot]
            guard definition.uses.contains(.search) else { continue }
            let own = definition.language.map { TextLanguage(code: $0.code) } ?? language
            for value in attribute.values {
                let text = String(decoding: value.bytes, as: UTF8.self)
                if let word = cutter.written(folded, in: text, of: own) { return word.lowercased() }
            }
        }
        return folded
    }

    private func text(_ column: String, of document: Int64) throws -> String {
        try first(column, of: document) { $0.text(0) } ?? ""
    }

    /// A column of the version that is indexed.
    private func first<Value>(
        _ column: String,
        of document: Int64,
        row: (StatementHandle) throws -> Value
    ) throws -> Value? {
        for table in ["indexed_contents", "contents"] {
            let statement = "SELECT \(column) FROM \(table) WHERE number = ?1"
            let found = try connection.first(statement, .integer(document), row: row)
            if let found { return found }
        }
        return nil
    }

    private func attributes(of document: Int64) throws -> [BoundAttribute] {
        guard let blob = try first("attributes", of: document, row: { $0.bytes(0) })
        else { return [] }
        guard let attributes = AttributeBlobCodec.decode(blob) else {
            throw DocketError(.dataLoss, "the attributes of a document are damaged")
        }
        // A schema of before may be asked with attributes of now.
        return attributes.filter { $0.slot < schema.attributes.count }
    }
}
