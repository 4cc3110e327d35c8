internal import DocketCore
internal import DocketText

/// Which columns of the index hold which fields.
struct SearchColumns {
    private let searchedSlots: ArraySlice<Int>
    private let completedSlots: [Int]
    /// By column.
    let languages: [TextLanguage]

    init(_ schema: CollectionSchema) {
        completedSlots = schema.completedSlots
        searchedSlots = schema.searchedSlots.prefix(CollectionTables.textColumns - 2)
        let languages =
            [schema.language, schema.language]
            + searchedSlots.map { schema.attributes[$0].language ?? schema.language }
        self.languages = languages.map { TextLanguage(code: $0?.code) }
    }

    /// nil for an attribute that is not searched.
    func column(of field: TextField) -> Int? {
        switch field {
        case .title: 0
        case .body: 1
        case .attribute(let slot): searchedSlots.firstIndex(of: slot).map { $0 + 2 }
        }
    }

    /// What completions of a document are made of.
    func wholes(_ title: String, _ attributes: [BoundAttribute]) -> [String] {
        let values = attributes.lazy.filter { completedSlots.contains($0.slot) }.flatMap(\.values)
        return [title] + values.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    /// The texts of a document by column; each value of an attribute is a text of its own.
    func texts(_ title: String, _ body: String, _ attributes: [BoundAttribute]) -> [[String]] {
        [[title], [body]]
            + searchedSlots.map { slot in
                let values = attributes.first { $0.slot == slot }?.values ?? []
                return values.map { String(decoding: $0.bytes, as: UTF8.self) }
            }
    }
}
