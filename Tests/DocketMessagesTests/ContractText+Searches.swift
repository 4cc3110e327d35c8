import DocketCore

extension ContractText {
    private static let filter = Filter.all([
        .any([.oneOf("a", ["x", 2, true, .time(microseconds: -3)])]),
        .not(.startsWith("b", "y")),
        .range("c", .init(lower: 1, includesLower: false, upper: 9)),
        .range("d", .init(upper: .time(microseconds: 0), includesUpper: false)),
    ])

    private static let filterText = """
        filter { nodes { operator: FILTER_OPERATOR_ALL children: 4 }
        nodes { operator: FILTER_OPERATOR_ANY children: 1 }
        nodes { operator: FILTER_OPERATOR_ONE_OF attribute: "a" values { string: "x" }
        values { number: 2.0 } values { boolean: true } values { time_us: -3 } }
        nodes { operator: FILTER_OPERATOR_NOT children: 1 }
        nodes { operator: FILTER_OPERATOR_STARTS_WITH attribute: "b" values { string: "y" } }
        nodes { operator: FILTER_OPERATOR_RANGE attribute: "c" lower { number: 1.0 }
        upper { number: 9.0 } excludes_lower: true }
        nodes { operator: FILTER_OPERATOR_RANGE attribute: "d" upper { time_us: 0 }
        excludes_upper: true } }
        """

    private static let explanation = Explanation(
        parts: [
            ScorePart(
                .term,
                words: ["w"],
                score: 0.25,
                weight: 1,
                idf: 2,
                tf: 1.5,
                places: [WordPlaces(field: "title", count: 3, source: .synonym, found: ["v"])]
            ),
            ScorePart(.title, score: 0.125),
        ],
        scale: 0.5,
        isCut: true
    )

    static let searches = [
        ContractText(
            "SearchRequest",
            SearchRequest(
                collection: "c",
                query: "words",
                match: .any,
                filter: filter,
                sort: [SortKey("score", isDescending: true)],
                facets: [FacetRequest("a", limit: 3)],
                limit: 0,
                cursor: [4],
                highlights: ["title"],
                total: .bounded(50),
                fields: ["body"],
                exactWords: true,
                explains: true
            ),
            """
            collection: "c" query: "words" match: MATCH_ANY
            \(filterText)
            sort { attribute: "score" descending: true } facets { attribute: "a" limit: 3 }
            limit: 0 cursor: [4] highlights: "title" total: TOTAL_MODE_BOUNDED total_bound: 50
            fields { names: "body" } exact_words: true explain: true
            """
        ),
        ContractText(
            "SearchReply",
            SearchReply(
                hits: [
                    Hit(
                        document: Document(id: "an id"),
                        version: 2,
                        score: 0.25,
                        highlights: [
                            Highlight(field: "title", fragment: "a word", ranges: [0..<1, 2..<6])
                        ],
                        explanation: explanation
                    )
                ],
                total: .init(value: 8, isExact: false),
                facets: [
                    FacetResult(
                        attribute: "a",
                        counts: [.init("x", 6), .init(.time(microseconds: 0), 0)]
                    )
                ],
                cursor: [5],
                isApproximate: true,
                ignoredTerms: ["the", "a b"],
                corrections: [Correction("grpah", ["graph", "grape"])]
            ),
            """
            hits { document { id: "an id" } version: 2 score: 0.25
            highlights { field: "title" fragment: "a word"
            ranges: 0 ranges: 1 ranges: 2 ranges: 6 }
            explanation { parts { kind: SCORE_PART_KIND_TERM words: "w" score: 0.25 weight: 1.0
            idf: 2.0 tf: 1.5 places { field: "title" count: 3 source: WORD_SOURCE_SYNONYM
            found: "v" } } parts { kind: SCORE_PART_KIND_TITLE score: 0.125 }
            scale: 0.5 cut: true } }
            total: 8 total_is_bound: true
            facets { attribute: "a" counts { value { string: "x" } count: 6 }
            counts { value { time_us: 0 } } }
            cursor: [5] approximate: true ignored_terms: "the" ignored_terms: "a b"
            corrections { word: "grpah" alternatives: "graph" alternatives: "grape" }
            """
        ),
        ContractText(
            "StreamRequest",
            StreamRequest(
                collection: "c",
                query: "words",
                match: .any,
                filter: filter,
                cursor: [6],
                fields: [],
                exactWords: true
            ),
            """
            collection: "c" query: "words" match: MATCH_ANY
            \(filterText)
            cursor: [6] fields {  } exact_words: true
            """
        ),
        ContractText(
            "SuggestRequest",
            SuggestRequest(collection: "c", prefix: "graph al", limit: 7),
            "collection: \"c\" prefix: \"graph al\" limit: 7"
        ),
        ContractText(
            "SuggestReply",
            SuggestReply(
                [
                    Suggestion("Graph Algorithms", .title, documents: 2),
                    Suggestion("Knuth", .keyword, documents: 1),
                    Suggestion("graph", .word, documents: 300),
                ],
                correctedPrefix: "graph",
                isApproximate: true
            ),
            """
            suggestions: "Graph Algorithms" suggestions: "Knuth" suggestions: "graph"
            kinds: SUGGESTION_KIND_TITLE kinds: SUGGESTION_KIND_KEYWORD kinds: SUGGESTION_KIND_WORD
            documents: 2 documents: 1 documents: 300
            corrected_prefix: "graph" approximate: true
            """
        ),
    ]
}
