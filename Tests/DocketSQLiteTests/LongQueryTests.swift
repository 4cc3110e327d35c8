import DocketCore
import DocketRuntime
import DocketTestKit
import Testing

@testable import DocketSQLite

@Suite("Queries of many terms", .timeLimit(.minutes(5)))
struct LongQueryTests {
    /// Documents of which document n has the words w0 to wn: w0 is the most frequent.
    private static func stairs(_ count: Int) async throws -> TestStore {
        let test = try await TestStore.make()
        try await test.upload(
            (0..<count).map { number in
                let words = (0...number).map { "w\($0)" }.joined(separator: " ")
                return Document(id: "d\(number)", body: words)
            }
        )
        try await test.index()
        return test
    }

    private static func query(_ words: some Sequence<Int>) -> String {
        words.map { "w\($0)" }.joined(separator: " ")
    }

    @Test("of more than 64 terms the rarest count, and the page names the others")
    func rarest() async throws {
        let test = try await Self.stairs(100)
        let exact = try await test.search(Self.query(0..<64))
        #expect(exact.ignoredTerms == [] && exact.total.value == 100)
        // w0 to w5 are the most frequent of 70.
        let page = try await test.search(Self.query(0..<70))
        #expect(page.ignoredTerms.map(\.text) == (0..<6).map { "w\($0)" })
        #expect(page.ignoredTerms.map(\.place) == Array(0..<6))
        #expect(page.total.value == 94)
        let all = try await test.search(Self.query(0..<70)) { $0.match = .all }
        #expect(all.ignoredTerms.count == 6 && all.total.value == 31)
        await test.store.close()
    }

    @Test("repeated terms count once, and those that no document has leave room for others")
    func repeated() async throws {
        let test = try await Self.stairs(100)
        let repeated = try await test.search(String(repeating: "w1 W1 ", count: 300))
        #expect(repeated.ignoredTerms == [] && repeated.total.value == 99)
        let absent = (0..<500).map { "x\($0)" }.joined(separator: " ")
        let page = try await test.search("\(absent) w3 w7")
        #expect(page.total.value == 97)
        #expect(page.ignoredTerms.count == 500)
        await test.store.close()
    }

    @Test("what was ignored on one page is ignored on the next, whatever was written meanwhile")
    func staysChosen() async throws {
        let test = try await Self.stairs(100)
        let query = Self.query(0..<70)
        let first = try await test.search(query)
        try await test.add(Document(id: "new", body: "w0 w1 w2 w3 w4 w5"))
        var plan = try test.plan(SearchRequest(collection: "papers", query: query))
        plan.ignoredTerms = first.ignoredTerms.map(\.place)
        let later = try await test.store.search(test.tenant, plan, work: WorkLimit())
        #expect(later.ignoredTerms == first.ignoredTerms && later.total == first.total)
        // A choice that leaves too many is none.
        plan.ignoredTerms = [0]
        #expect(
            try await test.store.search(test.tenant, plan, work: WorkLimit()).ignoredTerms.count
                == 6
        )
        await test.store.close()
    }

    @Test("excluded terms count before others, up to half of all")
    func excluded() async throws {
        let test = try await Self.stairs(100)
        let excluded = (50..<90).map { "-w\($0)" }.joined(separator: " ")
        let page = try await test.search("\(excluded) \(Self.query(0..<50))")
        #expect(page.ignoredTerms.count == 26)
        #expect(page.ids.allSatisfy { (Int($0.dropFirst()) ?? 99) < 50 })
        await test.store.close()
    }

    @Test("scripts that have a word for each letter count with 256 of them")
    func letters() async throws {
        let test = try await TestStore.make()
        try await test.add(Document(id: "a", body: "検索する語"), Document(id: "b", body: "語"))
        #expect(try await test.ids("検索する語") == ["a", "b"])
        let long = try await test.search(String(repeating: "語検索", count: 450))
        #expect(Set(long.ids) == ["a", "b"])
        let phrase = String(repeating: "語 ", count: 900)
        #expect(try await test.ids("\"\(phrase)").isEmpty)
        await test.store.close()
    }

    @Test("pasted text is never an error", arguments: 1...20)
    func pasted(_ seed: UInt64) async throws {
        let test = try await Self.stairs(30)
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "w3", "std::vector<int> v;", "http://x", "error: timeout", "-", "*", "\"", "->next",
            "--limit 10", "title:", "body:\"", "語検索", "a*", "w1*", "(w2)", "{}", "\n", "=>", "'",
            "-w4", "note:w5", ":", "//", "\\", "“w6”", "\u{200D}", "-\"w7 w8\"", "w9.w10(w11)",
        ]
        for _ in 0..<30 {
            var query = ""
            while query.utf8.count < Int.random(in: 1...4000, using: &random) {
                query += (pieces.randomElement(using: &random) ?? "")
                query += ["", " ", "\n"].randomElement(using: &random) ?? ""
            }
            query = String(decoding: query.utf8.prefix(4000), as: UTF8.self)
            for match in [SearchRequest.Match.any, .all] {
                _ = try await test.search(query) { $0.match = match }
            }
        }
        await test.store.close()
    }
}
