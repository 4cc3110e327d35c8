import DocketCore
import DocketTestKit
import Testing

@Suite("The text form of filters", .timeLimit(.minutes(5)))
struct FilterParserTests {
    static let leaves: [(String, Filter)] = [
        ("year = 1970", .equal("year", 1970)),
        ("year=-1.5e3", .equal("year", -1500.0)),
        ("a = \"Knuth\"", .equal("a", "Knuth")),
        ("a = \"say \\\"hi\\\" \\\\\"", .equal("a", "say \"hi\" \\")),
        ("a = true", .equal("a", true)),
        ("a = false", .equal("a", false)),
        ("a != 1", .not(.equal("a", 1))),
        ("a < 1", .range("a", .init(upper: 1, includesUpper: false))),
        ("a <= 1", .range("a", .init(upper: 1))),
        ("a > 1", .range("a", .init(lower: 1, includesLower: false))),
        ("a >= 1", .range("a", .init(lower: 1))),
        ("a ^= \"role::\"", .startsWith("a", "role::")),
        ("a IN (\"x\")", .oneOf("a", ["x"])),
        ("a IN(1,2 , 3)", .oneOf("a", [1, 2, 3])),
        ("a BETWEEN 1 AND 5", .range("a", .init(lower: 1, upper: 5))),
        (
            "a BETWEEN \"b\" AND \"c\" AND EXISTS d",
            .all([.range("a", .init(lower: "b", upper: "c")), .exists("d")])
        ),
        ("EXISTS a", .exists("a")),
        ("NOT EXISTS a", .not(.exists("a"))),
        ("((a = 1))", .equal("a", 1)),
    ]

    @Test("reads conditions", arguments: leaves)
    func conditions(_ text: String, _ filter: Filter) throws {
        #expect(try Filter(parsing: text) == filter)
    }

    static let (a, b, c) = (Filter.exists("a"), Filter.exists("b"), Filter.exists("c"))

    static let combinations: [(String, Filter)] = [
        ("EXISTS a AND EXISTS b AND EXISTS c", .all([a, b, c])),
        ("EXISTS a OR EXISTS b OR EXISTS c", .any([a, b, c])),
        ("EXISTS a OR EXISTS b AND EXISTS c", .any([a, .all([b, c])])),
        ("EXISTS a AND EXISTS b OR EXISTS c", .any([.all([a, b]), c])),
        ("(EXISTS a OR EXISTS b) AND EXISTS c", .all([.any([a, b]), c])),
        ("NOT EXISTS a AND EXISTS b", .all([.not(a), b])),
        ("NOT (EXISTS a AND EXISTS b)", .not(.all([a, b]))),
        ("NOT NOT EXISTS a", .not(.not(a))),
    ]

    @Test("binds NOT more than AND more than OR", arguments: combinations)
    func precedence(_ text: String, _ filter: Filter) throws {
        #expect(try Filter(parsing: text) == filter)
    }

    static let faults: [(String, String)] = [
        ("", "ends where the name of an attribute is expected"),
        ("year", "ends where a comparison is expected"),
        ("year =", "ends where a value is expected"),
        ("year = 1 AND", "ends where the name of an attribute is expected"),
        ("year = 1 year", "at character 10: expected AND, OR or the end"),
        ("Year = 1", "at character 1: expected the name of an attribute"),
        (
            "a = b",
            "at character 5: expected a number as -12.5 or 1e3, true, false or a string in quotes"
        ),
        (
            "a = 1e999",
            "at character 5: expected a number as -12.5 or 1e3, true, false or a string in quotes"
        ),
        (
            "a = nan",
            "at character 5: expected a number as -12.5 or 1e3, true, false or a string in quotes"
        ),
        ("a = (", "at character 5: expected a value"),
        ("a ^= 5", "at character 6: expected a string after ^="),
        ("a IN 5", "at character 6: expected ( after IN"),
        ("a IN ()", "at character 7: expected a value"),
        ("a IN (1 2)", "at character 9: expected , or )"),
        ("a IN (1", "ends where , or ) is expected"),
        ("(a = 1", "ends where ) is expected"),
        ("a = \"open", "at character 5: a string that does not end"),
        ("é = 1", "at character 1: unexpected \\u{00E9}"),
        ("a = 1; drop", "at character 6: unexpected ;"),
        ("a ! 1", "at character 3: unexpected !: write NOT, or !="),
        (
            "and = 1 and b = 2",
            "at character 9: expected AND, OR or the end; AND is in capitals"
        ),
        ("a BETWEEN 1", "ends where AND and the upper end is expected"),
        ("a BETWEEN 1 OR 2", "at character 13: expected AND and the upper end"),
        (
            "a BETWEEN AND 2",
            "at character 11: expected a number as -12.5 or 1e3, true, false or a string in quotes"
        ),
    ]

    static let hints: [(String, String)] = [
        ("a = 1 or b = 2", "at character 7: expected AND, OR or the end; OR is in capitals"),
        ("not a = 1", "at character 5: expected a comparison"),
        ("k in (1)", "at character 3: expected a comparison; IN is in capitals"),
        ("k EXISTS", "at character 3: expected a comparison; EXISTS goes before the name"),
        ("k NOT IN (1)", "at character 3: expected a comparison; NOT goes before the condition"),
        (
            "k LIKE \"a\"",
            "at character 3: expected a comparison; a beginning is written name ^= \"text\""
        ),
        (
            "k IS 1",
            "at character 3: expected a comparison; write =, EXISTS name or NOT EXISTS name"
        ),
        ("k == 1", "at character 4: expected a value; equality is one ="),
        ("k <> 1", "at character 4: expected a value; write !="),
        ("k = 'a'", "at character 5: unexpected ': strings are written in double quotes"),
        ("k = “a”", "at character 5: unexpected \\u{201C}: strings are written in double quotes"),
        ("k = 1 && m = 2", "at character 7: unexpected &: write AND"),
        ("k = 1 || m = 2", "at character 7: unexpected |: write OR"),
    ]

    @Test("says what to write instead of what other languages have", arguments: hints)
    func otherLanguages(_ text: String, _ expected: String) {
        #expect(
            fault { () throws(DocketError) in _ = try Filter(parsing: text) }
                == "filter: \(expected)"
        )
    }

    @Test(
        "takes numbers as JSON has them, and no others",
        arguments: [
            ("0", 0), ("-0", 0), ("12.50", 12.5), ("1e3", 1000), ("-1.5E-2", -0.015),
            ("9007199254740992", 9_007_199_254_740_992),
            ("9007199254740994", 9_007_199_254_740_994),
            ("-1152921504606846976", -1_152_921_504_606_846_976), ("1e300", 1e300),
            ("18446744073709549568", 18_446_744_073_709_549_568),
        ]
    )
    func numbers(_ text: String, _ value: Double) throws {
        #expect(try Filter(parsing: "n = \(text)") == .equal("n", .number(value)))
    }

    @Test(
        "refuses everything else that looks like a number, and names the place",
        arguments: [
            "0x5", "1_000", "+5", "inf", "-inf", "infinity", "nan", ".5", "5.", "007", "-", "--5",
            "1e", "1e+", "1.e5", "0b1", "1f", "0x1p3", "1e999", "5-3", "-.5", "00", "1.2.3",
        ]
    )
    func otherNumbers(_ text: String) {
        let fault = fault { () throws(DocketError) in _ = try Filter(parsing: "n = \(text)") }
        #expect(fault?.hasPrefix("filter: at character 5: expected a number as") == true, "\(text)")
    }

    @Test(
        "refuses whole numbers that a double would change",
        arguments: [
            "9007199254740993", "-9007199254740993", "18446744073709551615",
            "100000000000000000001",
        ]
    )
    func wholeNumbers(_ text: String) {
        let fault = fault { () throws(DocketError) in _ = try Filter(parsing: "n IN (1, \(text))") }
        #expect(
            fault == "filter: at character 10: \(text) is a whole number beyond 9007199254740992"
                + " that a number attribute would round; use a keyword"
        )
    }

    @Test("has two escapes, and says where another stands")
    func escapes() throws {
        #expect(try Filter(parsing: #"k = "\\\"a""#) == .equal("k", #"\"a"#))
        #expect(try Filter(parsing: "k = \"a\nb\"") == .equal("k", "a\nb"))
        for escape in ["n", "t", "u", "'", "0", "é"] {
            let fault = fault { () throws(DocketError) in
                _ = try Filter(parsing: "k = \"a\\\(escape)\"")
            }
            #expect(fault?.hasPrefix("filter: at character 7: there is no escape") == true)
        }
    }

    @Test("says what was expected and where", arguments: faults)
    func positions(_ text: String, _ expected: String) {
        #expect(
            fault { () throws(DocketError) in _ = try Filter(parsing: text) }
                == "filter: \(expected)"
        )
    }

    @Test("is as deep as a filter may be, and no deeper")
    func depth() {
        let deepest = String(repeating: "NOT ", count: 7) + "EXISTS a"
        #expect(fault { () throws(DocketError) in _ = try Filter(parsing: deepest) } == nil)
        #expect(
            fault { () throws(DocketError) in _ = try Filter(parsing: "NOT " + deepest) }
                == "filter: is nested 9 deep, the limit is 8"
        )
        let parentheses = String(repeating: "(", count: 1500)
        #expect(
            fault { () throws(DocketError) in _ = try Filter(parsing: parentheses) }
                == "filter: is nested too deep, the limit is 8"
        )
    }

    @Test("has as many conditions as a filter may have, and no more")
    func conditionCount() {
        func text(_ count: Int) -> String {
            repeatElement("EXISTS a", count: count).joined(separator: " OR ")
        }
        #expect(fault { () throws(DocketError) in _ = try Filter(parsing: text(63)) } == nil)
        #expect(
            fault { () throws(DocketError) in _ = try Filter(parsing: text(64)) }
                == "filter: has 65 conditions, the limit is 64"
        )
    }

    @Test("has lists of 256 values at most")
    func listLength() {
        func text(_ count: Int) -> String {
            "a IN (\(repeatElement("1", count: count).joined(separator: ",")))"
        }
        #expect(fault { () throws(DocketError) in _ = try Filter(parsing: text(256)) } == nil)
        #expect(
            fault { () throws(DocketError) in _ = try Filter(parsing: text(257)) }
                == "filter: a list has over 256 values"
        )
    }

    @Test("is 4 KiB at most")
    func length() {
        let text = "EXISTS " + String(repeating: " ", count: 4088) + "a"
        #expect(fault { () throws(DocketError) in _ = try Filter(parsing: text) } == nil)
        #expect(
            fault { () throws(DocketError) in _ = try Filter(parsing: text + " ") }
                == "filter: is 4097 bytes, the limit is 4096"
        )
    }

    @Test("is read from any tokens without trapping")
    func anyTokens() {
        let tokens = [
            "a", "AND", "OR", "NOT", "EXISTS", "IN", "BETWEEN", "(", ")", ",", "=", "!=", "<", ">=",
            "^=",
            "1", "-", "\"x\"", "\"", "\\", "true", "é", "\u{0}", "a = 1", "EXISTS a", "b ^= \"x\"",
        ]
        var read = 0
        for seed in 0..<10_000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let words = (0..<Int.random(in: 0..<12, using: &random)).map { _ in
                tokens.randomElement(using: &random) ?? "a"
            }
            guard let filter = try? Filter(parsing: words.joined(separator: " ")) else { continue }
            let again = try? Filter(parsing: filter.text)
            #expect(again == filter, "\(words)")
            read += 1
        }
        #expect((20...9_000).contains(read), "\(read) of 10,000 were read")
    }
}

@Suite("A filter as text means what the tree means", .timeLimit(.minutes(5)))
struct FilterEvaluationTests {
    @Test("for random trees and documents", .seeded)
    func randomTrees() throws {
        var random = SeededGenerator()
        for _ in 0..<2000 {
            let filter = Self.tree(&random, depth: 4)
            guard filter.nodeCount <= 64, filter.text.utf8.count <= 4096 else { continue }
            let parsed = try Filter(parsing: filter.text)
            for _ in 0..<8 {
                let document = Self.document(&random)
                #expect(
                    parsed.holds(of: document) == filter.holds(of: document),
                    "\(filter.text) of \(document.attributes)"
                )
            }
        }
    }

    @Test("negation holds for documents without the attribute")
    func missing() throws {
        let bare = Document(id: "1")
        #expect(try Filter(parsing: "n != 1").holds(of: bare))
        #expect(try Filter(parsing: "NOT n > 1").holds(of: bare))
        #expect(try !Filter(parsing: "n <= 1").holds(of: bare))
        #expect(Filter.all([]).holds(of: bare))
        #expect(!Filter.any([]).holds(of: bare))
    }

    @Test("one of several values is enough")
    func severalValues() throws {
        let document = Document(id: "1", attributes: [Attribute("n", [1, 5])])
        #expect(try Filter(parsing: "n = 1 AND n = 5").holds(of: document))
        #expect(try Filter(parsing: "n < 2 AND n > 4").holds(of: document))
        #expect(try Filter(parsing: "n > 2 AND n < 4").holds(of: document))
        #expect(try !Filter(parsing: "n BETWEEN 2 AND 4").holds(of: document))
        #expect(try Filter(parsing: "n BETWEEN 2 AND 5").holds(of: document))
        #expect(try !Filter(parsing: "n != 1").holds(of: document))
    }

    private static func tree(_ random: inout SeededGenerator, depth: Int) -> Filter {
        let name = ["n", "s", "flag"].randomElement(using: &random) ?? "n"
        let number = AttributeValue.number(Double(Int.random(in: -2...3, using: &random)))
        let string = ["", "a", "ab", "b\"\\"].randomElement(using: &random) ?? ""
        switch Int.random(in: 0..<(depth > 0 ? 11 : 8), using: &random) {
        case 0: return .equal(name, number)
        case 1: return .equal(name, .string(string))
        case 2: return .equal("flag", .boolean(Bool.random(using: &random)))
        case 3: return .oneOf(name, [number, .string(string)])
        case 4: return .range("n", .init(lower: number, includesLower: .random(using: &random)))
        case 5: return .range("n", .init(upper: number, includesUpper: .random(using: &random)))
        case 6: return .startsWith("s", string)
        case 7: return .exists(name)
        case 8: return .not(tree(&random, depth: depth - 1))
        case 9: return .all(trees(&random, depth: depth - 1))
        default: return .any(trees(&random, depth: depth - 1))
        }
    }

    private static func trees(_ random: inout SeededGenerator, depth: Int) -> [Filter] {
        (0..<Int.random(in: 1...3, using: &random)).map { _ in tree(&random, depth: depth) }
    }

    private static func document(_ random: inout SeededGenerator) -> Document {
        var document = Document(id: "1")
        if Bool.random(using: &random) {
            let numbers = (0...Int.random(in: 0..<3, using: &random)).map { _ in
                AttributeValue.number(Double(Int.random(in: -2...3, using: &random)))
            }
            document.attributes.append(Attribute("n", numbers))
        }
        if Bool.random(using: &random) {
            let strings = ["", "a", "ab", "abc", "b\"\\"].filter { _ in Bool.random(using: &random)
            }
            document.attributes.append(Attribute("s", strings.map { .string($0) }))
        }
        if Bool.random(using: &random) {
            document.attributes.append(Attribute("flag", .boolean(Bool.random(using: &random))))
        }
        return document
    }
}
