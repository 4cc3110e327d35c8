internal import DocketCommands
internal import DocketCore
internal import DocketJSON

/// A search as a line of a file: words alone, or an object with `query`, `filter` and `facets`.
struct QueryLine: Hashable, Sendable {
    /// Longest line: a query and a filter of the longest forms that a server takes.
    static let byteMaximum = 64 << 10

    var query = ""
    /// An expression such as `year >= 1970`; nil for none.
    var filter: String?
    /// Attributes, each perhaps with `:N`.
    var facets: [String] = []

    /// The line as it is in a file, without its end.
    var text: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("query", query)
            if let filter { writer.member("filter", filter) }
            guard !facets.isEmpty else { return }
            writer.member("facets") { writer in
                writer.array { for facet in facets { $0.value(facet) } }
            }
        }
        return writer.text
    }

    /// The search that it asks for.
    ///
    /// - Throws: `DocketError` for a filter that cannot be read, ``UsageError`` for a facet.
    func request(in collection: String, limit: Int) throws -> SearchRequest {
        SearchRequest(
            collection: collection,
            query: query,
            filter: try filter.map { try Filter(parsing: $0) },
            facets: try facets.map(ArgumentSyntax.facet),
            limit: limit
        )
    }
}

/// Reads lines of queries.
struct QueryLineReader: ~Copyable {
    private var parser = JSONParserHandle(byteMaximum: QueryLine.byteMaximum, depthMaximum: 4)

    init() {}

    /// The query of a line, in which an object begins with a brace.
    ///
    /// - Throws: ``UsageError`` that says what is wrong with it.
    mutating func read(_ line: [UInt8]) throws -> QueryLine {
        guard line.first(where: { $0 != UInt8(ascii: " ") }) == UInt8(ascii: "{") else {
            return QueryLine(query: String(decoding: line, as: UTF8.self))
        }
        var query = QueryLine()
        do {
            _ = try parser.parse(line).forEachMember { name, value in
                try Self.read(name, value, into: &query)
            }
        } catch let error as JSONError {
            throw UsageError("\(error)")
        }
        return query
    }

    private static func read(
        _ name: String,
        _ value: borrowing JSONValue,
        into query: inout QueryLine
    ) throws {
        switch name {
        case "query":
            guard let text = value.string else { throw UsageError("query is not a string") }
            query.query = text
        case "filter":
            if value.isNull { return }
            guard let text = value.string else { throw UsageError("filter is not a string") }
            query.filter = text
        case "facets":
            let isArray = try value.forEachElement { element in
                guard let facet = element.string else {
                    throw UsageError("facets holds something that is not a string")
                }
                query.facets.append(facet)
            }
            guard isArray else { throw UsageError("facets is not an array") }
        default: throw UsageError("\"\(name)\" is none of query, filter and facets")
        }
    }
}
