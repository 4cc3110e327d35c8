internal import DocketRuntime
internal import DocketSystem
internal import DocketWire
internal import Testing

@testable internal import DocketRPC

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

    @Test("a GOAWAY that cannot be read is a protocol error")
    func unreadableFarewell() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.goAway([0xFF])
            #expect(try peer.farewell() == .protocolError)
        }
    }

    @Test("after its own GOAWAY a client makes no calls, and the last of them ends the connection")
    func clientLeaves() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.call(1, .hold)
            try peer.goAway()
            try peer.call(3, .echo, [3])
            let refused = try peer.status(of: 3)
            #expect(refused.code == .unavailable && refused.notProcessed)
            try peer.cancel(1)
            await server.expect(.cancelled(.hold))
            let hasEnded = peer.readsToEnd()
            #expect(hasEnded)
        }
    }

    @Test("calls that outlast the grace are cancelled as draining")
    func endOfGrace() async throws {
        try await withTestServer {
            $0.limits.graceMilliseconds = 300
        } _: { server in
            let peer = try RawPeer(port: server.port)
            try peer.call(1, .hold)
            await server.expect(.began(.hold))
            for connection in server.rpc.connections.open { await connection.drain(.age) }
            try expectFarewell(peer)
            await server.expect(.cancelled(.hold))
        }
    }

    @Test("and so are those that outlast the time to stop")
    func endOfStop() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.call(1, .hold)
            await server.expect(.began(.hold))
            async let stopped: Void = server.rpc.stop(by: .now() + .seconds(1))
            try expectFarewell(peer)
            await server.expect(.cancelled(.hold))
            await stopped
        }
    }

    /// Two notices, then a CANCEL with reason 3 for the call, then the end.
    private func expectFarewell(_ peer: borrowing RawPeer) throws {
        var kinds: [UInt8] = []
        while kinds.last != FrameType.cancel.rawValue {
            let frame = try peer.frame()
            kinds.append(frame.type)
            guard frame.type == FrameType.cancel.rawValue else { continue }
            #expect(frame.stream == 1)
            #expect(frame.payload == [CancelReason.draining.rawValue])
        }
        let notice = FrameType.goAway.rawValue
        #expect(kinds == [FrameType.helloAck.rawValue, notice, notice, FrameType.cancel.rawValue])
        let hasEnded = peer.readsToEnd()
        #expect(hasEnded)
    }

    @Test("a client hears of a call that the server gives up as unavailable")
    func cancelledByServer() async throws {
        try await withTestServer {
            $0.limits.graceMilliseconds = 1
        } _: { server in
            let client = try await server.connect()
            let task = Task { try await client.call(CallMeta(.hold), [1]) }
            await server.expect(.began(.hold))
            for connection in server.rpc.connections.open { await connection.drain(.age) }
            #expect(await status { _ = try await task.value } == .unavailable)
        }
    }

    @Test("a call after the first notice is served, or certainly was not")
    func betweenNotices() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            _ = try peer.frame()
            try peer.call(1, .hold)
            await server.expect(.began(.hold))
            for connection in server.rpc.connections.open { await connection.drain(.age) }
            let notice = try peer.frame()
            let first = try GoAway.decode(notice.payload.rawSpan)
            #expect(first.lastStream == GoAway.allStreams && first.reason == .age)
            try peer.call(3, .echo, [3])
            var last: UInt32?
            var served = false
            while last == nil || !served {
                let frame = try peer.frame()
                if frame.type == FrameType.goAway.rawValue {
                    last = try GoAway.decode(frame.payload.rawSpan).lastStream
                    if last == 1 { break }
                }
                if frame.stream == 3, frame.flags.contains(.endStream) { served = true }
            }
            // Served where the second notice says so; refused where it does not.
            if last == 1 {
                let refused = try peer.status(of: 3)
                #expect(refused.code == .unavailable && refused.notProcessed)
            }
            try peer.call(5, .echo, [5])
            let refused = try peer.status(of: 5)
            #expect(refused.code == .unavailable && refused.notProcessed)
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
