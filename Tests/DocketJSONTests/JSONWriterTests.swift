internal import DocketJSON
internal import DocketTestKit
internal import Testing

@Suite("JSON writer", .timeLimit(.minutes(5)))
struct JSONWriterTests {
    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return writer.text
    }

    @Test("puts commas where they belong")
    func structure() {
        let text = text { writer in
            writer.object {
                $0.member("a", 1)
                $0.member("b") {
                    $0.array {
                        $0.value("x")
                        $0.array { _ in }
                        $0.object { _ in }
                        $0.null()
                    }
                }
                $0.member("c", true)
                $0.member("d") { $0.object { $0.member("e", "f") } }
                $0.member("g", 0.5)
            }
        }
        #expect(text == #"{"a":1,"b":["x",[],{},null],"c":true,"d":{"e":"f"},"g":0.5}"#)
    }

    @Test("escapes what must be, and nothing else")
    func escapes() {
        let all = (0..<0x20).map { String(UnicodeScalar(UInt8($0))) }.joined()
        #expect(text { $0.value("\"\\/é😀\u{7F}") } == "\"\\\"\\\\/é😀\u{7F}\"")
        let escaped = text { $0.value(all) }
        #expect(escaped.hasPrefix(#""\u0000\u0001"#))
        #expect(escaped.contains(#"\t\n\u000b\u000c\r\u000e"#))
        #expect(escaped.hasSuffix(#"\u001f""#))
    }

    @Test("writes numbers that are read as the same", .seeded)
    func numbers() throws {
        #expect(text { $0.value(1974.0) } == "1974")
        #expect(text { $0.value(-3.0) } == "-3")
        #expect(text { $0.value(0.1) } == "0.1")
        #expect(text { $0.value(-0.0) } == "-0.0")
        #expect(text { $0.value(Double.nan) } == "null")
        #expect(text { $0.value(-Double.infinity) } == "null")
        #expect(text { $0.value(UInt64.max) } == "18446744073709551615")
        var random = SeededGenerator()
        for _ in 0..<10_000 {
            let number = Double(bitPattern: random.next())
            guard number.isFinite else { continue }
            let written = text { $0.value(number) }
            let read = try JSONTree.parse(written)
            switch read {
            case .double(let value): #expect(value == number)
            case .integer(let value): #expect(Double(value) == number)
            default: Issue.record("\(number) was read as \(read)")
            }
        }
    }

    @Test("writes every tree so that it is read as the same", .seeded)
    func roundTrip() throws {
        var random = SeededGenerator()
        for _ in 0..<200 {
            let tree = JSONTree.array([.random(&random, depth: 4)])
            let written = text { tree.write(to: &$0) }
            #expect(try JSONTree.parse(written) == tree)
        }
    }
}

extension JSONTree {
    fileprivate static func random(_ random: inout SeededGenerator, depth: Int) -> JSONTree {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: .null
        case 1: .boolean(.random(using: &random))
        case 2: .integer(.random(in: .min ... .max, using: &random))
        case 3: .unsigned(.random(in: (1 << 63)...UInt64.max, using: &random))
        case 4: .double(.random(in: -1...1, using: &random) + 0.5e-9)
        case 5: .string(text(&random))
        case 6:
            .array(
                (0..<Int.random(in: 0...5, using: &random)).map { _ in
                    self.random(&random, depth: depth - 1)
                }
            )
        default:
            .object(
                Dictionary(
                    (0..<Int.random(in: 0...5, using: &random)).map { _ in
                        (text(&random), self.random(&random, depth: depth - 1))
                    },
                    uniquingKeysWith: { first, _ in first }
                )
            )
        }
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        let scalars = (0..<Int.random(in: 0...12, using: &random)).compactMap { _ in
            let last: UInt32 = [0x7F, 0x800, 0x10_FFFF].randomElement(using: &random) ?? 0x7F
            return UnicodeScalar(UInt32.random(in: 0...last, using: &random))
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
