import DocketSystem
import DocketTestKit
import DocketWire
import Testing

@Suite("Frame header", .timeLimit(.minutes(5)))
struct FrameHeaderTests {
    @Test("has the layout that PROTOCOL.md shows, byte for byte")
    func golden() {
        let header = FrameHeader(
            type: .call,
            flags: FrameFlags(priority: .bulk).union(.endStream),
            stream: 0x0102_0305,
            metaLength: 0x0a0b,
            bodyLength: 0x1122,
            codec: .zstd,
            rawLength: 0x0001_2345
        )
        let bytes = written { header.encode(into: &$0) }
        #expect(bytes.hex == "001b2d" + "04" + "41" + "01" + "0a0b" + "01020305" + "00012345")
        #expect(FrameHeader.decode(bytes.rawSpan) == header)
    }

    @Test("survives encoding and decoding for any values, at any offset")
    func roundTrip() {
        var random = SeededGenerator(seed: 20_251_123)
        for round in 0..<2000 {
            var header = FrameHeader(
                type: FrameType(rawValue: random.next()),
                flags: FrameFlags(rawValue: random.next()),
                stream: random.next(),
                metaLength: Int.random(in: 0...0xffff, using: &random),
                codec: FrameCodec(rawValue: random.next()),
                rawLength: Int.random(in: 0...0xffff_ffff, using: &random)
            )
            header.length = Int.random(in: header.metaLength...0xff_ffff, using: &random)
            let lead = round % 9
            let bytes = written { writer in
                writer.append([UInt8](repeating: 0xee, count: lead))
                header.encode(into: &writer)
            }
            #expect(bytes.count == lead + FrameHeader.size)
            #expect(FrameHeader.decode(bytes.rawSpan, at: lead) == header, "round \(round)")
        }
    }

    @Test("takes every frame that is legal", arguments: Self.legal)
    func accepts(_ header: FrameHeader) {
        #expect(header.validate(limits: FrameLimits()) == nil)
    }

    static let legal: [FrameHeader] = [
        FrameHeader(type: .hello, metaLength: 100),
        FrameHeader(type: .helloAck, metaLength: 8192),
        FrameHeader(type: .call, flags: .endStream, stream: 1, metaLength: 2),
        FrameHeader(type: .call, flags: .more, stream: 3, metaLength: 2, bodyLength: 128 << 10),
        FrameHeader(type: .data, stream: 0x7fff_ffff),
        FrameHeader(
            type: .data,
            flags: FrameFlags(priority: .background),
            stream: 5,
            bodyLength: 1,
            codec: .zstd,
            rawLength: 128 << 10
        ),
        FrameHeader(type: .data, stream: 5, bodyLength: 64, codec: .zstd, rawLength: 64),
        FrameHeader(type: .data, stream: 5, bodyLength: 3, codec: FrameCodec(rawValue: 9)),
        FrameHeader(type: .status, stream: 7),
        FrameHeader(type: .status, flags: .endStream, stream: 7, metaLength: 8192),
        FrameHeader(type: .cancel, stream: 9, bodyLength: 1),
        FrameHeader(type: .credit, bodyLength: 4),
        FrameHeader(type: .credit, stream: 11, bodyLength: 4),
        FrameHeader(type: .ping, bodyLength: 8),
        FrameHeader(type: .ping, flags: .ack, bodyLength: 8),
        FrameHeader(type: .goAway, metaLength: 4),
        // Unknown and ignorable: nothing but the length is judged.
        FrameHeader(type: FrameType(rawValue: 0x80), flags: FrameFlags(rawValue: 0xff), stream: 2),
        FrameHeader(type: FrameType(rawValue: 0xff), stream: .max, bodyLength: 136 << 10),
    ]

    @Test("refuses every frame that is not, and says why", arguments: HostileHeader.corpus)
    func refuses(_ hostile: HostileHeader) {
        let bytes = [UInt8](hex: hostile.hex)
        let error = FrameHeader.decode(bytes.rawSpan).validate(limits: FrameLimits())
        #expect(error?.scope == .connection(hostile.reason))
        #expect(error?.message.isEmpty == false)
    }

    @Test("judges by the limits that it is given")
    func limits() {
        let small = FrameLimits(frameRawMaximum: 16 << 10, metaMaximum: 1 << 10)
        let body = FrameHeader(type: .data, stream: 1, bodyLength: 16 << 10)
        #expect(body.validate(limits: small) == nil)
        let longer = FrameHeader(type: .data, stream: 1, bodyLength: 16 << 10 + 1)
        #expect(longer.validate(limits: small)?.scope == .connection(.frameTooLarge))
        let meta = FrameHeader(type: .data, stream: 1, metaLength: 1025)
        #expect(meta.validate(limits: small)?.scope == .connection(.frameTooLarge))
        let unpacked = FrameHeader(
            type: .data,
            stream: 1,
            bodyLength: 9,
            codec: .zstd,
            rawLength: 16 << 10 + 1
        )
        #expect(unpacked.validate(limits: small)?.scope == .connection(.frameTooLarge))
        #expect(FrameLimits.beforeHello.frameRawMaximum == 16 << 10)
    }

    @Test("never traps, whatever the sixteen bytes")
    func random() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let words: [UInt64] = [random.next(), random.next()]
            let bytes = written { writer in for word in words { writer.append(word) } }
            let header = FrameHeader.decode(bytes.rawSpan)
            if header.validate(limits: FrameLimits()) == nil {
                #expect(header.length <= FrameLimits().lengthMaximum)
                #expect(!header.type.isKnown || header.bodyLength >= 0)
            }
            #expect(written { header.encodeUnchecked(into: &$0) } == bytes)
        }
    }

    @Test("credit counts the raw body, the metadata and the header")
    func creditCost() {
        let header = FrameHeader(
            type: .data,
            stream: 1,
            metaLength: 10,
            bodyLength: 20,
            codec: .zstd,
            rawLength: 1000
        )
        #expect(header.creditCost == 1026)
        #expect(FrameLimits().creditMinimum == 131_072 + 8192 + 16)
    }

    @Test("finds metadata and body")
    func ranges() {
        let header = FrameHeader(type: .data, stream: 1, metaLength: 3, bodyLength: 5)
        #expect(header.metaRange(at: 100) == 116..<119)
        #expect(header.bodyRange(at: 100) == 119..<124)
        #expect(header.frameLength == 24)
    }
}

extension FrameHeader {
    /// The layout without the checks that a sender's own frames pass.
    fileprivate func encodeUnchecked(into writer: inout ByteWriter) {
        // The length takes three bytes, the type the fourth.
        writer.append(UInt32(length) << 8 | UInt32(type.rawValue))
        writer.append(flags.rawValue)
        writer.append(codec.rawValue)
        writer.append(UInt16(metaLength))
        writer.append(stream)
        writer.append(UInt32(rawLength))
    }
}

@Suite("Frame flags", .timeLimit(.minutes(5)))
struct FrameFlagsTests {
    @Test("carry a priority beside the other flags", arguments: Priority.allCases)
    func priority(_ priority: Priority) {
        var flags: FrameFlags = [.endStream, .ack]
        flags.priority = priority
        #expect(flags.priority == priority)
        #expect(flags.isSuperset(of: [.endStream, .ack]))
        flags.priority = .interactive
        #expect(flags == [.endStream, .ack])
        #expect(FrameFlags(priority: priority).rawValue == priority.rawValue << 5)
    }
}
