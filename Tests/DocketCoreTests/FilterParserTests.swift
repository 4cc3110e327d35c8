import DocketCore
import Testing

@Suite("The text form of filters")
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
        ("a = b", "at character 5: expected a number, true, false or a string in quotes"),
        ("a = 1e999", "at character 5: expected a number, true, false or a string in quotes"),
        ("a = nan", "at character 5: expected a number, true, false or a string in quotes"),
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
        ("a ! 1", "at character 3: unexpected !"),
        ("and = 1 and b = 2", "at character 9: expected AND, OR or the end"),
    ]

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
            "a", "AND", "OR", "NOT", "EXISTS", "IN", "(", ")", ",", "=", "!=", "<", ">=", "^=",
            "1", "-", "\"x\"", "\"", "\\", "true", "é", "\u{0}",
        ]
        for seed in 0..<10_000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let words = (0..<Int.random(in: 0..<12, using: &random)).map { _ in
                tokens.randomElement(using: &random) ?? "a"
            }
            guard let filter = try? Filter(parsing: words.joined(separator: " ")) else { continue }
            let again = try? Filter(parsing: filter.text)
            #expect(again == filter, "\(words)")
        }
    }
}

@Suite("A filter as text means what the tree means")
struct FilterEvaluationTests {
    @Test("for random trees and documents")
    func randomTrees() throws {
        var random = SeededGenerator(seed: 7)
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
