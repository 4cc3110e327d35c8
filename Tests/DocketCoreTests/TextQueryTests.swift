import DocketCore
import DocketTestKit
import Testing

@Suite("The words of a search", .timeLimit(.minutes(5)))
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
        ("one \"to the end", [Clause(.word("one")), Clause(.phrase("to the end"))]),
        ("a:\"", [Clause(.phrase(""), in: "a")]),
        ("-é -1 -日", ["é", "1", "日"].map { Clause(.word($0), isExcluded: true) }),
    ]

    /// Fields are the names `title`, `body` and `a`.
    private func parse(_ text: String) throws(DocketError) -> [Clause] {
        try TextQuery(parsing: text) { ["title", "body", "a"].contains($0) }.clauses
    }

    @Test("are clauses in the order written", arguments: table)
    func parsing(_ text: String, _ clauses: [Clause]) throws {
        #expect(try parse(text) == clauses)
    }

    static let ordinary: [(String, [Clause])] = [
        ("-", [Clause(.word("-"))]),
        ("*", [Clause(.word("*"))]),
        ("a*b", [Clause(.word("a*b"))]),
        ("title:", [Clause(.word("title:"))]),
        ("title: swift", [Clause(.word("title:")), Clause(.word("swift"))]),
        ("Title:swift", [Clause(.word("Title:swift"))]),
        ("12:30", [Clause(.word("12:30"))]),
        ("error: b:c", [Clause(.word("error:")), Clause(.word("b:c"))]),
        ("std::vector http://x", [Clause(.word("std::vector")), Clause(.word("http://x"))]),
        ("- -> --all -*", ["-", "->", "--all"].map { Clause(.word($0)) } + [Clause(.prefix("-"))]),
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
        #expect(try parse(text) == clauses)
    }

    @Test("are 4 KiB at most")
    func length() {
        let longest = String(repeating: "a", count: 4096)
        #expect(fault { () throws(DocketError) in _ = try parse(longest) } == nil)
        #expect(
            fault { () throws(DocketError) in _ = try parse(longest + "a") }
                == "query: is 4097 bytes, the limit is 4096"
        )
    }

    @Test("are read from any text without trapping")
    func anyText() throws {
        let letters: [Character] = [
            "a", "B", "é", "\u{301}", "\"", "-", "*", ":", " ", "\n", "\\", "(", "👩‍👩‍👧", "0",
            "\u{200d}",
        ]
        for seed in 0..<5000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let count = Int.random(in: 0..<24, using: &random)
            let text = String((0..<count).map { _ in letters.randomElement(using: &random) ?? "a" })
            #expect(try parse(text).count <= text.unicodeScalars.count, "seed \(seed)")
        }
    }
}
