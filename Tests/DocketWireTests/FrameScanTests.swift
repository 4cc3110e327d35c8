import DocketSystem
import DocketWire
import Testing

@Suite("Frames in a stream of bytes", .timeLimit(.minutes(5)))
struct FrameScanTests {
    private static let headers = [
        FrameHeader(type: .hello, metaLength: 3),
        FrameHeader(type: .call, flags: .endStream, stream: 1, metaLength: 2, bodyLength: 5),
        FrameHeader(type: FrameType(rawValue: 0xe7), bodyLength: 7),
        FrameHeader(type: .data, stream: 1),
        FrameHeader(type: .ping, bodyLength: 8),
    ]

    private static let bytes = written { writer in
        for header in headers {
            header.encode(into: &writer)
            writer.append([UInt8](repeating: UInt8(header.length), count: header.length))
        }
    }

    /// What a receiver finds that takes whole frames off the front as they come.
    private static func scan(_ pieces: [[UInt8]]) -> [FrameScan] {
        var buffer: [UInt8] = []
        var found: [FrameScan] = []
        for piece in pieces {
            buffer += piece
            while let step = next(&buffer) { found.append(step) }
        }
        #expect(buffer.isEmpty)
        return found
    }

    private static func next(_ buffer: inout [UInt8]) -> FrameScan? {
        let step = FrameScan(buffer.rawSpan, limits: FrameLimits())
        switch step {
        case .frame(let header), .skip(let header):
            buffer.removeFirst(header.frameLength)
            return step
        case .failed(let error):
            Issue.record("refused: \(error.message)")
            return nil
        case .needMore(let count):
            #expect(count > buffer.count)
            return nil
        }
    }

    private static let expected = headers.map { header -> FrameScan in
        header.type.isKnown ? .frame(header) : .skip(header)
    }

    @Test("are found whole")
    func whole() {
        #expect(Self.scan([Self.bytes]) == Self.expected)
    }

    @Test("are found when cut in two at any byte")
    func split() {
        for place in 0...Self.bytes.count {
            let pieces = [Array(Self.bytes[..<place]), Array(Self.bytes[place...])]
            #expect(Self.scan(pieces) == Self.expected, "cut at \(place)")
        }
    }

    @Test("are found byte by byte")
    func bytewise() {
        #expect(Self.scan(Self.bytes.map { [$0] }) == Self.expected)
    }

    @Test("are refused by the header alone, before the rest has come")
    func refusedEarly() {
        let header = [UInt8](hex: "022001 05 00 00 0000 00000001 00022001")
        guard case .failed(let error) = FrameScan(header.rawSpan, limits: FrameLimits()) else {
            Issue.record("a frame over the limit was not refused")
            return
        }
        #expect(error.scope == .connection(.frameTooLarge))
        let early = FrameScan(Array(header[..<15]).rawSpan, limits: FrameLimits())
        #expect(early == .needMore(16))
    }
}
