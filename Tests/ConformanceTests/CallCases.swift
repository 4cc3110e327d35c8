internal import DocketRuntime
internal import DocketSystem
internal import DocketWire
internal import Testing

@testable internal import DocketRPC

/// What the page says of single calls, byte by byte.
@Suite("Conformance: calls", .timeLimit(.minutes(1)))
struct CallCases {
    @Test(
        "an empty CALL is a message of no bytes",
        arguments: [FrameFlags.endStream, FrameFlags()]
    )
    func emptyCall(_ flags: FrameFlags) async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.call(1, .echo, [], flags: flags)
            if flags.isEmpty { try peer.data(1, [], .endStream) }
            let message = try peer.frame(of: 1)
            #expect(message.type == FrameType.data.rawValue && message.payload.isEmpty)
            let end = try peer.frame(of: 1)
            #expect(end.type == FrameType.status.rawValue)
        }
    }

    @Test("metadata on a client's DATA ends the connection before the frame is whole")
    func dataWithMetadata() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.call(1, .echo, [1], flags: [])
            var writer = ByteWriter()
            FrameHeader(
                type: .data,
                flags: .endStream,
                stream: 1,
                metaLength: 2,
                bodyLength: 5
            ).encode(into: &writer)
            try peer.send(writer.bytes)
            #expect(try peer.farewell() == .protocolError)
        }
    }

    @Test("a cancel of a call that has ended does not count")
    func lateCancels() async throws {
        try await withTestServer {
            $0.limits.cancelsMaximum = 2
        } _: { server in
            let peer = try RawPeer(port: server.port)
            try peer.call(1, .echo, [1])
            #expect(try peer.status(of: 1).code == .ok)
            for _ in 0..<300 { try peer.cancel(1) }
            try peer.call(3, .echo, [3])
            #expect(try peer.status(of: 3).code == .ok)
        }
    }

    @Test("a deadline before the request is whole leaves the call not processed")
    func deadlineBeforeRequest() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.call(1, .echo, [1], timeoutMilliseconds: 50, flags: .more)
            let unfinished = try peer.status(of: 1)
            #expect(unfinished.code == .deadlineExceeded && unfinished.notProcessed)
            // A handler that wants the whole request has not begun either.
            try peer.call(3, .only, [1], timeoutMilliseconds: 50, flags: [])
            let open = try peer.status(of: 3)
            #expect(open.code == .deadlineExceeded && open.notProcessed)
        }
    }

    @Test("a deadline after the handler has begun does not")
    func deadlineAfterRequest() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.call(1, .echo, [1], timeoutMilliseconds: 300, flags: [])
            #expect(try peer.frame(of: 1).payload == [1])
            let late = try peer.status(of: 1)
            #expect(late.code == .deadlineExceeded && !late.notProcessed)
        }
    }

    @Test("a message over the budget leaves a call not processed, unless its handler has begun")
    func budget() async throws {
        var memory = ServerMemory.Limits()
        memory.receivedByConnection = 250_000
        try await withTestServer(memory: memory) { server in
            let peer = try RawPeer(port: server.port)
            let part = [UInt8](repeating: 1, count: 100_000)
            try peer.call(1, .echo, [1], flags: [])
            #expect(try peer.frame(of: 1).payload == [1])
            for _ in 0..<3 { try peer.data(1, part, .more) }
            let begun = try peer.status(of: 1)
            #expect(begun.code == .resourceExhausted && !begun.notProcessed)
            try peer.call(3, .echo, part, flags: .more)
            for _ in 0..<2 { try peer.data(3, part, .more) }
            let fresh = try peer.status(of: 3)
            #expect(fresh.code == .resourceExhausted && fresh.notProcessed)
            // What was taken of the budget is given back with each of them.
            try peer.call(5, .echo, part, flags: .more)
            try peer.data(5, Array(part.dropLast(100)), .endStream)
            #expect(try peer.status(of: 5).code == .ok)
        }
    }

    @Test("a request of one message is refused with none or two")
    func oneMessage() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.call(1, .only, [1], flags: [])
            try peer.data(1, [2])
            let two = try peer.status(of: 1)
            #expect(two.code == .invalidArgument && two.message.contains("more than one"))
            try peer.call(3, .only, [3], flags: [])
            try peer.data(3, [], .endStream)
            #expect(try peer.frame(of: 3).payload.last == 3)
        }
    }

    @Test("the end of a client's bytes cancels its calls")
    func halfClose() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.call(1, .hold)
            await server.expect(.began(.hold))
            peer.finishSending()
            await server.expect(.cancelled(.hold))
            let hasEnded = peer.readsToEnd()
            #expect(hasEnded)
        }
    }
}
