import DocketSystem
import DocketWire
import Foundation
import Testing

/// Every example of docs/PROTOCOL.md is what it says it is.
///
/// Fences are marked `preface`, `frames client` or `frames server`. Each header stands on a line of
/// its own, whose comment begins with the type of the frame.
@Suite("Examples of the protocol's description", .timeLimit(.minutes(5)))
struct ProtocolDocumentTests {
    private struct Line {
        var bytes: [UInt8]
        var comment: Substring
    }

    private static func fences(_ marker: String) throws -> [[Line]] {
        let text = try Repository.text("docs/PROTOCOL.md")
        return text.components(separatedBy: "\n```\(marker)\n").dropFirst().map { rest in
            rest.components(separatedBy: "\n```")[0].split(separator: "\n").map { line in
                let comment = line.drop { $0 != "#" }.drop { "# ".contains($0) }
                return Line(bytes: [UInt8](hex: String(line)), comment: comment)
            }
        }
    }

    private static let names: [Substring: FrameType] = [
        "HELLO": .hello, "HELLO_ACK": .helloAck, "CALL": .call, "DATA": .data, "STATUS": .status,
        "CANCEL": .cancel, "CREDIT": .credit, "PING": .ping, "GOAWAY": .goAway,
    ]

    @Test("the preface is accepted")
    func preface() throws {
        let fences = try Self.fences("preface")
        #expect(fences.count == 1)
        for fence in fences {
            let bytes = fence.flatMap(\.bytes)
            #expect(bytes == written { Preface().encode(into: &$0) })
        }
    }

    @Test("each frame is legal, and named as its type", arguments: ["client", "server"])
    func frames(_ side: String) throws {
        var seen: Set<UInt8> = []
        for fence in try Self.fences("frames \(side)") {
            var rest = fence[...]
            while let first = rest.first {
                let header = try #require(try Self.takeFrame(&rest), "at \(first.comment)")
                seen.insert(header.type.rawValue)
                let name = first.comment.prefix { $0.isLetter || $0 == "_" }
                if header.type.isKnown {
                    #expect(Self.names[name] == header.type, "\(first.comment)")
                }
                #expect(first.comment.contains("END_STREAM") == header.flags.contains(.endStream))
            }
        }
        let all: Set<UInt8> =
            side == "client" ? [1, 4, 5, 7, 8, 9, 10, 0xe7] : [2, 5, 6, 9, 10]
        #expect(seen == all, "types of frames with an example")
    }

    /// The frame at the beginning of `lines`, which loses its lines; nil when there is none.
    private static func takeFrame(_ lines: inout ArraySlice<Line>) throws -> FrameHeader? {
        guard lines.first?.bytes.count == FrameHeader.size else { return nil }
        var bytes: [UInt8] = []
        while let line = lines.popFirst() {
            bytes += line.bytes
            switch FrameScan(bytes.rawSpan, limits: FrameLimits()) {
            case .needMore: continue
            case .failed(let error):
                Issue.record("\(line.comment): \(error.message)")
                return nil
            case .frame(let header), .skip(let header):
                #expect(bytes.count == header.frameLength, "\(line.comment)")
                try checkContent(header, bytes)
                return header
            }
        }
        return nil
    }

    private static func checkContent(_ header: FrameHeader, _ bytes: [UInt8]) throws {
        let meta = Array(bytes[header.metaRange()])
        let body = Array(bytes[header.bodyRange()])
        switch header.type {
        case .hello: #expect(written(try Hello.decode(meta).explicitEncode) == meta)
        case .helloAck: #expect(written(try HelloAck.decode(meta).encode) == meta)
        case .call: #expect(written(try CallMeta.decode(meta).encode) == meta)
        case .data, .status: #expect(written(try ReplyMeta.decode(meta).encode) == meta)
        case .goAway: #expect(written(try GoAway.decode(meta).encode) == meta)
        default: #expect(meta.isEmpty)
        }
        guard header.codec == .zstd else { return }
        var codec = try ZstdCodec()
        var raw: [UInt8] = []
        try codec.decompress(body.rawSpan, rawLength: header.rawLength, into: &raw)
        #expect(raw.count == header.rawLength)
    }

    @Test("examples say in words what is in the bytes")
    func values() throws {
        let client = try Self.fences("frames client").map { $0.flatMap(\.bytes) }
        let server = try Self.fences("frames server").map { $0.flatMap(\.bytes) }
        let onStream1 = client.first { $0[3] == FrameType.call.rawValue && $0[11] == 1 }
        let call = try #require(onStream1)
        let meta = try CallMeta.decode(Array(call[16..<24]))
        #expect(meta.method == 3 && meta.timeoutMilliseconds == 1500)
        #expect(meta.maxStaleMilliseconds == 10_000)
        let data = try #require(server.first { $0[3] == FrameType.data.rawValue })
        let header = FrameHeader.decode(data.rawSpan)
        let reply = try ReplyMeta.decode(Array(data[header.metaRange()]))
        #expect(
            reply.origin.source == .l1 && reply.origin.tookMicroseconds == 9
                && reply.requestID == "q1"
        )
        let status = try #require(server.first { $0[3] == FrameType.status.rawValue })
        let end = try ReplyMeta.decode(Array(status[16...]))
        #expect(end.status.code == .notFound && end.status.details.count == 1)
    }
}

extension Hello {
    /// As `encode`, without limits that are the defaults.
    fileprivate func explicitEncode(into writer: inout ByteWriter) {
        let whole = written(encode)
        let limits = written { $0.appendPresentField(1, bytes: []) }.count
        let skipped = receive == ReceiveLimits() ? Int(whole[1]) + limits : 0
        writer.append(Array(whole[skipped...]))
    }
}
