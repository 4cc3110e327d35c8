internal import DocketRuntime
internal import DocketSystem
internal import DocketWire
internal import Testing

@testable internal import DocketRPC

/// When a client gives credit back for what it took.
private enum Repayment: CaseIterable {
    /// For each frame at once.
    case perFrame
    /// As many grants of one byte as the frame took.
    case perByte
    /// When half of the credit is owed.
    case byHalves
    /// When a thousand bytes are left, and no sooner.
    case nearlyAll
}

/// Takes what comes of some calls and gives the connection's credit back in one way.
private struct Reader: ~Copyable {
    let peer: RawPeer
    let repayment: Repayment
    let credit: Int
    private var owed = 0
    /// Bytes of each message, by its stream.
    var messages: [UInt32: [Int]] = [:]
    private var open: [UInt32: Int] = [:]
    /// How each call ended.
    var ends: [UInt32: StatusCode] = [:]
    var frames = 0

    init(_ port: UInt16, _ credit: Int, _ repayment: Repayment) throws {
        peer = try RawPeer(port: port, streamCredit: 1 << 30, connectionCredit: UInt32(credit))
        self.credit = credit
        self.repayment = repayment
    }

    mutating func read(until count: Int) throws {
        while ends.count < count {
            let frame = try peer.frame()
            if frame.type == FrameType.data.rawValue { try take(frame) }
            let meta = frame.payload.rawSpan.extracting(0..<frame.metaLength)
            if frame.type == FrameType.status.rawValue || frame.flags.contains(.endStream) {
                ends[frame.stream] = try ReplyMeta.decode(meta).status.code
            }
        }
    }

    private mutating func take(_ frame: RawPeer.Frame) throws {
        frames += 1
        open[frame.stream, default: 0] += frame.payload.count - frame.metaLength
        if !frame.flags.contains(.more) {
            messages[frame.stream, default: []].append(open.removeValue(forKey: frame.stream) ?? 0)
        }
        owed += frame.cost
        switch repayment {
        case .perFrame: try repay()
        case .byHalves: if owed >= credit / 2 { try repay() }
        case .nearlyAll: if owed >= credit - 1_000 { try repay() }
        case .perByte:
            var grants = ByteWriter()
            for _ in 0..<owed { ControlFrame.appendCredit(stream: 0, bytes: 1, to: &grants) }
            try peer.send(grants.bytes)
            owed = 0
        }
    }

    private mutating func repay() throws {
        try peer.grant(UInt32(owed), on: 0)
        owed = 0
    }
}

/// Group D: clients that grant little, and give back as they like.
@Suite("Conformance D: little credit", .timeLimit(.minutes(2)))
struct SmallCreditCases {
    private static let least = 139_280
    private static let credits = [least, 200_000, 262_144, 262_181, 300_000]

    @Test("the least credit is enough for small replies", arguments: credits)
    func smallReply(_ credit: Int) async throws {
        try await withTestServer { server in
            var reader = try Reader(server.port, credit, .perFrame)
            try reader.peer.call(1, .sized, encoded(80))
            try reader.read(until: 1)
            #expect(reader.messages[1] == [80])
            #expect(reader.ends[1] == .ok)
        }
    }

    @Test("and for large ones, however it is given back", arguments: credits, Repayment.allCases)
    fileprivate func largeReply(_ credit: Int, _ repayment: Repayment) async throws {
        try await withTestServer { server in
            var reader = try Reader(server.port, credit, repayment)
            let size: UInt32 = repayment == .perByte ? 300_000 : 5_000_000
            try reader.peer.call(1, .sized, encoded(size))
            try reader.read(until: 1)
            #expect(reader.messages[1] == [Int(size)])
            #expect(reader.ends[1] == .ok)
            // No windows of few bytes: a frame carries a fourth of the credit in the mean, or 1 KiB
            // where the server sees the credit come byte by byte.
            let part = repayment == .perByte ? 1 << 10 : credit / 4
            #expect(reader.frames < 8 + Int(size) / part)
        }
    }

    @Test("and for many calls at once", arguments: [Repayment.perFrame, .byHalves, .nearlyAll])
    fileprivate func manyCalls(_ repayment: Repayment) async throws {
        try await withTestServer { server in
            var reader = try Reader(server.port, Self.least, repayment)
            let streams = (0..<8).map { UInt32(2 * $0 + 1) }
            for stream in streams {
                try reader.peer.call(stream, .sized, encoded(100_000, 7, 0, 333_333))
            }
            try reader.read(until: streams.count)
            for stream in streams {
                #expect(reader.messages[stream] == [100_000, 7, 0, 333_333])
                #expect(reader.ends[stream] == .ok)
            }
        }
    }

    @Test("a deadline ends a call whose reply waits for credit, and nothing else")
    func deadline() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port, connectionCredit: UInt32(Self.least))
            _ = try peer.frame()
            try peer.call(1, .sized, encoded(1_000_000), timeoutMilliseconds: 300)
            var taken = 0
            var last = try peer.frame(of: 1)
            while last.type == FrameType.data.rawValue {
                taken += last.cost
                last = try peer.frame(of: 1)
            }
            #expect(last.type == FrameType.status.rawValue)
            let status = try ReplyMeta.decode(last.payload.rawSpan).status
            #expect(status.code == .deadlineExceeded)
            // All of the credit was used first, and it is whole again when it was given back.
            #expect(taken > Self.least - 1_100)
            try peer.grant(UInt32(taken), on: 0)
            try peer.call(3, .echo, [7])
            #expect(try peer.frame(of: 3).payload.last == 7)
        }
    }

    @Test("a server sends no message over the client's receive.max_message, and says so")
    func messageMaximum() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port, messageMaximum: 1_000)
            _ = try peer.frame()
            try peer.call(1, .sized, encoded(1_000, 1_001))
            #expect(try peer.frame(of: 1).payload.count == 1_000)
            let end = try peer.frame(of: 1)
            #expect(end.type == FrameType.status.rawValue)
            let status = try ReplyMeta.decode(end.payload.rawSpan).status
            #expect(status.code == .resourceExhausted)
            #expect(status.details.map(\.field) == ["receive.max_message"])
            #expect(status.details.map(\.limit) == [1_000])
        }
    }

    @Test("a client sends no message over the server's receive.max_message")
    func requestMaximum() async throws {
        try await withTestServer {
            $0.receive.messageMaximum = 1_000
        } _: { server in
            let client = try await server.connect()
            let long = [UInt8](repeating: 1, count: 1_001)
            #expect(
                await status { _ = try await client.call(CallMeta(.echo), long) }
                    == .resourceExhausted
            )
            let fits = try await client.call(CallMeta(.echo), Array(long.dropLast()))
            #expect(fits.body.count == 1_000)
            #expect(await client.callCount == 0)
        }
    }

    @Test("calls that wait for their reader stop no new ones")
    func reserve() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            _ = try peer.frame()
            // Their handlers take nothing: 8 times 500 KB nearly fill the 4 MiB of the connection.
            let waiting = (0..<8).map { UInt32(2 * $0 + 1) }
            for stream in waiting {
                let message = [UInt8](repeating: 1, count: 125_000)
                try peer.call(stream, .hold, message, flags: [])
                for _ in 0..<3 { try peer.data(stream, message) }
            }
            // Beyond the first 4 MiB, the server has to have granted what this takes.
            var granted = 0
            while granted < 64 << 10 {
                let frame = try peer.frame()
                guard frame.type == FrameType.credit.rawValue, frame.stream == 0 else { continue }
                granted += Int(frame.payload.rawSpan.bigEndian32(at: 0))
            }
            try peer.call(17, .echo, [UInt8](repeating: 7, count: 100_000))
            #expect(try peer.frame(of: 17).payload.last == 7)
        }
    }
}
