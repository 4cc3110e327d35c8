import DocketCore
import DocketTestKit

/// Values for the fields of messages, by chance and the same for the same seed.
struct SampleValues {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &generator) }

    /// Small as often as large: numbers of every length on the wire.
    mutating func unsigned() -> UInt64 { generator.next() >> UInt64(number(0...63)) }

    /// Not zero, so that an unset field is another value.
    mutating func microseconds() -> Int64 { Int64(bitPattern: unsigned() | 1) }

    mutating func count() -> Int { Int(unsigned() >> 1) }

    mutating func flag() -> Bool { .random(using: &generator) }

    mutating func text(_ length: ClosedRange<Int> = 0...12) -> String {
        let letters = Array("abc xyz-09éßЖ語😀\n")
        return String((0..<number(length)).map { _ in letters[number(0...letters.count - 1)] })
    }

    mutating func bytes() -> [UInt8] {
        (0..<number(0...20)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }

    mutating func some<Element>(
        _ most: Int = 4,
        _ element: (inout SampleValues) -> Element
    ) -> [Element] {
        (0..<number(0...most)).map { _ in element(&self) }
    }

    mutating func maybe<Value>(_ value: (inout SampleValues) -> Value) -> Value? {
        flag() ? value(&self) : nil
    }

    mutating func texts() -> [String] { some { $0.text() } }

    mutating func value(_ kind: Int? = nil) -> AttributeValue {
        switch kind ?? number(0...3) {
        case 0: .string(text())
        case 1: .number(Double(number(-1_000_000...1_000_000)) / 8)
        case 2: .boolean(flag())
        default: .time(microseconds: flag() ? microseconds() : Int64(number(-2...2)))
        }
    }

    mutating func attribute() -> Attribute {
        let kind = number(0...3)
        return Attribute(text(1...8), some { $0.value(kind) })
    }

    mutating func document() -> Document {
        Document(
            id: text(),
            title: text(),
            body: text(0...200),
            attributes: some { $0.attribute() }
        )
    }

    mutating func state() -> DocumentState {
        DocumentState.allCases[number(0...DocumentState.allCases.count - 1)]
    }

    mutating func storedDocument() -> VersionedDocument {
        VersionedDocument(document: document(), version: unsigned(), state: state())
    }

    /// Without `equal`, which travels as `oneOf` one value.
    mutating func filter(depth: Int = 3) -> Filter {
        switch number(depth > 1 ? 0...6 : 3...6) {
        case 0: .all(some(3) { $0.filter(depth: depth - 1) })
        case 1: .any(some(3) { $0.filter(depth: depth - 1) })
        case 2: .not(filter(depth: depth - 1))
        case 3: .oneOf(text(), some { $0.value() })
        case 4: .range(text(), bounds())
        case 5: .startsWith(text(), text())
        default: .exists(text())
        }
    }

    private mutating func bounds() -> Filter.Bounds {
        Filter.Bounds(
            lower: maybe { $0.value() },
            includesLower: flag(),
            upper: maybe { $0.value() },
            includesUpper: flag()
        )
    }
}
