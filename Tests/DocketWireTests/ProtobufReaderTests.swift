import DocketSystem
import DocketWire
import Testing

@Suite("Protobuf reader", .timeLimit(.minutes(5)))
struct ProtobufReaderTests {
    /// Walks all fields at one level; the numbers of those it met.
    private func walk(_ bytes: [UInt8]) throws(ProtobufError) -> [Int] {
        var reader = ProtobufReader(bytes.rawSpan)
        var numbers: [Int] = []
        while let field = try reader.nextField() {
            numbers.append(field.number)
            try reader.skip(field.wireType)
        }
        let isAtEnd = reader.isAtEnd
        #expect(isAtEnd)
        return numbers
    }

    private func error(_ hex: String) -> ProtobufError? {
        do {
            _ = try walk([UInt8](hex: hex))
            return nil
        } catch {
            return error
        }
    }

    @Test("walks every wire type and fields that it does not know")
    func walks() throws {
        let bytes = [UInt8](
            hex: """
                08 96 01                    # 1: varint 150
                12 02 68 69                 # 2: bytes
                1d 01 00 00 00              # 3: fixed32
                21 01 00 00 00 00 00 00 00  # 4: fixed64
                fa ff ff ff 0f 00           # 536870911: empty bytes
                """
        )
        #expect(try walk(bytes) == [1, 2, 3, 4, 536_870_911])
        #expect(try walk([]) == [])
    }

    @Test("reads numbers as protobuf writes them", arguments: [0, 1, 127, 128, 300, 1 << 63, .max])
    func varints(_ value: UInt64) throws {
        let bytes = written { $0.appendVarint(value) }
        var reader = ProtobufReader(bytes.rawSpan)
        #expect(try reader.readVarint() == value)
        let isAtEnd = reader.isAtEnd
        #expect(isAtEnd)
    }

    @Test("reads fixed numbers little-endian")
    func fixed() throws {
        let bytes = [UInt8](hex: "01 02 03 04 01 02 03 04 05 06 07 08")
        var reader = ProtobufReader(bytes.rawSpan)
        #expect(try reader.readFixed32() == 0x0403_0201)
        #expect(try reader.readFixed64() == 0x0807_0605_0403_0201)
    }

    @Test("takes a varint that is longer than it need be")
    func overlong() throws {
        let bytes = [UInt8](hex: "81 80 80 80 80 80 80 80 80 00")
        var reader = ProtobufReader(bytes.rawSpan)
        #expect(try reader.readVarint() == 1)
    }

    @Test("refuses varints beyond ten bytes or 64 bits")
    func malformedVarints() {
        #expect(error("08 ff ff ff ff ff ff ff ff ff 02") == .malformedVarint)
        #expect(error("08 80 80 80 80 80 80 80 80 80 80 00") == .malformedVarint)
    }

    @Test(
        "refuses tags and lengths of more than five bytes",
        arguments: [
            "88 80 80 80 80 00 01", "ff ff ff ff ff ff ff ff ff 01", "0a 81 80 80 80 80 00 61",
            "0a ff ff ff ff ff ff ff ff 7f", "0a ff ff ff ff ff ff ff ff ff 01",
        ]
    )
    func longTags(_ hex: String) {
        #expect(error(hex) == .malformedVarint)
    }

    @Test("refuses field numbers that cannot be")
    func fieldNumbers() {
        #expect(error("00 01") == .invalidFieldNumber)
        #expect(error("02 00") == .invalidFieldNumber)
        #expect(error("80 80 80 80 10 00") == .invalidFieldNumber)
        #expect(error("ff ff ff ff 7f") == .invalidFieldNumber)
    }

    @Test("refuses groups and wire types that do not exist", arguments: ["0b", "0c", "0e", "0f"])
    func wireTypes(_ hex: String) {
        #expect(error(hex) == .unsupportedWireType)
    }

    @Test(
        "refuses lengths beyond the end, however large",
        arguments: [
            "0a 01", "0a 05 61 62", "0a ff ff ff ff 07", "0a 80 80 80 80 08", "0a ff ff ff ff 0f",
            "0a ff ff ff ff 7f",
        ]
    )
    func lengths(_ hex: String) {
        #expect(error(hex) == .truncated)
    }

    @Test(
        "refuses a field that ends too early",
        arguments: ["08", "08 80", "0d 01 02 03", "09 01"]
    )
    func truncated(_ hex: String) {
        #expect(error(hex) == .truncated)
    }

    @Test("stops at the end of a sub-message, not of the whole")
    func nested() throws {
        let bytes = [UInt8](hex: "0a 02 08 05 10 07")
        var outer = ProtobufReader(bytes.rawSpan)
        _ = try outer.nextField()
        var inner = ProtobufReader(try outer.readBytes())
        #expect(try inner.nextField()?.number == 1)
        #expect(try inner.readVarint() == 5)
        #expect(try inner.nextField() == nil)
        #expect(try outer.nextField()?.number == 2)
    }

    @Test("refuses numbers beyond the field's type and other wire types")
    func numbers() throws {
        let bytes = [UInt8](hex: "08 80 02")
        var reader = ProtobufReader(bytes.rawSpan)
        let field = try #require(try reader.nextField())
        let isRefused: Bool
        do {
            _ = try reader.readNumber(field) as UInt8
            isRefused = false
        } catch { isRefused = error == .outOfRange(field: 1) }
        #expect(isRefused)
        var text = ProtobufReader(bytes.rawSpan)
        let number = try #require(try text.nextField())
        do {
            _ = try text.readString(number)
            Issue.record("a number was read as text")
        } catch { #expect(error == .unexpectedWireType(field: 1)) }
    }

    @Test(
        "refuses text that is not clean UTF-8",
        arguments: [
            "ff", "c0 80", "e0 80 80", "ed a0 80", "f4 90 80 80", "61 00 62", "00", "e2 82", "80",
        ]
    )
    func text(_ hex: String) throws {
        let bytes = written { $0.appendPresentField(1, bytes: [UInt8](hex: hex)) }
        var reader = ProtobufReader(bytes.rawSpan)
        let field = try #require(try reader.nextField())
        do {
            _ = try reader.readString(field)
            Issue.record("invalid text was taken")
        } catch { #expect(error == .invalidText(field: 1)) }
    }

    @Test("reads any text that is clean, up to its bound")
    func cleanText() throws {
        let bytes = written { $0.appendField(1, "Zoë 🦊") }
        var reader = ProtobufReader(bytes.rawSpan)
        let field = try #require(try reader.nextField())
        #expect(try reader.readString(field, maximum: 9) == "Zoë 🦊")
        var short = ProtobufReader(bytes.rawSpan)
        _ = try short.nextField()
        do {
            _ = try short.readString(field, maximum: 8)
            Issue.record("text over its bound was taken")
        } catch { #expect(error == .outOfRange(field: 1)) }
    }

    @Test("walks half a million fields in one pass")
    func many() throws {
        let bytes = [UInt8](repeating: 0x0a, count: 1) + [0]
        let all = Array(repeatElement(bytes, count: 500_000).joined())
        #expect(try walk(all).count == 500_000)
    }
}
