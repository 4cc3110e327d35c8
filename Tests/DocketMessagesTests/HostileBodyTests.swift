import DocketCore
import DocketMessages
import DocketSystem
import DocketWire
import Testing

/// What the scan keeps away from protobuf-c, and what it must let through.
@Suite("Bodies that protobuf-c alone must not read", .timeLimit(.minutes(5)))
struct HostileBodyTests {
    private func body(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        write(&writer)
        return writer.bytes
    }

    private func fault<Message: WireMessage>(
        _ type: Message.Type,
        _ write: (inout ByteWriter) -> Void
    ) -> String? {
        do {
            _ = try type.decode(body(write).rawSpan)
            return nil
        } catch {
            return error.message
        }
    }

    @Test(
        "a sub-message that comes 100,000 times, which protobuf-c would merge as often, is refused"
    )
    func merging() {
        let message = fault(SearchRequest.self) { writer in
            for _ in 0..<100_000 {
                writer.appendMessage(4) { $0.appendMessage(1) { $0.appendField(1, 7 as UInt8) } }
            }
        }
        #expect(message == "body: cannot be read: field 4 comes twice")
    }

    @Test("many small parts are refused when they take far more memory than their bytes")
    func amplification() {
        func empty(_ count: Int) -> String? {
            fault(GetReply.self) { writer in
                for _ in 0..<count { writer.appendMessage(1) { _ in } }
            }
        }
        #expect(empty(1000) == nil)
        let reason = "the parts take more memory than a body of this length is given"
        #expect(empty(10_000) == "body: cannot be read: \(reason)")
        #expect(empty(10_001) == "body: cannot be read: field 1 is beyond its bound")
    }

    @Test("a number that its field cannot hold is refused, not cut off")
    func ranges() {
        let limit = fault(SearchRequest.self) { $0.appendPresentField(8, 1 << 32 as UInt64) }
        #expect(limit == "body: cannot be read: field 8 is beyond its bound")
        let match = fault(SearchRequest.self) { $0.appendField(3, 1 << 32 | 1 as UInt64) }
        #expect(match == "body: cannot be read: field 3 is beyond its bound")
        let negative = fault(SearchRequest.self) { $0.appendField(3, UInt64.max) }
        #expect(negative == "match: is unknown")
        let end = fault(Highlight.self) { writer in
            writer.appendMessage(3) { list in for _ in 0..<2 { list.appendVarint(1 << 32) } }
        }
        #expect(end == "body: cannot be read: field 3 is beyond its bound")
        let flag = fault(Attribute.self) { $0.appendMessage(4) { $0.append(2 as UInt8) } }
        #expect(flag == "body: cannot be read: field 4 is beyond its bound")
    }

    @Test("a NUL in a document survives both ways, for whoever refuses the document by its field")
    func nul() throws {
        let document = Document(
            id: "a\0b",
            title: "\0",
            body: "é\0\0 and more\0",
            attributes: [Attribute("names", ["x\0y", "z", ""])]
        )
        let upload = UploadRequest(collection: "c", documents: [Document(id: "ÿ"), document])
        #expect(try UploadRequest.decode(upload.encode().rawSpan) == upload)
        let hits = SearchReply(hits: [Hit(document: document, version: 1, score: 1)])
        #expect(try SearchReply.decode(hits.encode().rawSpan) == hits)
        let query = fault(SearchRequest.self) {
            $0.append(SearchRequest(collection: "a\0").encode())
        }
        #expect(query == "body: cannot be read: field 1 is not UTF-8 or holds a NUL")
    }

    @Test("text is UTF-8 for the scan exactly when it is for Swift")
    func text() throws {
        let bytes: [UInt8] = [
            0x20, 0x61, 0x61, 0x61, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2,
            0xC3, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        let parts = ["é", "ß", "語", "\u{800}", "\u{FFFF}", "😀", "\u{10FFFF}"].map {
            Array($0.utf8)
        }
        var samples = SampleValues(seed: 7)
        var (good, bad) = (0, 0)
        for _ in 0..<20_000 {
            var text = [UInt8](repeating: 0x61, count: samples.number(0...20))
            for _ in 0..<samples.number(0...6) {
                text += parts[samples.number(0...parts.count - 1)]
                text += [UInt8](repeating: 0x62, count: samples.number(0...9))
            }
            if samples.flag(), !text.isEmpty {
                text[samples.number(0...text.count - 1)] =
                    bytes[samples.number(0...bytes.count - 1)]
            }
            let expected = String(validating: text, as: UTF8.self)
            let read = try? SearchRequest.decode(
                body { $0.appendPresentField(2, bytes: text) }.rawSpan
            )
            #expect(read?.query == expected, "\(text)")
            if expected == nil { bad += 1 } else { good += 1 }
        }
        #expect(good > 5000)
        #expect(bad > 2000)
    }

    @Test("no message of the contract is deeper or has more fields than the scan allows")
    func shape() {
        for (name, message) in GeneratedMessage.all {
            #expect(message.levels().map { $0 <= 8 } == true, "\(name) is too deep")
            #expect(message.mostFields() <= 64, "\(name) has too many fields")
        }
    }
}
