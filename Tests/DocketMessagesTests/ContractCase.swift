import DocketCore
import DocketMessages
import DocketWire
import Testing

/// A message in three ways: Docket's value, protobuf-c's code, and samples.
struct ContractCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let generated: GeneratedMessage
    /// The body of a value by chance.
    let body: @Sendable (inout SampleValues) -> [UInt8]
    /// What Docket writes after it has read a body.
    let rewritten: @Sendable ([UInt8]) throws(DocketError) -> [UInt8]
    /// Records an issue unless the value of a seed comes back from protobuf-c as it was.
    let comparesThroughProtobuf: @Sendable (inout SampleValues) throws -> Void

    init<Message: WireMessage & Equatable>(
        _ name: String,
        _ generated: GeneratedMessage,
        _ sample: @escaping @Sendable (inout SampleValues) -> Message
    ) {
        testDescription = name
        self.generated = generated
        body = { sample(&$0).encode() }
        rewritten = { (body) throws(DocketError) in try Message.decode(body.rawSpan).encode() }
        comparesThroughProtobuf = { samples in
            let value = sample(&samples)
            let body = value.encode()
            #expect(generated.unknownFields(in: body) == 0)
            let theirs = try #require(generated.repacked(body), "protobuf-c cannot read it")
            let back = try Message.decode(theirs.rawSpan)
            #expect(back == value)
        }
    }

    static let all = [
        ContractCase("UploadRequest", .uploadRequest) { $0.uploadRequest() },
        ContractCase("SearchRequest", .searchRequest) { $0.searchRequest() },
        ContractCase("SearchReply", .searchReply) { $0.searchReply() },
        ContractCase("DeleteRequest", .deleteRequest) { $0.deleteRequest() },
        ContractCase("GetReply", .getReply) { $0.getReply() },
        ContractCase("StatusReply", .statusReply) { $0.statusReply() },
        ContractCase("StreamPart", .streamPart) { $0.streamPart() },
        ContractCase("Collection", .collection) { $0.collection() },
        ContractCase("CreateKeyReply", .createKeyReply) { $0.createKeyReply() },
        ContractCase("Quota", .quota) { $0.quota() },
    ]
}
