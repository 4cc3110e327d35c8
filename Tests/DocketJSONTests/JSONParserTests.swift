internal import DocketJSON
internal import DocketTestKit
internal import Testing

@Suite("JSON parser", .timeLimit(.minutes(5)))
struct JSONParserTests {
    private func error(_ bytes: [UInt8]) -> JSONError? {
        do {
            _ = try JSONTree.parse(bytes)
            return nil
        } catch {
            return error as? JSONError
        }
    }

    private func error(_ text: String) -> JSONError? { error(Array(text.utf8)) }

    @Test("reads a document")
    func document() throws {
        let text = """
            {"id": "k1", "title": "", "body": null, "attributes":
             {"year": 1974, "authors": ["Knuth", "Moore"], "rating": 4.5, "ok": true, "no": false}}
            """
        #expect(
            try JSONTree.parse(text)
                == .object([
                    "id": .string("k1"), "title": .string(""), "body": .null,
                    "attributes": .object([
                        "year": .integer(1974),
                        "authors": .array([.string("Knuth"), .string("Moore")]),
                        "rating": .double(4.5), "ok": .boolean(true), "no": .boolean(false),
                    ]),
                ])
        )
    }

    @Test("finds members by name, and gives nil for what is of another kind")
    func members() throws {
        var parser = JSONParserHandle(byteMaximum: 1000)
        let root = try parser.parse(Array(#"{"a": {"b": "x"}, "n": -3, "u": 3}"#.utf8))
        #expect(root.member("a")?.member("b")?.string == "x")
        #expect(root.member("c")?.string == nil)
        #expect(root.member("n")?.integer == -3)
        #expect(root.member("n")?.unsigned == nil)
        #expect(root.member("n")?.double == -3)
        #expect(root.member("n")?.string == nil)
        #expect(root.member("n")?.boolean == nil)
        #expect(root.member("u")?.unsigned == 3)
        #expect(root.member("u")?.member("x")?.isNull == nil)
        #expect(root.string == nil)
        let isArray = root.forEachElement { _ in }
        #expect(!isArray)
        let isObject = try root.member("n")?.forEachMember { _, _ in }
        #expect(isObject == false)
    }

    @Test(
        "reads numbers to their last digit",
        arguments: [
            ("0", JSONTree.integer(0)), ("-0", .integer(0)), ("-1", .integer(-1)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .unsigned(1 << 63)),
            ("18446744073709551615", .unsigned(.max)),
            ("0.1", .double(0.1)), ("1e3", .double(1000)), ("-1.5E-3", .double(-0.0015)),
            ("5e-324", .double(.leastNonzeroMagnitude)), ("1e-999", .double(0)),
            ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)),
        ]
    )
    func numbers(text: String, tree: JSONTree) throws {
        #expect(try JSONTree.parse(text) == tree)
        #expect(try JSONTree.parse("[\(text)]") == .array([tree]))
    }

    @Test(
        "refuses numbers that are none or that nothing can hold",
        arguments: [
            "1e999", "-1e999", "18446744073709551616", "-9223372036854775809", "01", "+1", ".5",
            "1.", "1e", "0x10", "NaN", "Infinity", "-", "--1", "1_000",
        ]
    )
    func badNumbers(text: String) {
        #expect(error(text) != nil)
        #expect(error("[\(text)]") != nil)
        #expect(error("{\"a\":\(text)}") != nil)
    }

    @Test("resolves escapes and surrogates")
    func strings() throws {
        let texts: [(String, String)] = [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9é""#, "éé"),
            (#""\ud83d\ude00""#, "😀"), (#""a\u0000b""#, "a\u{0}b"), (#""\uFFFF""#, "\u{FFFF}"),
            (#""""#, ""), ("\"\u{2028}\u{7F}\"", "\u{2028}\u{7F}"),
        ]
        for (text, string) in texts { #expect(try JSONTree.parse(text) == .string(string)) }
    }

    @Test(
        "refuses strings that are none",
        arguments: [
            #""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\ud83d\ud83d""#, #""\x""#, #""\u12""#,
            #""\u12g4""#, "\"a", "\"\n\"", "\"\u{0}\"", "\"\\", "'a'", "a",
        ]
    )
    func badStrings(text: String) {
        #expect(error(text) != nil)
        #expect(error("[\(text)]") != nil)
    }

    @Test("refuses bytes that are not UTF-8")
    func notUTF8() {
        for bytes: [UInt8] in [
            [0xFF], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0x80],
        ] {
            #expect(error([0x22] + bytes + [0x22]) == .notUTF8)
            #expect(error([0x5B, 0x22] + bytes + [0x22, 0x5D]) == .notUTF8)
        }
    }

    @Test("refuses a byte order mark")
    func byteOrderMark() {
        #expect(error([0xEF, 0xBB, 0xBF] + Array("{}".utf8)) != nil)
        #expect(error([0xFE, 0xFF, 0x00, 0x7B, 0x00, 0x7D]) != nil)
    }

    @Test(
        "refuses what is not one document",
        arguments: [
            "{", "}", "[", "]", "{]", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}",
            "{\"a\":1,}", "{\"a\" 1}", "{1:2}", "1 2", "{} {}", "[] x", "tru", "nulll", "True",
            "// c\n1", "[1]]",
        ]
    )
    func badSyntax(text: String) { #expect(error(text) != nil) }

    @Test("says what is empty, too long and too deep")
    func limits() throws {
        #expect(error("") == .empty)
        #expect(error(" \n\t") == .empty)
        let deepest =
            String(repeating: "[", count: 63) + "1" + String(repeating: "]", count: 63)
        #expect(error(deepest) == nil)
        for depth in [65, 200, 5000, 100_000] {
            let array = String(repeating: "[", count: depth)
            #expect(error(array + String(repeating: "]", count: depth)) == .tooDeep)
            #expect(error(array) != nil)
            let object = String(repeating: #"{"a":"#, count: depth)
            #expect(error(object + "1" + String(repeating: "}", count: depth)) == .tooDeep)
        }
        var parser = JSONParserHandle(byteMaximum: 10)
        #expect(throws: JSONError.tooLong) {
            _ = try parser.parse(Array("[1,2,3,4,5]".utf8)).kind
        }
        #expect(try JSONTree(parser.parse(Array("[1,2,3,45]".utf8))) != .null)
    }

    @Test("refuses a name that an object has twice, however it is written")
    func duplicates() {
        #expect(error(#"{"a":1,"a":2}"#) == .duplicateName("a"))
        #expect(error(#"{"a":1,"\u0061":2}"#) == .duplicateName("a"))
        #expect(error(#"{"x":{"a":1,"b":2,"a":3}}"#) == .duplicateName("a"))
        #expect(error(#"{"a":{"a":1},"b":{"a":1}}"#) == nil)
        #expect(error(#"{"":1,"":2}"#) == .duplicateName(""))
    }

    @Test("works on after an error, and after longer and shorter documents")
    func reuse() throws {
        var parser = JSONParserHandle(byteMaximum: 1 << 20)
        for count in [0, 10_000, 1, 100_000, 3] {
            let numbers = (0..<count).map(Int64.init)
            let text = "[" + numbers.map(String.init).joined(separator: ",") + "]"
            let tree = try JSONTree(parser.parse(Array(text.utf8)))
            #expect(tree == .array(numbers.map(JSONTree.integer)))
            #expect(throws: JSONError.self) { _ = try parser.parse([0x5B]).kind }
        }
    }

    @Test("never traps on bytes that are changed, cut or random", .seeded)
    func mutations() {
        let text = #"{"id":"k\u00e91","n":[1,-2.5e3,18446744073709551615,null,true],"o":{"a":"😀"}}"#
        let bytes = Array(text.utf8)
        var parser = JSONParserHandle(byteMaximum: 1000)
        for end in bytes.indices {
            #expect(throws: (any Error).self) {
                _ = try JSONTree(parser.parse(Array(bytes[..<end])))
            }
        }
        var random = SeededGenerator()
        var accepted = 0
        for _ in 0..<20_000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                changed[Int.random(in: bytes.indices, using: &random)] = .random(
                    in: 0...255,
                    using: &random
                )
            }
            if (try? JSONTree(parser.parse(changed))) != nil { accepted += 1 }
        }
        // A parser that refuses all or nothing would not be tested by this.
        #expect((100...19_900).contains(accepted), "\(accepted) accepted")
    }
}
