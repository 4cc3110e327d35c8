import DocketCore
import DocketMessages
import DocketSystem
import DocketWire
import Testing

/// What other writers of protobuf may send for the same value, and what no writer sends.
@Suite("Forms of the wire", .timeLimit(.minutes(5)))
struct WireFormTests {
    private func body(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        write(&writer)
        return writer.bytes
    }

    private func decode<Message: WireMessage>(
        _ type: Message.Type,
        _ write: (inout ByteWriter) -> Void
    ) throws(DocketError) -> Message {
        try type.decode(body(write).rawSpan)
    }

    @Test("numbers of a list come packed, one by one, or both")
    func packed() throws {
        let reply = try decode(UploadReply.self) { writer in
            writer.appendPresentField(2, 300 as UInt64)
            writer.appendMessage(2) { list in
                for number in 1...2 { list.appendVarint(UInt64(number)) }
            }
            writer.appendPresentField(2, 0 as UInt64)
        }
        #expect(reply.versions == [300, 1, 2, 0])
        let highlight = try decode(Highlight.self) { writer in
            for end in [0, 1, 2, 4] as [UInt64] { writer.appendPresentField(3, end) }
            writer.appendField(2, "text")
        }
        #expect(highlight.ranges == [0..<1, 2..<4])
        let flags = try decode(Attribute.self) { writer in
            writer.appendPresentField(4, 1 as UInt64)
            writer.appendMessage(4) { list in for bit in 0...1 { list.appendVarint(UInt64(bit)) } }
        }
        #expect(flags.values == [true, false, true])
        let numbers = try decode(Attribute.self) { writer in
            writer.appendMessage(3) { $0.append((1.5).bitPattern.byteSwapped) }
            writer.appendTag(3, .fixed64)
            writer.append((0.5).bitPattern.byteSwapped)
        }
        #expect(numbers.values == [1.5, 0.5])
    }

    @Test("a zero that is written means what an absent field means")
    func zeros() throws {
        let key = try decode(KeyDescription.self) { writer in
            for field in 4...6 { writer.appendPresentField(field, 0 as UInt64) }
        }
        #expect(key.expiresMicroseconds == nil)
        #expect(key.revokedMicroseconds == nil)
        let search = try decode(SearchRequest.self) { writer in
            for field in [3, 11, 12] { writer.appendPresentField(field, 0 as UInt64) }
            writer.appendMessage(7) { $0.appendPresentField(2, 0 as UInt64) }
            writer.appendPresentField(5, text: "")
        }
        var expected = SearchRequest(collection: "")
        expected.facets = [FacetRequest("", limit: 10)]
        #expect(search == expected)
    }

    @Test("fields come in any order")
    func order() throws {
        let search = try decode(SearchRequest.self) { writer in
            writer.appendPresentField(12, 5 as UInt64)
            writer.appendPresentField(11, 2 as UInt64)
            writer.appendField(2, "words")
            writer.appendField(1, "c")
        }
        #expect(search == SearchRequest(collection: "c", query: "words", total: .bounded(5)))
    }

    @Test("a message twice over is refused: singular fields come once", arguments: twice)
    func duplicates(contract: ContractText) throws {
        let doubled = contract.body + contract.body
        let contractCase = ContractCase.all.first { $0.testDescription == contract.testDescription }
        let error = #expect(throws: DocketError.self) {
            try #require(contractCase).rewritten(doubled)
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("comes twice") == true)
    }

    /// All but those that are one list and may be joined.
    static let twice =
        (ContractText.documents + ContractText.searches
        + ContractText.administration).filter {
            ![
                "GetReply", "ListCollectionsReply", "ListTenantsReply", "ListKeysReply",
                "StatusReply", "ListSnapshotsReply", "ListIndicesReply",
            ]
            .contains($0.testDescription)
        }

    @Test("a known field written as another type is refused", arguments: ContractCase.all)
    func types(contract: ContractCase) throws {
        let generated = try ContractCase.generated(contract.testDescription)
        for number in 1...13 {
            for type in [.varint, .fixed64, .bytes, .fixed32] as [ProtobufWireType] {
                let body = body { writer in
                    writer.appendTag(number, type)
                    switch type {
                    case .varint: writer.append(1 as UInt8)
                    case .fixed64: writer.append(1 as UInt64)
                    case .fixed32: writer.append(1 as UInt32)
                    case .bytes: writer.append(0 as UInt8)
                    }
                }
                let isRead = (try? contract.rewritten(body)) != nil
                #expect(!isRead || generated.accepts(body), "field \(number) as \(type)")
            }
        }
    }

    @Test("a highlight's ranges come in pairs, in order, inside the fragment")
    func ranges() {
        for ends in [[0], [1, 0], [0, 5], [0, 1, 2]] as [[UInt64]] {
            let error = #expect(throws: DocketError.self) {
                try decode(Highlight.self) { writer in
                    writer.appendField(2, "text")
                    writer.appendMessage(3) { list in for end in ends { list.appendVarint(end) } }
                }
            }
            #expect(error?.message.contains("field 3 is beyond its bound") == true)
        }
    }
}
