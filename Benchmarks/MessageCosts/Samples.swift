internal import DocketCore

/// The messages that are measured, as services send them.
enum Samples {
    /// Words, a filter of three conditions, a sort key and a facet.
    static let search = SearchRequest(
        collection: "packages",
        query: "library for json parsing",
        filter: .all([
            .oneOf("section", ["libs", "devel"]),
            .range("size", .init(lower: 1024, upper: 1_048_576, includesUpper: false)),
            .oneOf("essential", [false]),
        ]),
        sort: [SortKey("size", isDescending: true)],
        facets: [FacetRequest("section", limit: 10)],
        limit: 10,
        highlights: ["title", "body"],
        total: .bounded(10_000)
    )

    /// Ten hits with title, attributes and two highlights, and one facet.
    static let found = SearchReply(
        hits: (0..<10).map { number in
            Hit(
                document: document(number, body: ""),
                version: UInt64(number) + 1_000_000,
                score: 1 / Double(number + 1),
                highlights: [
                    Highlight(field: "title", fragment: "a library for JSON", ranges: [2..<9]),
                    Highlight(
                        field: "body",
                        fragment: "reads and writes JSON, with a parser that is strict and quick",
                        ranges: [17..<21, 30..<36]
                    ),
                ]
            )
        },
        total: .init(value: 1234),
        facets: [
            FacetResult(
                attribute: "section",
                counts: (0..<10).map { FacetResult.Count(.string("section-\($0)"), 100 - $0) }
            )
        ],
        cursor: [UInt8](repeating: 7, count: 48)
    )

    /// A thousand documents of about 800 bytes.
    static let upload = UploadRequest(
        collection: "packages",
        documents: (0..<1000).map { document($0, body: body) }
    )

    private static let body = String(
        repeating: "A library that reads and writes structured text, für alle. ",
        count: 10
    )

    private static func document(_ number: Int, body: String) -> Document {
        Document(
            id: "libexample-\(number)-dev",
            title: "An example of a library, number \(number)",
            body: body,
            attributes: [
                Attribute("section", ["libdevel"]),
                Attribute("tags", ["role::devel-lib", "implemented-in::c", "works-with::text"]),
                Attribute("size", .number(Double(number) * 1024)),
                Attribute("essential", false),
                Attribute("built", .time(microseconds: 1_700_000_000_000_000)),
            ]
        )
    }
}
