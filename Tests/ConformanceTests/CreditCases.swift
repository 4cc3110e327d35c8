internal import DocketRuntime
internal import DocketSystem
internal import DocketWire
internal import Testing

@testable internal import DocketRPC

/// Group D: flow control and fairness.
@Suite("Conformance D: credit", .timeLimit(.minutes(1)))
struct CreditCases {
    private static let least: UInt32 = (128 << 10) + (8 << 10) + 16

    @Test("D59: a sender stops at its credit, and goes on with more")
    func stops() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port, streamCredit: Self.least)
            _ = try peer.frame()
            try peer.call(1, .sized, encoded(1_000_000))
            var taken = 0
            while taken < Int(Self.least) { taken += try peer.frame().cost }
            #expect(taken == Int(Self.least))
            // Nothing more of it can come: what comes next is the answer to the ping.
            var ping = ByteWriter()
            ControlFrame.appendPing(7, isAck: false, to: &ping)
            try peer.send(ping.bytes)
            #expect(try peer.frame().type == FrameType.ping.rawValue)
            while taken < 1_000_000 {
                try peer.grant(131_088, on: 1)
                taken += try peer.frame().cost
            }
        }
    }

    @Test("D60: credit beyond 2^31 - 1 ends the connection")
    func overflow() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.grant(0x7fff_ffff, on: 0)
            #expect(try peer.farewell() == .flowControl)
        }
    }

    @Test("D61: a grant of nothing ends the connection")
    func nothing() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.grant(0, on: 0)
            #expect(try peer.farewell() == .flowControl)
        }
    }

    @Test("D62: a reader that does not read lets the handler produce its credit and no more")
    func slowReader() async throws {
        try await withTestServer { server in
            let client = try await server.connect { $0.receive.initialStreamCredit = Self.least }
            let call = try await client.open(CallMeta(.sized))
            let sizes = [UInt32](repeating: 50_000, count: 40)
            try await call.send(sizes.flatMap { encoded($0) }, isLast: true)
            await server.expect(.sent(0))
            // Another call goes to and fro meanwhile, D63.
            for round in UInt8(0)..<50 {
                #expect(try await client.call(CallMeta(.echo), [round]).body == [round])
            }
            var count = 0
            while let message = try await call.receive() {
                #expect(message == [UInt8](repeating: UInt8(count), count: 50_000))
                count += 1
            }
            #expect(count == 40)
            await call.close()
        }
    }

    @Test("D63: credit below one largest frame is refused in the greeting")
    func tooLittle() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port, streamCredit: Self.least - 1)
            #expect(try peer.farewell() == .unacceptableLimits)
        }
    }

    @Test("D64: streams that use up the connection's credit recover when they are read")
    func connectionCredit() async throws {
        try await withTestServer { server in
            let client = try await server.connect {
                $0.receive.initialConnectionCredit = 600_000
            }
            let sizes = try await withThrowingTaskGroup(of: Int.self, returning: [Int].self) {
                for _ in 0..<8 {
                    $0.addTask {
                        let call = try await client.open(CallMeta(.sized))
                        try await call.send(encoded(120_000, 120_000, 120_000), isLast: true)
                        var size = 0
                        while let message = try await call.receive() { size += message.count }
                        await call.close()
                        return size
                    }
                }
                return try await $0.reduce(into: []) { $0.append($1) }
            }
            #expect(sizes == [Int](repeating: 360_000, count: 8))
            #expect(try await client.call(CallMeta(.echo), [7]).body == [7])
        }
    }

    @Test("D67: a frame takes the credit of its bytes before compression")
    func rawBytes() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            _ = try peer.frame()
            let codec = try FrameCompressor()
            let raw = [UInt8](repeating: 0, count: 100_000)
            let packed = codec.compress(raw.rawSpan) ?? []
            #expect((1..<200).contains(packed.count))
            var meta = ByteWriter()
            CallMeta(.hold).encode(into: &meta)
            for number in 0..<6 {
                var writer = ByteWriter()
                FrameHeader(
                    type: number == 0 ? .call : .data,
                    stream: 1,
                    metaLength: number == 0 ? meta.count : 0,
                    bodyLength: packed.count,
                    codec: .zstd,
                    rawLength: raw.count
                ).encode(into: &writer)
                try peer.send(writer.bytes + (number == 0 ? meta.bytes : []) + packed)
            }
            #expect(try peer.farewell() == .flowControl)
        }
    }
}
