import DocketCore
import DocketMessages
import DocketSystem
import DocketWire
import Testing

@Suite("Bodies that are refused or partly known", .timeLimit(.minutes(5)))
struct RefusedBodyTests {
    /// What decoding the fields that `write` makes is refused with.
    private func fault<Message: WireMessage>(
        _ type: Message.Type,
        _ write: (inout ByteWriter) -> Void
    ) -> DocketError? {
        var writer = ByteWriter()
        write(&writer)
        do {
            _ = try type.decode(writer.bytes.rawSpan)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "text with a NUL or without UTF-8 is refused",
        arguments: [[97, 0], [0xff]] as [[UInt8]]
    )
    func text(bytes: [UInt8]) {
        let error = fault(SearchRequest.self) { $0.appendPresentField(2, bytes: bytes) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("field 2 is not UTF-8 or holds a NUL") == true)
    }

    @Test("a document that cannot be read is named by its place in the batch")
    func document() {
        let error = fault(UploadRequest.self) { writer in
            writer.appendMessage(2) { $0.appendField(1, "1") }
            writer.appendPresentField(2, bytes: [0x0A, 0x05, 0x61])
        }
        let message = "documents[1]: cannot be read: the bytes end inside a field"
        #expect(error?.message.contains(message) == true)
    }

    @Test("a singular sub-message comes once")
    func duplicate() {
        let error = fault(VersionedDocument.self) { writer in
            for _ in 0..<2 { writer.appendMessage(1) { $0.appendField(1, "a") } }
        }
        #expect(error?.message.contains("field 1 comes twice") == true)
    }

    @Test("a list over its bound is refused")
    func bound() {
        func ids(_ count: Int) -> DocketError? {
            fault(DeleteRequest.self) { writer in
                for _ in 0..<count { writer.appendPresentField(2, bytes: [97]) }
            }
        }
        #expect(ids(10_000) == nil)
        #expect(ids(10_001)?.message.contains("field 2 is beyond its bound") == true)
    }

    @Test("a scope that is not known here is kept out of a listed key, not the key of the list")
    func unknownScopeOfKey() throws {
        var writer = ByteWriter()
        for id in ["a", "b"] {
            writer.appendMessage(1) { key in
                key.appendField(1, id)
                for scope in ["write", "audit"] { key.appendField(3, scope) }
            }
        }
        let reply = try ListKeysReply.decode(writer.bytes.rawSpan)
        #expect(reply.keys.map(\.id) == ["a", "b"])
        #expect(reply.keys.map(\.scopes) == [.write, .write])
    }

    @Test("a key with a scope that is not known here is not made")
    func unknownScopeOfRequest() {
        let error = fault(CreateKeyRequest.self) { request in
            for scope in ["read", "audit"] { request.appendField(2, scope) }
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("there is no scope audit") == true)
    }

    @Test("a filter of 65 conditions is refused with the limit")
    func nodes() {
        let error = fault(SearchRequest.self) { writer in
            writer.appendMessage(4) { filter in
                for _ in 0..<65 { filter.appendMessage(1) { $0.appendField(1, 7 as UInt8) } }
            }
        }
        #expect(error?.message.contains("64") == true)
    }

    @Test("an enum value that is unknown is refused by its field's name")
    func unknownEnum() {
        let match = fault(SearchRequest.self) { $0.appendField(3, 9 as UInt8) }
        #expect(match?.message.contains("match") == true)
        let total = fault(SearchRequest.self) { $0.appendField(11, 9 as UInt8) }
        #expect(total?.message.contains("total") == true)
    }

    @Test("a language that is unknown is refused by its field's name, with those there are")
    func unknownLanguage() {
        let collection = fault(CreateCollectionRequest.self) { $0.appendField(3, "xx") }
        #expect(collection?.code == .invalidArgument)
        #expect(collection?.message.hasPrefix("language: is none of ar, ca") == true)
        let attribute = fault(CreateCollectionRequest.self) { request in
            request.appendMessage(2) { attribute in
                attribute.appendField(1, "a")
                attribute.appendField(2, 2 as UInt8)
                attribute.appendField(7, "DE")
            }
        }
        #expect(attribute?.message.hasPrefix("attributes.a.language: is none of ar") == true)
    }

    @Test("a field that is not served is UNIMPLEMENTED by its name")
    func unserved() {
        let error = fault(UploadRequest.self) { $0.appendMessage(3) { _ in } }
        #expect(error?.code == .unimplemented)
        #expect(error?.details.first?.field == "preconditions")
    }

    @Test("fields that are unknown are skipped, up to 32")
    func unknownFields() {
        func fields(_ count: Int) -> DocketError? {
            fault(SearchRequest.self) { writer in
                for place in 0..<count { writer.appendField(1000 + place, 1 as UInt8) }
            }
        }
        #expect(fields(32) == nil)
        #expect(fields(33)?.code == .invalidArgument)
    }
}
