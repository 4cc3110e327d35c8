internal import DocketRPC
internal import DocketRuntime
internal import DocketSystem
internal import DocketWire
internal import Testing

/// What comes before a connection is open.
@Suite("Conformance: greeting", .timeLimit(.minutes(1)))
struct GreetingCases {
    @Test("a client that sends no HELLO in time hears so", arguments: [true, false])
    func tooLate(_ hasPreface: Bool) async throws {
        try await withTestServer {
            $0.greetingLimit = .milliseconds(1)
        } _: { server in
            var preface = ByteWriter()
            Preface().encode(into: &preface)
            let peer = try RawPeer(port: server.port, sending: hasPreface ? preface.bytes : [])
            #expect(try peer.farewell() == .timeout)
            let hasEnded = peer.readsToEnd()
            #expect(hasEnded)
        }
    }

    @Test("unknown frames that may be skipped may come before HELLO")
    func unknownFrame() async throws {
        try await withTestServer { server in
            let greeting = RawPeer.greeting()
            var unknown = ByteWriter()
            FrameHeader(type: FrameType(rawValue: 0xE7), bodyLength: 3).encode(into: &unknown)
            var bytes = Array(greeting.prefix(8))
            bytes += unknown.bytes
            bytes += [1, 2, 3]
            bytes += greeting.dropFirst(8)
            let peer = try RawPeer(port: server.port, sending: bytes)
            #expect(try peer.frame().type == FrameType.helloAck.rawValue)
        }
    }

    @Test("and others may not")
    func earlyFrame() async throws {
        try await withTestServer { server in
            var bytes = Array(RawPeer.greeting().prefix(8))
            bytes += RawPeer.call(1, CallMeta(.echo), [1])
            let peer = try RawPeer(port: server.port, sending: bytes)
            #expect(try peer.farewell() == .protocolError)
        }
    }

    @Test("calls right behind HELLO are answered behind HELLO_ACK")
    func earlyCalls() async throws {
        try await withTestServer { server in
            let streams: [UInt32] = [1, 3, 5]
            var bytes = RawPeer.greeting()
            for stream in streams {
                bytes += RawPeer.call(stream, CallMeta(.echo), [UInt8(stream), 7])
            }
            let peer = try RawPeer(port: server.port, sending: bytes)
            #expect(try peer.frame().type == FrameType.helloAck.rawValue)
            var messages: [UInt32: [UInt8]] = [:]
            while messages.count < streams.count {
                let frame = try peer.frame()
                if frame.type == FrameType.data.rawValue { messages[frame.stream] = frame.payload }
            }
            #expect(messages == [1: [1, 7], 3: [3, 7], 5: [5, 7]])
        }
    }

    @Test("their cost comes off the credit that HELLO_ACK announces")
    func earlyCredit() async throws {
        try await withTestServer { server in
            let early = RawPeer.call(1, CallMeta(.hold), [UInt8](repeating: 1, count: 16_000), [])
            let peer = try RawPeer(port: server.port, sending: RawPeer.greeting() + early)
            let answer = try peer.frame()
            let ack = try HelloAck.decode(answer.payload.rawSpan)
            var left = Int(ack.receive.initialStreamCredit) - early.count
            while left > FrameHeader.size {
                let count = min(131_072, left - FrameHeader.size)
                try peer.data(1, [UInt8](repeating: 1, count: count))
                left -= count + FrameHeader.size
            }
            // All of it was used, and one byte more is too much.
            try peer.call(3, .echo, [7])
            #expect(try peer.frame(of: 3).payload.last == 7)
            try peer.data(1, [1])
            #expect(try peer.farewell() == .flowControl)
        }
    }

    private static var unacceptable: [ReceiveLimits] {
        func changed(_ change: (inout ReceiveLimits) -> Void) -> ReceiveLimits {
            var limits = ReceiveLimits()
            change(&limits)
            return limits
        }
        return [
            changed { $0.frameRawMaximum = 16_383 }, changed { $0.frameRawMaximum = 1_048_577 },
            changed { $0.metaMaximum = 1_023 }, changed { $0.metaMaximum = 8_193 },
            changed { $0.initialStreamCredit = 139_279 },
            changed { $0.initialConnectionCredit = 139_279 },
            changed { $0.initialStreamCredit = 0x8000_0000 },
        ]
    }

    @Test("limits that cannot work are refused", arguments: unacceptable)
    func limits(_ receive: ReceiveLimits) async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port, sending: RawPeer.greeting(receive))
            #expect(try peer.farewell() == .unacceptableLimits)
        }
    }

    @Test("0 in receive is the default")
    func zeroes() async throws {
        try await withTestServer { server in
            var receive = ReceiveLimits()
            receive.frameRawMaximum = 0
            receive.metaMaximum = 0
            receive.messageMaximum = 0
            receive.initialStreamCredit = 0
            receive.initialConnectionCredit = 0
            let peer = try RawPeer(port: server.port, sending: RawPeer.greeting(receive))
            #expect(try peer.frame().type == FrameType.helloAck.rawValue)
            try peer.call(1, .sized, encoded(524_288 - 4 * 16))
            var frames: [RawPeer.Frame] = []
            while frames.last?.flags.contains(.more) != false {
                frames.append(try peer.frame(of: 1))
            }
            #expect(frames.map(\.payload.count).max() == 131_072)
            #expect(frames.reduce(0) { $0 + $1.cost } == 524_288)
        }
    }
}
