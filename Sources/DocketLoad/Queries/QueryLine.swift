internal import DocketCommands
internal import DocketCore
internal import DocketJSON

/// A search as a line of a file: words alone, or an object with `query`,
/// `filter`, `facets` and `sort`.
struct QueryLine: Hashable, Sendable {
    /// Longest line: a query and a filter of the longest forms that a server takes.
    static let byteMaximum = 64 << 10

    var query = ""
    /// An expression such as `year >= 1970`; nil for none.
    var filter: String?
    /// Attributes, each perhaps with `:N`.
    var facets: [String] = []
    /// Attributes, each perhaps with `:asc` or `:desc`.
    var sort: [String] = []

    /// The line as it is in a file, without its end.
    var text: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("query", query)
            if let filter { writer.member("filter", filter) }
            for (name, texts) in [("facets", facets), ("sort", sort)] where !texts.isEmpty {
                writer.member(name) { writer in
                    writer.array { for text in texts { $0.value(text) } }
                }
            }
        }
        return writer.text
    }

    /// The search that it asks for.
    ///
    /// - Throws: `DocketError` for a filter that cannot be read, ``UsageError`` for a facet or a
    ///   key.
    func request(in collection: String, limit: Int) throws -> SearchRequest {
        SearchRequest(
            collection: collection,
            query: query,
            filter: try filter.map { try Filter(parsing: $0) },
            sort: try sort.map(ArgumentSyntax.sortKey),
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
        case "facets": query.facets = try strings(value, name)
        case "sort": query.sort = try strings(value, name)
        default: throw UsageError("\"\(name)\" is none of query, filter, facets and sort")
        }
    }

    private static func strings(_ value: borrowing JSONValue, _ name: String) throws -> [String] {
        var strings: [String] = []
        let isArray = try value.forEachElement { element in
            guard let string = element.string else {
                throw UsageError("\(name) holds something that is not a string")
            }
            strings.append(string)
        }
        guard isArray else { throw UsageError("\(name) is not an array") }
        return strings
    }
}
