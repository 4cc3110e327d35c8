internal import DocketClient
internal import DocketCore

extension CommandContext {
    /// `search COLLECTION [QUERY]`.
    func runSearch() async throws {
        let request = try searchRequest()
        let freshness = Freshness(
            maximumStaleness: self[CommandSettings.maxStale] ?? .zero
        )
        let result = try await withClient { try await $0.search(request, freshness: freshness) }
        if isJSON { return try console.writeLine(SearchJSON.text(result)) }
        let text = SearchText(
            style: console.isOutputTerminal ? .terminal : .plain,
            width: console.isOutputTerminal ? console.width : .max
        )
        try console.write(text.text(result))
    }

    private func searchRequest() throws -> SearchRequest {
        let query = operands.count > 1 ? operands[1] : ""
        let names = self[CommandSettings.highlights]
        let hasWords = query.contains { !$0.isWhitespace }
        return SearchRequest(
            collection: operands[0],
            query: query,
            match: try match,
            filter: try ArgumentSyntax.filter(self[CommandSettings.filter]),
            sort: try self[CommandSettings.sort].map(ArgumentSyntax.sortKey),
            facets: try self[CommandSettings.facets].map(ArgumentSyntax.facet),
            limit: self[CommandSettings.limit],
            cursor: try ArgumentSyntax.cursor(self[CommandSettings.cursor]),
            highlights: names == ["none"] || !hasWords ? [] : names.isEmpty ? ["body"] : names,
            fields: fields,
            exactWords: self[CommandSettings.exactWords],
            explains: self[CommandSettings.explains]
        )
    }

    /// Which documents match.
    var match: SearchRequest.Match {
        get throws(UsageError) {
            guard self[CommandSettings.matchesAll] else { return .any }
            guard !self[CommandSettings.matchesAny] else {
                throw UsageError("give either --all or --any")
            }
            return .all
        }
    }

    /// What is to be shown; nil for what the server thinks right.
    var fields: [String]? {
        let fields = self[CommandSettings.fields]
        return fields.isEmpty ? nil : fields
    }
}
