import DocketCore
import Testing

@Suite("The terms of a query", .timeLimit(.minutes(1)))
struct QueryTermsTests {
    private func terms(_ text: String, _ match: SearchRequest.Match = .any) throws -> QueryTerms {
        let query = try TextQuery(parsing: text) { _ in false }
        return QueryTerms(query, match) { text, _ in
            ClauseWords(
                text.split { !$0.isLetter && !$0.isNumber }.map { $0.lowercased() }
                    .map { ClauseWords.Word($0, stems: [$0]) }
            )
        }
    }

    /// The terms of letters that all are one run.
    private func letterTerms(
        _ text: String,
        _ match: SearchRequest.Match = .any
    ) throws -> [QueryTerms.Term] {
        let query = try TextQuery(parsing: text) { $0 == "title" }
        return QueryTerms(query, match) { text, _ in
            ClauseWords(
                text.enumerated().map { place, letter in
                    let letter = String(letter)
                    return .init(letter, stems: [letter], isLetter: true, isJoined: place > 0)
                },
                runs: ["=" + text]
            )
        }
        .all
    }

    @Test("letters are looked for in pairs, alone where there is one, and as a run")
    func letters() throws {
        func terms(_ text: String, _ match: SearchRequest.Match = .any) throws -> [String] {
            try letterTerms(text, match).map { "\($0.kind) \($0.role) \($0.text)" }
        }
        #expect(try terms("京") == ["exact clause 京", "gram part =京"])
        #expect(try terms("京都") == ["gram clause 京都", "gram part =京都"])
        let pairs = ["gram part 東京", "gram part 京都", "gram part =東京都"]
        #expect(try terms("東京都") == ["inflected clause 東 京 都"] + pairs)
        #expect(try terms("東京都*") == ["prefix clause 東 京 都"] + pairs)
        #expect(try terms("東京都", .all) == ["inflected clause 東 京 都", "gram part =東京都"])
        #expect(
            try terms("title:東京都") == [
                "inflected clause 東 京 都", "exact part 東 京", "exact part 京 都",
            ]
        )
        #expect(try terms("\"京都\"") == ["exact clause 京 都"])
        #expect(try terms("-京都") == ["gram excluded 京都"])
        #expect(try letterTerms("京都").map(\.shownText) == ["京都", "京都"])
    }

    private func boosts(_ text: String) throws -> [Double] {
        let terms = try terms(text)
        return terms.all.map { terms.boost(of: $0) }
    }

    @Test("more than four clauses make a question, whatever is left out or written twice")
    func questions() throws {
        for text in [
            "one two three four", "a a a a b", "one two three four -five -six", "lib-foo std::a b",
        ] {
            #expect(try !terms(text).isQuestion, "\(text)")
        }
        #expect(try terms("one two three four five").isQuestion)
        #expect(try terms("one two three four five", .all).isQuestion)
    }

    @Test("a term counts as often as it is written, short words of letters less in a question")
    func boost() throws {
        #expect(try boosts("i do i") == [2, 1])
        #expect(try boosts("how do i sort sort lists") == [0.75, 0.5, 0.25, 2, 1])
        #expect(try boosts("how \"do i\" v2 京 に он") == [0.75, 1, 1, 1, 1, 0.5])
        let many = Array(repeating: "word", count: 300).joined(separator: " ")
        #expect(try boosts(many) == [255])
    }
}
