internal import DocketCore
internal import DocketText
internal import DocketWords

/// Cuts the highlights of hits from what the truth has of their texts.
struct HitHighlights {
    private struct Cut {
        let field: TextField
        let name: String
        let highlighter: Highlighter
    }

    private let cuts: [Cut]

    var isEmpty: Bool { cuts.isEmpty }

    init(_ plan: SearchPlan) {
        let clauses = plan.text.clauses + Self.synonyms(plan)
        cuts = plan.highlights.compactMap { field in
            let name = field.name(in: plan.collection.schema)
            let highlighter = Highlighter(of: name, clauses, plan.collection.schema)
            return highlighter.isEmpty
                ? nil : Cut(field: field, name: name, highlighter: highlighter)
        }
    }

    /// What is found in the places of words.
    private static func synonyms(_ plan: SearchPlan) -> [TextQuery.Clause] {
        guard !plan.highlights.isEmpty, !plan.synonyms.rules.isEmpty else { return [] }
        let cutter = WordCutter()
        let terms = QueryTerms(plan.text, plan.match, plan.synonyms) { text, field in
            let language = TextLanguage(code: plan.collection.schema.language(of: field)?.code)
            let words = cutter.words(of: text, in: language, stemmed: .none)
            return ClauseWords(words.map { ClauseWords.Word($0.folded, stems: []) })
        }
        return terms.synonymClauses(of: terms.all)
    }

    /// `shows` with the texts that the highlights are cut from.
    func selection(with shows: FieldSelection) -> FieldSelection {
        var selection = shows
        for cut in cuts {
            switch cut.field {
            case .title: selection.title = true
            case .body: selection.body = true
            case .attribute(let slot): selection.slots?.insert(slot)
            }
        }
        return selection
    }

    /// Bytes of the document that are looked at.
    func bytes(of document: Document) -> Int {
        cuts.reduce(0) { sum, cut in
            switch cut.field {
            case .title: sum + document.title.utf8.count
            case .body: sum + min(document.body.utf8.count, Highlighter.textBytesMaximum)
            case .attribute: sum + text(cut, document).utf8.count
            }
        }
    }

    /// In the order of the plan, without fields that have nothing of what is looked for.
    func highlights(of document: Document) -> [Highlight] {
        cuts.compactMap { cut in
            cut.highlighter.fragment(of: text(cut, document)).map {
                Highlight(field: cut.name, fragment: $0.text, ranges: $0.ranges)
            }
        }
    }

    /// Values of an attribute are looked at together, one a line.
    private func text(_ cut: Cut, _ document: Document) -> String {
        switch cut.field {
        case .title: document.title
        case .body: document.body
        case .attribute:
            document[cut.name].compactMap { value in
                if case .string(let string) = value { string } else { nil }
            }.joined(separator: "\n")
        }
    }
}

extension Document {
    /// The document without what `selection` does not name.
    func showing(only selection: FieldSelection, of schema: CollectionSchema) -> Document {
        Document(
            id: id,
            title: selection.title ? title : "",
            body: selection.body ? body : "",
            attributes: attributes.filter { attribute in
                guard let slots = selection.slots else { return true }
                return schema.slot(of: attribute.name).map(slots.contains) ?? false
            }
        )
    }
}
