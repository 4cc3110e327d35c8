import DocketCore
import Testing

@Suite("The words of a search")
struct TextQueryTests {
    typealias Clause = TextQuery.Clause

    static let table: [(String, [Clause])] = [
        ("", []),
        (" \t\n\u{3000} ", []),
        ("swift", [Clause(.word("swift"))]),
        ("two words", [Clause(.word("two")), Clause(.word("words"))]),
        ("a\u{a0}b", [Clause(.word("a")), Clause(.word("b"))]),
        ("\"next to\" each", [Clause(.phrase("next to")), Clause(.word("each"))]),
        ("-not", [Clause(.word("not"), isExcluded: true)]),
        ("-\"a b\"", [Clause(.phrase("a b"), isExcluded: true)]),
        ("pre*", [Clause(.prefix("pre"))]),
        ("-pre*", [Clause(.prefix("pre"), isExcluded: true)]),
        ("title:swift", [Clause(.word("swift"), in: "title")]),
        ("title:\"a b\"", [Clause(.phrase("a b"), in: "title")]),
        ("-title:pre*", [Clause(.prefix("pre"), in: "title", isExcluded: true)]),
        ("a:b:c", [Clause(.word("b:c"), in: "a")]),
    ]

    @Test("are clauses in the order written", arguments: table)
    func parsing(_ text: String, _ clauses: [Clause]) throws {
        #expect(try TextQuery(parsing: text).clauses == clauses)
    }

    static let ordinary: [(String, [Clause])] = [
        ("-", [Clause(.word("-"))]),
        ("*", [Clause(.word("*"))]),
        ("a*b", [Clause(.word("a*b"))]),
        ("title:", [Clause(.word("title:"))]),
        ("title: swift", [Clause(.word("title:")), Clause(.word("swift"))]),
        ("Title:swift", [Clause(.word("Title:swift"))]),
        ("12:30", [Clause(.word("12:30"))]),
        (":x", [Clause(.word(":x"))]),
        ("C++ (a|b) AND ~2 ^3", ["C++", "(a|b)", "AND", "~2", "^3"].map { Clause(.word($0)) }),
        (
            "{\"match_all\"}",
            [
                Clause(.word("{")), Clause(.phrase("match_all")), Clause(.word("}")),
            ]
        ),
    ]

    @Test("have no syntax beyond that: everything else is text", arguments: ordinary)
    func text(_ text: String, _ clauses: [Clause]) throws {
        #expect(try TextQuery(parsing: text).clauses == clauses)
    }

    @Test("are refused with a phrase that does not end")
    func openPhrase() {
        #expect(
            fault { () throws(DocketError) in _ = try TextQuery(parsing: "a \"b") }
                == "query: a phrase begins with \" and does not end"
        )
    }

    @Test("are 4 KiB at most")
    func length() {
        let longest = String(repeating: "a", count: 4096)
        #expect(fault { () throws(DocketError) in _ = try TextQuery(parsing: longest) } == nil)
        #expect(
            fault { () throws(DocketError) in _ = try TextQuery(parsing: longest + "a") }
                == "query: is 4097 bytes, the limit is 4096"
        )
    }

    @Test("are 64 clauses at most")
    func count() {
        let most = String(repeating: "a ", count: 64)
        #expect(fault { () throws(DocketError) in _ = try TextQuery(parsing: most) } == nil)
        #expect(
            fault { () throws(DocketError) in _ = try TextQuery(parsing: most + "a") }
                == "query: has over 64 terms, which is the limit"
        )
    }

    @Test("are read from any text without trapping")
    func anyText() {
        let letters: [Character] = [
            "a", "B", "é", "\u{301}", "\"", "-", "*", ":", " ", "\n", "\\", "(", "👩‍👩‍👧", "0",
            "\u{200d}",
        ]
        for seed in 0..<5000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let count = Int.random(in: 0..<24, using: &random)
            let text = String((0..<count).map { _ in letters.randomElement(using: &random) ?? "a" })
            guard let query = try? TextQuery(parsing: text) else {
                #expect(
                    !text.unicodeScalars.filter { $0 == "\"" }.count.isMultiple(of: 2),
                    "\(text)"
                )
                continue
            }
            #expect(query.clauses.count <= text.unicodeScalars.count)
        }
    }
}
