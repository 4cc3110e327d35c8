internal import DocketClient
internal import DocketCore
internal import Foundation
internal import Testing

@testable internal import DocketCommands

@Suite("Replies to searches as people and programs read them", .timeLimit(.minutes(5)))
struct SearchOutputTests {
    private static let knuth = Hit(
        document: Document(
            id: "taocp-1",
            title: "Fundamental Algorithms",
            attributes: [
                Attribute("year", 1968), Attribute("authors", ["Knuth", "Someone"]),
                Attribute("bought", .time(microseconds: 0)),
            ]
        ),
        version: 3,
        score: 0.5,
        highlights: [Highlight(field: "body", fragment: "an algorithm is", ranges: [3..<12])]
    )

    private static let result = SearchResult(
        reply: SearchReply(
            hits: [knuth],
            total: .init(value: 1),
            facets: [FacetResult(attribute: "authors", counts: [.init("Knuth", 1200)])],
            cursor: [0, 1, 2]
        ),
        source: .l1,
        asOfMicroseconds: 1_234_567,
        took: .microseconds(850)
    )

    // MARK: Programs

    @Test("writes the reply to a search with the names that programs rely on")
    func json() {
        let expected = """
            {"hits":[{"id":"taocp-1","score":0.5,"title":"Fundamental Algorithms",\
            "attributes":{"year":1968,"authors":["Knuth","Someone"],\
            "bought":"1970-01-01T00:00:00Z"},\
            "highlights":[{"field":"body","fragment":"an algorithm is","ranges":[[3,12]]}]}],\
            "total":{"value":1,"relation":"exact"},\
            "facets":{"authors":[{"value":"Knuth","count":1200}]},\
            "source":"l1","as_of_ms":1234,"degraded":false,"took_us":850,"cursor":"AAEC"}
            """
        #expect(SearchJSON.text(Self.result) == expected)
    }

    @Test("writes all names even when nothing was found")
    func emptyJSON() throws {
        let text = SearchJSON.text(SearchResult(reply: SearchReply()))
        let expected = """
            {"hits":[],"total":{"value":0,"relation":"exact"},"facets":{},"source":"none",\
            "as_of_ms":0,"degraded":false,"took_us":0,"cursor":null}
            """
        #expect(text == expected)
    }

    @Test("says how the total relates to the truth")
    func relation() {
        var result = SearchResult(reply: SearchReply(total: .init(value: 10, isExact: false)))
        #expect(SearchJSON.text(result).contains(#""total":{"value":10,"relation":"at_least"}"#))
        #expect(text(result).hasPrefix("at least 10 matches · "))
        result.reply.isApproximate = true
        #expect(SearchJSON.text(result).contains(#""relation":"approximate""#))
        #expect(text(result).hasPrefix("at least 10 matches, approximate · "))
    }

    // MARK: People

    private func text(_ result: SearchResult, _ style: TextStyle = .plain) -> String {
        SearchText(style: style, width: style.isTerminal ? 60 : .max).text(result)
    }

    @Test("writes hits, facets, the summary and the next page for people")
    func plain() {
        let expected = """
            1. Fundamental Algorithms
                taocp-1  score 0.500
                year: 1968 · authors: Knuth, Someone · bought: 1970-01-01T00:00:00Z
                …an algorithm is…

            authors
              Knuth  1,200

            1 match · l1 · 850 µs
            next page: --cursor AAEC

            """
        #expect(text(Self.result) == expected)
    }

    @Test("emphasises found words on a terminal, and keeps to its width")
    func terminal() {
        let text = text(Self.result, .terminal)
        #expect(text.contains("1. \u{1B}[1mFundamental Algorithms\u{1B}[0m\n"))
        #expect(text.contains("…an \u{1B}[1;4malgorithm\u{1B}[0m is…\n"))
        #expect(text.contains("    year: 1968 · authors: Knuth, Someone\n"))
        #expect(text.contains("    bought: 1970-01-01T00:00:00Z\n"))
        var long = Self.result
        long.reply.hits[0].document.title = String(repeating: "t", count: 100)
        let line = self.text(long, .terminal).prefix { $0 != "\n" }
        #expect(line == "1. \u{1B}[1m" + String(repeating: "t", count: 56) + "…\u{1B}[0m")
    }

    @Test("says when an answer is from a cache because the engine could not be asked")
    func degraded() {
        var result = SearchResult(reply: SearchReply(), source: .l2)
        result.isDegraded = true
        #expect(
            text(result) == "0 matches · l2 · 0 µs · degraded, as of 1970-01-01T00:00:00Z\n"
        )
    }

    private static let explanation = Explanation(
        parts: [
            ScorePart(
                .term,
                words: ["car"],
                score: 0.125,
                weight: 1,
                idf: 3.5,
                tf: 1.25,
                places: [
                    WordPlaces(field: "title", count: 1, source: .written, found: ["Cars"]),
                    WordPlaces(field: "body", count: 2, source: .synonym, found: ["a\u{1B}b"]),
                ]
            ),
            ScorePart(.allClauses, score: 0.375),
        ],
        scale: 0.5,
        isCut: true
    )

    @Test("says what makes the score of a hit, what gives most first")
    func explained() {
        var result = Self.result
        result.reply.hits[0].explanation = Self.explanation
        let lines = text(result).split(separator: "\n").map { $0.drop { $0 == " " } }
        #expect(
            Array(lines[4...6]) == [
                "0.375  all clauses",
                "0.125  car: title 1 \"Cars\", body 2 \"a\u{FFFD}b\" by synonym "
                    + "(1.00 × idf 3.50 × tf 1.25)",
                "(places of words are left out)",
            ]
        )
        let json = """
            "explanation":{"scale":0.5,"cut":true,"parts":[{"kind":"term","words":["car"],\
            "score":0.125,"weight":1,"idf":3.5,"tf":1.25,"places":[{"field":"title","count":1,\
            "source":"word","found":["Cars"]},{"field":"body","count":2,"source":"synonym",\
            "found":["a\\u001bb"]}]},{"kind":"all_clauses","words":[],"score":0.375,"weight":0,\
            "idf":0,"tf":0,"places":[]}]}}],"total"
            """
        #expect(SearchJSON.text(result).contains(json), "\(SearchJSON.text(result))")
    }

    @Test("follows only those ranges of a highlight that fit its fragment")
    func badRanges() {
        let search = SearchText(style: .terminal, width: 80)
        let ranges = [1..<2, 0..<1, 2..<99]
        let highlight = Highlight(field: "body", fragment: "abc", ranges: ranges)
        #expect(search.text(highlight) == "…a\u{1B}[1;4mb\u{1B}[0mc…")
    }

    // MARK: What a document says never steers a terminal

    private static let hostile = "<b>x</b>\u{1B}]0;owned\u{07}\u{9B}2J\u{202E}\u{2066}\u{7F}\r\ny"

    private static var hostileResult: SearchResult {
        let attributes = [Attribute(hostile, .string(hostile))]
        let hit = Hit(
            document: Document(id: hostile, title: hostile, body: hostile, attributes: attributes),
            version: 1,
            score: 1,
            highlights: [Highlight(field: "title", fragment: hostile, ranges: [3..<4])]
        )
        let facet = FacetResult(attribute: hostile, counts: [.init(.string(hostile), 1)])
        return SearchResult(reply: SearchReply(hits: [hit], facets: [facet]))
    }

    /// Control characters, C1 included, and those that turn the direction of text.
    private func steering(_ text: String) -> [Unicode.Scalar] {
        text.unicodeScalars.filter { scalar in
            switch scalar.value {
            case 0x0A: false
            case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069: true
            default: false
            }
        }
    }

    @Test("nothing of a document steers the terminal")
    func hostileText() {
        let plain = text(Self.hostileResult)
        #expect(steering(plain).isEmpty)
        #expect(plain.contains("1. <b>x</b>\u{FFFD}]0;owned\u{FFFD}\u{FFFD}2J"))
        let emphasised = text(Self.hostileResult, .terminal)
            .replacing(/\u{1B}\[(0|1|2|1;4)m/, with: "")
        #expect(steering(emphasised).isEmpty)
        // Every line of a document is one line.
        #expect(plain.split(separator: "\n").allSatisfy { !$0.hasPrefix("y") })
    }

    @Test("JSON keeps what a document says, escaped")
    func hostileJSON() throws {
        let text = SearchJSON.text(Self.hostileResult)
        #expect(steering(text).isEmpty)
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let hits = try #require(object?["hits"] as? [[String: Any]])
        #expect(hits.first?["title"] as? String == Self.hostile)
        #expect(hits.first?["id"] as? String == Self.hostile)
    }
}
