internal import DocketCore
internal import DocketText

/// Reads what a hit shows: the indexed version, whole.
struct HitReader {
    private let plan: SearchPlan
    private let connection: ConnectionHandle
    private let tables: CollectionTables
    private let decoder: AttributeNames
    /// Texts that are read for a hit: those that are shown or highlighted.
    private let readsTitle: Bool
    private let readsBody: Bool
    private let highlighters: [(field: TextField, name: String, highlighter: Highlighter)]

    /// The words of `marked` are those that highlights show.
    init(
        _ plan: SearchPlan,
        _ marked: TextQuery,
        _ connection: ConnectionHandle,
        _ tables: CollectionTables
    ) {
        self.plan = plan
        self.connection = connection
        self.tables = tables
        let schema = plan.collection.schema
        decoder = AttributeNames(schema)
        highlighters = plan.highlights.map { field in
            let name = field.name(in: schema)
            return (field, name, Self.highlighter(name, marked, schema))
        }
        let read = highlighters.filter { !$0.highlighter.isEmpty }.map(\.field)
        readsTitle = plan.shows.title || read.contains(.title)
        readsBody = plan.shows.body || read.contains(.body)
    }

    private static func highlighter(
        _ field: String,
        _ text: TextQuery,
        _ schema: CollectionSchema
    ) -> Highlighter {
        var highlighter = Highlighter(TextLanguage(code: schema.language(of: field)?.code))
        for clause in text.clauses where !clause.isExcluded {
            guard clause.field == nil || clause.field == field else { continue }
            switch clause.matcher {
            case .word(let words): highlighter.add(inflected: words)
            case .phrase(let words): highlighter.add(exact: words)
            case .prefix(let words): highlighter.add(prefix: words)
            }
        }
        return highlighter
    }

    /// The hits, until their bytes pass the plan's; at least one of them.
    func read(_ ranked: ArraySlice<RankedHit>, _ order: HitOrder) throws -> [FoundDocument] {
        var hits: [FoundDocument] = []
        var bytes = 0
        for hit in ranked {
            // A hit may be a megabyte.
            try connection.watch.spend(WorkWatch.unitsBetweenLooks)
            let sortValues = order.sortValues(of: hit, plan.collection.schema)
            guard let found = try read(hit, sortValues) else { continue }
            bytes += found.bytes
            if bytes > plan.replyBytes, !hits.isEmpty { break }
            hits.append(found)
        }
        return hits
    }

    /// What is indexed of a document, but for its texts.
    private struct Visible {
        var version: UInt64
        var attributes: [BoundAttribute]
        var shown: [Attribute]
    }

    /// nil when the document is no longer there, which the one moment of a search excludes.
    private func read(_ hit: RankedHit, _ sortValues: [AttributeValue?]) throws -> FoundDocument? {
        let number = SQLValue.integer(hit.number)
        guard
            let (id, state, newest) = try connection.first(
                "SELECT id, state, version FROM documents WHERE number = ?1",
                number,
                row: { row in
                    (
                        row.text(0), DocumentState(rawValue: UInt8(clamping: row.integer(1))),
                        row.unsigned(2)
                    )
                }
            ),
            let visible = try connection.first(tables.selectVisible, number, row: visible)
        else { return nil }
        let texts = try texts(of: hit.number, isNewest: visible.version == newest)
        return FoundDocument(
            number: UInt64(bitPattern: hit.number),
            version: visible.version,
            state: state ?? .indexed,
            score: hit.score,
            sortValues: sortValues,
            document: Document(
                id: id,
                title: plan.shows.title ? texts.title : "",
                body: plan.shows.body ? texts.body : "",
                attributes: visible.shown
            ),
            highlights: try highlights(texts, visible.attributes)
        )
    }

    private func visible(_ row: StatementHandle) throws -> Visible {
        try row.withBytes(1) { blob in
            let marks = highlighters.contains { field, _, _ in field != .title && field != .body }
            return Visible(
                version: row.unsigned(0),
                attributes: marks ? AttributeBlobCodec.decode(blob) ?? [] : [],
                shown: try decoder.attributes(blob, plan.shows)
            )
        }
    }

    /// Title and body, each empty where nobody asks for it.
    private func texts(
        of number: Int64,
        isNewest: Bool
    ) throws -> (title: String, body: String) {
        guard readsTitle || readsBody else { return ("", "") }
        let columns = "\(readsTitle ? "title" : "''"), \(readsBody ? "body" : "''")"
        // Of a document whose newer version waits, the texts that are indexed are kept apart.
        for table in isNewest ? ["contents"] : ["indexed_contents", "contents"] {
            let texts = try connection.first(
                "SELECT \(columns) FROM \(table) WHERE number = ?1",
                .integer(number),
                row: { ($0.text(0), $0.text(1)) }
            )
            if let texts { return texts }
        }
        return ("", "")
    }

    private func highlights(
        _ texts: (title: String, body: String),
        _ attributes: [BoundAttribute]
    ) throws -> [Highlight] {
        try highlighters.compactMap { field, name, highlighter in
            try connection.watch.spend(WorkWatch.unitsBetweenLooks)
            let text =
                switch field {
                case .title: texts.title
                case .body: texts.body
                case .attribute(let slot): attributes.first { $0.slot == slot }?.text ?? ""
                }
            guard let fragment = highlighter.fragment(of: text) else { return nil }
            return Highlight(field: name, fragment: fragment.text, ranges: fragment.ranges)
        }
    }
}

extension BoundAttribute {
    /// Its values, a line each.
    fileprivate var text: String {
        values.map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: "\n")
    }
}

extension FoundDocument {
    /// About what it takes in a reply.
    fileprivate var bytes: Int {
        highlights.reduce(document.bytes) {
            $0 + $1.fragment.utf8.count + 8 * $1.ranges.count
        }
    }
}
