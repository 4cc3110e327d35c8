internal import DocketCore
internal import DocketText

/// Reads what a hit shows: the indexed version, whole.
struct HitReader {
    private let plan: SearchPlan
    private let connection: ConnectionHandle
    private let tables: CollectionTables
    private let decoder: AttributeNames
    /// Text columns that are read for a hit, in order; empty when none is shown.
    private let columns: [String]
    private let highlighters: [(field: TextField, name: String, highlighter: Highlighter)]

    init(_ plan: SearchPlan, _ connection: ConnectionHandle, _ tables: CollectionTables) {
        self.plan = plan
        self.connection = connection
        self.tables = tables
        let schema = plan.collection.schema
        decoder = AttributeNames(schema)
        highlighters = plan.highlights.map { field in
            let name = field.name(in: schema)
            return (field, name, Self.highlighter(name, plan.text))
        }
        let searchColumns = SearchColumns(schema)
        var columns: [String] = []
        if plan.shows.title { columns.append("title") }
        if plan.shows.body { columns.append("body") }
        for highlight in highlighters where !highlight.highlighter.isEmpty {
            guard let column = searchColumns.column(of: highlight.field) else { continue }
            if !columns.contains(column) { columns.append(column) }
        }
        self.columns = columns
    }

    private static func highlighter(_ field: String, _ text: TextQuery) -> Highlighter {
        var highlighter = Highlighter()
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

    /// nil when the document is no longer there, which the one moment of a search excludes.
    private func read(_ hit: RankedHit, _ sortValues: [AttributeValue?]) throws -> FoundDocument? {
        let number = SQLValue.integer(hit.number)
        guard
            let (id, state) = try connection.first(
                "SELECT id, state FROM documents WHERE number = ?1",
                number,
                row: { ($0.text(0), DocumentState(rawValue: UInt8(clamping: $0.integer(1)))) }
            ),
            let attributes = try connection.first(
                tables.selectVisible,
                number,
                row: { row in try row.withBytes(1) { try decoder.attributes($0, plan.shows) } }
            )
        else { return nil }
        let texts = try texts(of: hit.number)
        return FoundDocument(
            number: UInt64(bitPattern: hit.number),
            version: UInt64(bitPattern: hit.version),
            state: state ?? .indexed,
            score: hit.score,
            sortValues: sortValues,
            document: Document(
                id: id,
                title: plan.shows.title ? texts["title"] ?? "" : "",
                body: plan.shows.body ? texts["body"] ?? "" : "",
                attributes: attributes
            ),
            highlights: try highlights(texts)
        )
    }

    private func texts(of number: Int64) throws -> [String: String] {
        guard !columns.isEmpty else { return [:] }
        let sql =
            "SELECT \(columns.joined(separator: ", ")) FROM \(tables.search) WHERE rowid = ?1"
        return try connection.first(sql, .integer(number)) { row in
            var texts: [String: String] = [:]
            for (place, column) in columns.enumerated() { texts[column] = row.text(Int32(place)) }
            return texts
        } ?? [:]
    }

    private func highlights(_ texts: [String: String]) throws -> [Highlight] {
        let columns = SearchColumns(plan.collection.schema)
        return try highlighters.compactMap { field, name, highlighter in
            try connection.watch.spend(WorkWatch.unitsBetweenLooks)
            guard let text = columns.column(of: field).flatMap({ texts[$0] }),
                let fragment = highlighter.fragment(of: text)
            else { return nil }
            return Highlight(field: name, fragment: fragment.text, ranges: fragment.ranges)
        }
    }
}

extension TextField {
    func name(in schema: CollectionSchema) -> String {
        switch self {
        case .title: "title"
        case .body: "body"
        case .attribute(let slot): schema.attributes[slot].name
        }
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
