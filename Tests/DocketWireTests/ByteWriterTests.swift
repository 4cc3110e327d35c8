import DocketSystem
import DocketWire
import Testing

@Suite("Bytes as they are put together", .timeLimit(.minutes(5)))
struct ByteWriterTests {
    @Test(
        "a sub-message has the shortest length there is, and is read back whole",
        arguments: [0, 1, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152]
    )
    func subMessage(length: Int) throws {
        let content = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        var writer = ByteWriter()
        writer.append(0xaa as UInt8)
        writer.appendMessage(2) { $0.append(content) }
        writer.appendField(3, "after")

        var expected = ByteWriter()
        expected.append(0xaa as UInt8)
        expected.appendPresentField(2, bytes: content)
        expected.appendPresentField(3, text: "after")
        #expect(writer.bytes == expected.bytes)
    }

    @Test("messages inside messages that outgrow one byte of length keep their places")
    func nested() throws {
        let text = String(repeating: "x", count: 100)
        var writer = ByteWriter()
        writer.appendMessage(1) { outer in
            outer.appendField(1, text)
            outer.appendMessage(2) { inner in
                inner.appendField(1, text)
                inner.appendField(2, text)
            }
            outer.appendField(3, text)
        }
        var message = ProtobufReader(writer.bytes.rawSpan)
        let tag = try message.nextField()
        #expect(tag == ProtobufField(number: 1, wireType: .bytes))
        var outer = ProtobufReader(try message.readBytes())
        #expect(message.isAtEnd == true)
        var texts: [String] = []
        while let field = try outer.nextField() {
            guard field.number == 2 else {
                texts.append(try outer.readString(field))
                continue
            }
            var inner = ProtobufReader(try outer.readBytes())
            while let field = try inner.nextField() { texts.append(try inner.readString(field)) }
        }
        #expect(texts == [text, text, text, text])
    }

    @Test("a text in a list is written even when it is empty")
    func emptyText() {
        var writer = ByteWriter()
        writer.appendPresentField(1, text: "")
        writer.appendField(2, "")
        #expect(writer.bytes == [10, 0])
    }
}
