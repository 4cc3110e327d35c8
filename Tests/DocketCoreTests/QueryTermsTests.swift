import DocketCore
import Testing

@Suite("The terms of a query", .timeLimit(.minutes(1)))
struct QueryTermsTests {
    private func terms(_ text: String, _ match: SearchRequest.Match = .any) throws -> QueryTerms {
        let query = try TextQuery(parsing: text) { _ in false }
        return QueryTerms(query, match) { text, _ in
            let words = text.split { !$0.isLetter && !$0.isNumber }.map { $0.lowercased() }
            return ClauseWords(words.map { ClauseWords.Word($0, stems: [$0]) })
        }
    }

    private func boosts(_ text: String) throws -> [Double] {
        let terms = try terms(text)
        return terms.all.map { terms.boost(of: $0) }
    }

    @Test("more than three clauses make a question, whatever is left out or written twice")
    func questions() throws {
        for text in ["one two three", "a a a a b", "one two three -four -five", "lib-foo std::a b"]
        {
            #expect(try !terms(text).isQuestion, "\(text)")
        }
        #expect(try terms("one two three four").isQuestion)
        #expect(try terms("one two three four", .all).isQuestion)
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
