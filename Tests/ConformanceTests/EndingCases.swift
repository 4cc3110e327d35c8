internal import DocketRPC
internal import DocketRuntime
internal import DocketSystem
internal import DocketWire
internal import Testing

/// What a connection that ends in order leaves to its callers.
@Suite("Conformance: the end of a connection", .timeLimit(.minutes(1)))
struct EndingCases {
    @Test("a peer that never closes does not hold up a server that has said all")
    func silentPeer() async throws {
        try await withTestServer {
            $0.limits.graceMilliseconds = 3_600_000
        } _: { server in
            let peer = try RawPeer(port: server.port)
            #expect(try peer.frame().type == FrameType.helloAck.rawValue)
            await server.rpc.stop(by: .now() + .seconds(3_600))
            #expect(try peer.farewell() == .shutdown)
        }
    }

    @Test("a reply that has come whole is there for its caller after the connection has gone")
    func wholeReply() async throws {
        try await withTestServer { server in
            let lost = OneShot<Void>()
            let client = try await server.connect {
                $0.observer = { if case .lost = $0 { lost.succeed(()) } }
            }
            let call = try await client.open(CallMeta(.sized))
            try await call.send(encoded(1_000, 1_001, 1_002), isLast: true)
            await server.expect(.sent(2))
            await server.rpc.stop(by: .now() + .seconds(20))
            try await lost.value(by: .now() + .seconds(20))
            for size in 1_000...1_002 { try await #expect(call.receive()?.count == size) }
            try await #expect(call.receive() == nil)
            await call.close()
        }
    }
}
