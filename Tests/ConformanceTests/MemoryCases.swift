internal import DocketRPC
internal import DocketRuntime
internal import DocketSystem
internal import DocketTestKit
internal import DocketWire
internal import Testing

/// What a peer can make the server hold.
@Suite("Conformance: memory that a peer takes", .timeLimit(.minutes(2)))
struct MemoryCases {
    /// Bounds small enough to be reached quickly.
    private let small: ServerMemory.Limits = {
        var limits = ServerMemory.Limits()
        limits.received = .init(process: 4 << 20, owner: 2 << 20)
        limits.working = .init(process: 9 << 20, owner: 4 << 20)
        limits.unsent = .init(process: 4 << 20, owner: 2 << 20)
        return limits
    }()

    private func code(_ frame: RawPeer.Frame) throws -> StatusCode {
        try #require(frame.type == FrameType.status.rawValue)
        return try ReplyMeta.decode(frame.payload.rawSpan).status.code
    }

    /// One frame of a call's request.
    private func frame(
        _ type: FrameType,
        _ flags: FrameFlags,
        _ stream: UInt32,
        _ method: UInt16? = nil,
        body: [UInt8]
    ) -> [UInt8] {
        var meta = ByteWriter()
        if let method { CallMeta(method: method).encode(into: &meta) }
        var writer = ByteWriter()
        FrameHeader(
            type: type,
            flags: flags,
            stream: stream,
            metaLength: meta.count,
            bodyLength: body.count
        ).encode(into: &writer)
        return writer.bytes + meta.bytes + body
    }

    @Test("a second message to a method that takes one ends the call, and nothing is collected")
    func secondMessage() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.send(frame(.call, [], 1, Behaviour.single.rawValue, body: [1]))
            try peer.send(frame(.data, .more, 1, body: [2]))
            #expect(try code(peer.frame(of: 1)) == .invalidArgument)
        }
    }

    @Test("whole messages that nobody takes count until they are taken")
    func waitingMessages() async throws {
        try await withTestServer(memory: small) { server in
            let client = try await server.connect()
            let call = try await client.open(CallMeta(.stubborn))
            let ended = await status {
                for _ in 0..<100 {
                    try await call.send([UInt8](repeating: 1, count: 900_000), isLast: false)
                }
            }
            #expect(ended == .resourceExhausted)
            #expect(server.rpc.memory.held.received <= 2 << 20)
            #expect(try await client.call(CallMeta(.echo), [1]).body == [1])
        }
    }

    @Test("a request that is worked on counts several times, and others wait until it is done")
    func working() async throws {
        try await withTestServer(memory: small) { server in
            let client = try await server.connect()
            let request = [UInt8](repeating: 7, count: 800_000)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask { _ = try await client.call(CallMeta(.held), request) }
                }
                await server.expect(.sent(800_000))
                // The second has come and waits: what is small goes past it.
                while server.rpc.memory.held.received < 800_000 { await Task.yield() }
                #expect(server.rpc.memory.held.working == 3_200_000)
                #expect(try await client.call(CallMeta(.echo), [1]).body == [1])
                server.gate.open()
                try await group.waitForAll()
            }
            await settled(server)
        }
    }

    /// Waits until nothing is held any more.
    private func settled(_ server: TestServer) async {
        func isHeld() -> Bool {
            let held = server.rpc.memory.held
            return held.received + held.working + held.unsent > 0
        }
        while isHeld() { await Task.yield() }
    }

    @Test("a call that ends while it waits for memory takes none")
    func endsWhileWaiting() async throws {
        try await withTestServer(memory: small) { server in
            let client = try await server.connect()
            let request = [UInt8](repeating: 7, count: 800_000)
            let first = try await client.open(CallMeta(.held))
            try await first.send(request, isLast: true)
            await server.expect(.sent(800_000))
            let ended = await status {
                let meta = CallMeta(.held, timeoutMilliseconds: 100)
                _ = try await client.call(meta, request)
            }
            #expect(ended == .deadlineExceeded)
            server.gate.open()
            #expect(try await first.receive() == [1])
            await first.close()
            await settled(server)
            #expect(try await client.call(CallMeta(.echo), request).body == request)
        }
    }

    @Test("replies that nobody reads end further calls, and not those of another connection")
    func unreadReplies() async throws {
        try await withTestServer(memory: small) { server in
            var peers: [Held] = []
            for _ in 0..<12 {
                let peer = Held(try RawPeer(port: server.port, streamCredit: 139_280))
                for stream: UInt32 in [1, 3] {
                    try peer.peer.call(stream, .sized, encoded(600_000))
                    await server.expect(.began(.sized))
                }
                peers.append(peer)
            }
            let last = try #require(peers.last)
            #expect(try code(ending(of: 3, last)) == .resourceExhausted)
            #expect(server.rpc.memory.held.unsent < 4 << 20)
            try last.peer.call(5, .echo, [5])
            #expect(try last.peer.frame(of: 5).payload.last == 5)
            peers.removeAll()
            await settled(server)
        }
    }

    /// The STATUS of a stream, behind what it has of its reply.
    private func ending(of stream: UInt32, _ held: Held) throws -> RawPeer.Frame {
        while true {
            let frame = try held.peer.frame(of: stream)
            if frame.type == FrameType.status.rawValue { return frame }
        }
    }

    @Test("a peer that reads no answers is not read from, and cut when it goes on so")
    func unreadAnswers() async throws {
        try await withTestServer(memory: small) {
            $0.limits.unreadTimeoutMilliseconds = 1_000
        } _: { server in
            let peer = try RawPeer(port: server.port, receiveBuffer: 4_096)
            // The system's buffers take some megabytes of answers first; then sending blocks.
            #expect(throws: RawPeer.Closed.self) {
                for block: UInt32 in 0..<200 {
                    var calls: [UInt8] = []
                    for number in 0..<UInt32(10_000) {
                        calls += frame(.call, [], 20_000 * block + 2 * number + 1, 999, body: [])
                    }
                    try peer.send(calls)
                }
            }
            #expect(server.rpc.memory.held.unsent < 3 << 20)
            while server.rpc.connections.count > 0 { await Task.yield() }
            await settled(server)
        }
    }

    @Test("large frames that do not come to their end take a bounded room, in turns")
    func partialFrames() async throws {
        try await withTestServer(memory: small) {
            $0.frameLimit = .seconds(1)
        } _: { server in
            var peers: [Held] = []
            let body = [UInt8](repeating: 1, count: 131_000)
            let begun = frame(.call, .more, 1, Behaviour.sum.rawValue, body: body)
            for _ in 0..<14 {
                let peer = Held(try RawPeer(port: server.port))
                try peer.peer.send(Array(begun.dropLast()))
                peers.append(peer)
            }
            // Those that have room are too late after a second, and make room for the others.
            for peer in peers { #expect(try peer.peer.farewell() == .timeout) }
            #expect(server.rpc.memory.held.received <= 2 << 20)
            peers.removeAll()
            await settled(server)
        }
    }

    /// Holds a peer in an array.
    private final class Held {
        let peer: RawPeer

        init(_ peer: consuming RawPeer) { self.peer = peer }
    }
}
