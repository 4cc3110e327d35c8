import DocketWire
import Testing

@Suite("Metadata", .timeLimit(.minutes(5)))
struct MetadataTests {
    @Test("is written as protobuf writes it", arguments: MetadataSample.all)
    func golden(_ sample: MetadataSample) {
        #expect(sample.encoded.hex == sample.golden.hex)
    }

    @Test("comes back as it was sent")
    func roundTrip() throws {
        let bytes = MetadataSample.all.map(\.golden)
        #expect(try CallMeta.decode(bytes[0]) == MetadataSample.callMeta)
        #expect(try ReplyMeta.decode(bytes[1]) == MetadataSample.replyMeta)
        #expect(try Hello.decode(bytes[2]) == MetadataSample.hello)
        #expect(try HelloAck.decode(bytes[3]) == MetadataSample.helloAck)
        #expect(try GoAway.decode(bytes[4]) == MetadataSample.goAway)
    }

    @Test("of no bytes has only defaults")
    func empty() throws {
        let none: [UInt8] = []
        #expect(try CallMeta.decode(none) == CallMeta())
        #expect(try ReplyMeta.decode(none) == ReplyMeta())
        #expect(try Hello.decode(none) == Hello())
        #expect(written(CallMeta().encode).isEmpty)
        #expect(written(ReplyMeta().encode).isEmpty)
    }

    @Test("skips fields that are not known", arguments: MetadataSample.all)
    func unknownFields(_ sample: MetadataSample) throws {
        let unknown = [UInt8](hex: "a8 06 01  b2 06 03 01 02 03  bd 06 00 00 00 00")
        #expect(try sample.recode(unknown + sample.golden + unknown) == sample.golden)
    }

    @Test("takes the last of a number that comes twice")
    func lastWins() throws {
        let bytes = [UInt8](hex: "08 01 08 03")
        #expect(try CallMeta.decode(bytes).method == 3)
    }

    @Test(
        "refuses a sub-message that comes twice",
        arguments: ["0a 00 0a 00", "0a 02 08 05 0a 00"]
    )
    func duplicates(_ hex: String) {
        let bytes = [UInt8](hex: hex)
        #expect(throws: ProtobufError.duplicateMessage(field: 1)) {
            try ReplyMeta.decode(bytes)
        }
        #expect(throws: ProtobufError.duplicateMessage(field: 1)) {
            try Hello.decode(bytes)
        }
    }

    @Test("refuses a known field of another wire type")
    func wireTypes() {
        for field in 1...9 {
            let bytes = written { $0.appendTag(field, .fixed64) } + [UInt8](repeating: 0, count: 8)
            #expect(throws: ProtobufError.unexpectedWireType(field: field)) {
                try CallMeta.decode(bytes)
            }
        }
    }

    @Test("refuses numbers beyond their type, never cutting them short")
    func ranges() {
        let method = [UInt8](hex: "08 80 80 04")
        #expect(throws: ProtobufError.outOfRange(field: 1)) {
            try CallMeta.decode(method)
        }
        // 2^32 ms would become "no deadline", -1 as int32 has ten bytes.
        for hex in ["10 80 80 80 80 10", "10 ff ff ff ff ff ff ff ff ff 01"] {
            let timeout = [UInt8](hex: hex)
            #expect(throws: ProtobufError.outOfRange(field: 2)) {
                try CallMeta.decode(timeout)
            }
        }
    }

    @Test("ignores a trace context of another length, which must not fail a call")
    func traceParent() throws {
        let bytes = [UInt8](hex: "08 03 3a 02 01 02")
        let meta = try CallMeta.decode(bytes)
        #expect(meta.method == 3 && meta.traceParent == nil)
    }

    @Test("holds a code that is not known as unknown")
    func unknownCode() throws {
        let bytes = [UInt8](hex: "0a 02 08 63  10 63")
        let meta = try ReplyMeta.decode(bytes)
        #expect(meta.status.code == .unknown)
        #expect(meta.origin.source == .none)
        let reason = [UInt8](hex: "10 ff 07")
        #expect(try GoAway.decode(reason).reason == .internalError)
    }
}

@Suite("Bounds of metadata", .timeLimit(.minutes(5)))
struct MetadataBoundsTests {
    @Test("a field at its bound is taken, one byte more is not")
    func lengths() {
        func isTaken(_ count: Int, _ field: Int, _ decode: ([UInt8]) throws -> Void) -> Bool {
            let value = [UInt8](repeating: 0x61, count: count)
            let bytes = written { $0.appendPresentField(field, bytes: value) }
            return (try? decode(bytes)) != nil
        }
        let call: ([UInt8]) throws -> Void = { _ = try CallMeta.decode($0) }
        let hello: ([UInt8]) throws -> Void = { _ = try Hello.decode($0) }
        let ack: ([UInt8]) throws -> Void = { _ = try HelloAck.decode($0) }
        let goAway: ([UInt8]) throws -> Void = { _ = try GoAway.decode($0) }
        let status: ([UInt8]) throws -> Void = { _ = try CallStatus.decode($0) }
        let bounds: [(Int, Int, ([UInt8]) throws -> Void)] = [
            (128, 6, call), (64, 9, call), (16, 2, hello), (512, 3, hello), (128, 4, hello),
            (16, 4, ack), (64, 5, ack), (256, 5, goAway), (1024, 2, status),
        ]
        for (bound, field, decode) in bounds {
            #expect(isTaken(bound, field, decode), "field \(field) of \(bound) bytes")
            #expect(!isTaken(bound + 1, field, decode), "field \(field) of \(bound + 1) bytes")
        }
    }

    @Test("the hundred and first detail is refused")
    func details() throws {
        let hundred = written { writer in
            for _ in 0..<100 { writer.appendPresentField(3, bytes: []) }
        }
        #expect(try CallStatus.decode(hundred).details.count == 100)
        let more = hundred + [0x1a, 0x00]
        #expect(throws: ProtobufError.outOfRange(field: 3)) {
            try CallStatus.decode(more)
        }
    }

    @Test("a status of any size fits in the metadata of one frame and can be read")
    func largestStatus() throws {
        let text = String(repeating: "é\n", count: 5000)
        let detail = StatusDetail(field: text, item: .max, limit: .max, reason: text)
        let status = CallStatus(
            .invalidArgument,
            text,
            details: Array(repeating: detail, count: 500),
            retryAfterMilliseconds: .max,
            notProcessed: true
        )
        var meta = ReplyMeta(status: status)
        meta.origin.asOfMicroseconds = .max
        meta.origin.tookMicroseconds = .max
        meta.requestID = text
        let bytes = written(meta.encode)
        #expect(bytes.count <= FrameLimits().metaMaximum)
        let read = try ReplyMeta.decode(bytes)
        #expect(read.status.message.utf8.count <= CallStatus.messageMaximum)
        #expect(read.status.message.hasPrefix("é é é"))
        #expect(read.status.details.count > 10)
        #expect(read.status.notProcessed && read.status.retryAfterMilliseconds == .max)
    }

    @Test("control characters do not travel in messages")
    func controlCharacters() throws {
        let status = CallStatus(.internalError, "a\u{0}b\u{1b}[31mc\r\nd\u{7f}e\u{85}f")
        let bytes = written(status.encode)
        #expect(try CallStatus.decode(bytes).message == "a b [31mc  d e f")
    }

    @Test("nesting beyond what the messages have is never entered")
    func depth() throws {
        var bytes: [UInt8] = []
        for _ in 0..<500 { bytes = written { $0.appendPresentField(7, bytes: bytes) } }
        #expect(try Hello.decode(bytes) == Hello())
    }
}

@Suite("Limits that a side announces", .timeLimit(.minutes(5)))
struct ReceiveLimitsTests {
    @Test("by default are usable")
    func defaults() {
        #expect(ReceiveLimits().validate() == nil)
        #expect(ReceiveLimits().frameLimits == FrameLimits())
    }

    @Test("that are missing or zero have their defaults")
    func missing() throws {
        let bytes = [UInt8](hex: "0a 02 08 00")
        #expect(try Hello.decode(bytes).receive == ReceiveLimits())
    }

    @Test("cannot be below one largest frame, or both sides would wait for ever")
    func credit() {
        var limits = ReceiveLimits()
        let least = UInt32(FrameLimits().creditMinimum)
        limits.initialStreamCredit = least
        limits.initialConnectionCredit = least
        #expect(limits.validate() == nil)
        limits.initialStreamCredit = least - 1
        #expect(limits.validate()?.scope == .connection(.unacceptableLimits))
        limits.initialStreamCredit = least
        limits.initialConnectionCredit = 0x8000_0000
        #expect(limits.validate()?.scope == .connection(.unacceptableLimits))
    }

    @Test("have a least and a most", arguments: [16_383, 1_048_577, UInt32.max])
    func frameSizes(_ size: UInt32) {
        var limits = ReceiveLimits()
        limits.initialStreamCredit = 0x7fff_ffff
        limits.initialConnectionCredit = 0x7fff_ffff
        limits.frameRawMaximum = size
        #expect(limits.validate()?.scope == .connection(.unacceptableLimits))
        limits.frameRawMaximum = 1 << 20
        #expect(limits.validate() == nil)
        limits.metaMaximum = 8193
        #expect(limits.validate()?.scope == .connection(.unacceptableLimits))
    }
}
