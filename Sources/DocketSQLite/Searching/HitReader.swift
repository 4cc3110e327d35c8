internal import DocketCore
internal import DocketText
internal import DocketWords

/// Reads what a hit shows: the indexed version, whole.
struct HitReader {
    private let plan: SearchPlan
    private let connection: ConnectionHandle
    private let decoder: AttributeNames
    /// Texts that are read for a hit: those that are shown or highlighted.
    private let readsTitle: Bool
    private let readsBody: Bool
    private let highlighters: [(field: TextField, name: String, highlighter: Highlighter)]
    private var explainer: HitExplainer?

    /// The words of `marked` are those that highlights show.
    init(
        _ plan: SearchPlan,
        _ marked: TextQuery,
        _ connection: ConnectionHandle
    ) {
        self.plan = plan
        self.connection = connection
        let schema = plan.collection.schema
        decoder = AttributeNames(schema)
        highlighters = plan.highlights.map { field in
            let name = field.name(in: schema)
            return (field, name, Highlighter(of: name, marked.clauses, schema))
        }
        let read = highlighters.filter { !$0.highlighter.isEmpty }.map(\.field)
        readsTitle = plan.shows.title || plan.explains || read.contains(.title)
        readsBody = plan.shows.body || plan.explains || read.contains(.body)
        explainer = plan.explains ? HitExplainer(schema) : nil
    }

    /// The hits, until their bytes pass the plan's; at least one of them.
    ///
    /// `accounts` has what makes the scores of those that are explained, by the same places.
    mutating func read(
        _ ranked: ArraySlice<RankedHit>,
        _ order: HitOrder,
        _ accounts: [ScoreAccount]? = nil
    ) throws -> [FoundDocument] {
        var hits: [FoundDocument] = []
        var bytes = 0
        for place in ranked.indices {
            // A hit may be a megabyte.
            try connection.watch.spend(WorkWatch.unitsBetweenLooks)
            let sortValues = order.sortValues(of: ranked[place], plan.collection.schema)
            let found = try read(ranked[place], sortValues, accounts?[place])
            guard let found else { continue }
            bytes += found.bytes
            if bytes > plan.replyBytes, !hits.isEmpty { break }
            hits.append(found)
        }
        return hits
    }

    /// What is indexed of a document; a text is empty where nobody asks for it.
    private struct Visible {
        var attributes: [BoundAttribute]
        var shown: [Attribute]
        var title: String
        var body: String

        /// The values of a field, by its name.
        func texts(of field: String, _ schema: CollectionSchema) -> [String] {
            switch field {
            case "title": return [title]
            case "body": return [body]
            default:
                guard let slot = schema.slot(of: field) else { return [] }
                return attributes.first { $0.slot == slot }?.texts ?? []
            }
        }
    }

    /// nil when the document is no longer there, which the one moment of a search excludes.
    private mutating func read(
        _ hit: RankedHit,
        _ sortValues: [AttributeValue?],
        _ account: ScoreAccount?
    ) throws -> FoundDocument? {
        let row = try connection.first(
            "SELECT id, state, version, indexed_version FROM documents WHERE number = ?1",
            .integer(hit.number)
        ) { row in
            (
                id: row.text(0), state: DocumentState(rawValue: UInt8(clamping: row.integer(1))),
                newest: row.unsigned(2), version: row.unsigned(3)
            )
        }
        guard let row, let visible = try visible(hit.number, isNewest: row.version == row.newest)
        else { return nil }
        return FoundDocument(
            number: UInt64(bitPattern: hit.number),
            version: row.version,
            state: row.state ?? .indexed,
            score: hit.score,
            sortValues: sortValues,
            document: Document(
                id: row.id,
                title: plan.shows.title ? visible.title : "",
                body: plan.shows.body ? visible.body : "",
                attributes: visible.shown
            ),
            highlights: try highlights(visible),
            explanation: account.flatMap { account in
                explainer?.explanation(account) { visible.texts(of: $0, plan.collection.schema) }
            }
        )
    }

    /// Of a document whose newer version waits, what is indexed is kept apart.
    private func visible(_ number: Int64, isNewest: Bool) throws -> Visible? {
        let columns = "attributes, \(readsTitle ? "title" : "''"), \(readsBody ? "body" : "''")"
        let marks =
            plan.explains
            || highlighters.contains { field, _, _ in field != .title && field != .body }
        for table in isNewest ? ["contents"] : ["indexed_contents", "contents"] {
            let found = try connection.first(
                "SELECT \(columns) FROM \(table) WHERE number = ?1",
                .integer(number)
            ) { row in
                try row.withBytes(0) { blob in
                    Visible(
                        attributes: marks ? AttributeBlobCodec.decode(blob) ?? [] : [],
                        shown: try decoder.attributes(blob, plan.shows),
                        title: row.text(1),
                        body: row.text(2)
                    )
                }
            }
            if let found { return found }
        }
        return nil
    }

    private func highlights(_ visible: Visible) throws -> [Highlight] {
        try highlighters.compactMap { field, name, highlighter in
            try connection.watch.spend(WorkWatch.unitsBetweenLooks)
            let text =
                switch field {
                case .title: visible.title
                case .body: visible.body
                case .attribute(let slot):
                    visible.attributes.first { $0.slot == slot }?.text ?? ""
                }
            guard let fragment = highlighter.fragment(of: text) else { return nil }
            return Highlight(field: name, fragment: fragment.text, ranges: fragment.ranges)
        }
    }
}

extension BoundAttribute {
    fileprivate var texts: [String] { values.map { String(decoding: $0.bytes, as: UTF8.self) } }

    /// Its values, a line each.
    fileprivate var text: String { texts.joined(separator: "\n") }
}

extension FoundDocument {
    /// About what it takes in a reply.
    fileprivate var bytes: Int {
        highlights.reduce(document.bytes + (explanation?.roughBytes ?? 0)) {
            $0 + $1.fragment.utf8.count + 8 * $1.ranges.count
        }
    }
}
