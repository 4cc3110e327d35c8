internal import DocketCore
internal import Testing

/// Queries of many terms.
extension DocumentSearchContract {
    static let longQueries: [ContractCase<any SearchedStoreUnderTest>] =
        [
            .init("of more than 64 terms the rarest count, and the page names the others", rarest),
            .init("repeated terms count once, those that no document has leave room", repeated),
            .init("what was ignored on one page is ignored on the next", staysChosen),
            .init("excluded terms count before others, up to half of all", excluded),
            .init("scripts that have a word for each letter count with 256 of them", letters),
        ]
        + (1...20).map { seed in
            .init("pasted text is never an error, seed \(seed)") { test in
                try await pasted(test, seed)
            }
        }

    /// Adds documents of which document n has the words w0 to wn: w0 is the most frequent.
    private static func addStairs(
        _ count: Int,
        _ test: any SearchedStoreUnderTest
    ) async throws {
        try await test.upload(
            (0..<count).map { number in
                Document(id: "d\(number)", body: query(0...number))
            }
        )
        try await test.index()
    }

    private static func query(_ words: some Sequence<Int>) -> String {
        words.map { "w\($0)" }.joined(separator: " ")
    }

    private static func rarest(_ test: any SearchedStoreUnderTest) async throws {
        try await addStairs(100, test)
        let exact = try await test.search(query(0..<64))
        #expect(exact.ignoredTerms == [] && exact.total.value == 100)
        // w0 to w5 are the most frequent of 70.
        let page = try await test.search(query(0..<70))
        #expect(page.ignoredTerms.map(\.text) == (0..<6).map { "w\($0)" })
        #expect(page.ignoredTerms.map(\.place) == Array(0..<6))
        #expect(page.total.value == 94)
        let all = try await test.search(query(0..<70)) { $0.match = .all }
        #expect(all.ignoredTerms.count == 6 && all.total.value == 31)
    }

    private static func repeated(_ test: any SearchedStoreUnderTest) async throws {
        try await addStairs(100, test)
        let repeated = try await test.search(String(repeating: "w1 W1 ", count: 300))
        #expect(repeated.ignoredTerms == [] && repeated.total.value == 99)
        let absent = (0..<500).map { "x\($0)" }.joined(separator: " ")
        let page = try await test.search("\(absent) w3 w7")
        #expect(page.total.value == 97)
        #expect(page.ignoredTerms.count == 500)
    }

    private static func staysChosen(_ test: any SearchedStoreUnderTest) async throws {
        try await addStairs(100, test)
        let text = query(0..<70)
        let first = try await test.search(text)
        try await test.add(Document(id: "new", body: "w0 w1 w2 w3 w4 w5"))
        var plan = try test.plan(SearchRequest(collection: "papers", query: text))
        plan.ignoredTerms = first.ignoredTerms.map(\.place)
        let later = try await test.find(plan)
        #expect(later.ignoredTerms == first.ignoredTerms && later.total == first.total)
        // A choice that leaves too many is none.
        plan.ignoredTerms = [0]
        #expect(
            try await test.find(plan).ignoredTerms.count
                == 6
        )
    }

    private static func excluded(_ test: any SearchedStoreUnderTest) async throws {
        try await addStairs(100, test)
        let excluded = (50..<90).map { "-w\($0)" }.joined(separator: " ")
        let page = try await test.search("\(excluded) \(query(0..<50))")
        #expect(page.ignoredTerms.count == 26)
        #expect(page.ids.allSatisfy { (Int($0.dropFirst()) ?? 99) < 50 })
    }

    private static func letters(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(Document(id: "a", body: "検索する語"), Document(id: "b", body: "語"))
        #expect(try await test.ids("検索する語") == ["a", "b"])
        let long = try await test.search(String(repeating: "語検索", count: 450))
        // Within a longer run a letter is looked for with its neighbours only.
        #expect(long.ids == ["a"])
        let phrase = String(repeating: "語 ", count: 900)
        #expect(try await test.ids("\"\(phrase)").isEmpty)
    }

    private static func pasted(
        _ test: any SearchedStoreUnderTest,
        _ seed: UInt64
    ) async throws {
        try await addStairs(30, test)
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
    }
}
