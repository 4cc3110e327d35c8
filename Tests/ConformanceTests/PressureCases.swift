internal import DocketRPC
internal import DocketRuntime
internal import DocketSystem
internal import DocketTestKit
internal import DocketWire
internal import Testing

/// What a peer does too often, and what many calls on one connection do to each other.
@Suite("Conformance: pressure", .timeLimit(.minutes(2)))
struct PressureCases {
    private func code(_ frame: RawPeer.Frame) throws -> StatusCode {
        try #require(frame.type == FrameType.status.rawValue)
        return try ReplyMeta.decode(frame.payload.rawSpan).status.code
    }

    @Test("B28: a call that has ended is cancelled in vain")
    func cancelOfThePast() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.call(1, .echo, [1])
            #expect(try peer.frame(of: 1).payload.last == 1)
            try peer.cancel(1)
            try peer.cancel(1)
            try peer.call(3, .echo, [3])
            #expect(try peer.frame(of: 3).payload.last == 3)
        }
    }

    @Test("B28: a cancel of a call that never was ends the connection")
    func cancelOfNothing() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.cancel(9)
            #expect(try peer.farewell() == .protocolError)
        }
    }

    @Test("B32: a handler that takes no notice of cancel keeps its place")
    func rapidReset() async throws {
        try await withTestServer {
            $0.limits.streamsMaximum = 2
        } _: { server in
            let peer = try RawPeer(port: server.port)
            for stream: UInt32 in [1, 3] { try peer.call(stream, .stubborn) }
            for stream: UInt32 in [1, 3] { try peer.cancel(stream) }
            for stream: UInt32 in [5, 7, 9] {
                try peer.call(stream, .echo, [1])
                #expect(try code(peer.frame(of: stream)) == .resourceExhausted)
            }
            server.gate.open()
            await server.expect(.ended(.stubborn))
            await server.expect(.ended(.stubborn))
            try peer.call(11, .echo, [11])
            #expect(try peer.frame(of: 11).payload.last == 11)
        }
    }

    @Test("B33: too many cancels end the connection and say so")
    func tooManyCancels() async throws {
        try await withTestServer {
            $0.limits.cancelsMaximum = 5
        } _: { server in
            let peer = try RawPeer(port: server.port)
            for number: UInt32 in 0..<6 {
                try peer.call(2 * number + 1, .hold)
                try peer.cancel(2 * number + 1)
            }
            #expect(try peer.farewell() == .tooManyCancels)
        }
    }

    @Test("a burst of small calls takes a turn for each 256, so that others come in between")
    func burst() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(port: server.port)
            let meta = CallMeta(.atOnce)
            // All fit in one read of the server.
            try peer.send((0..<800).flatMap { RawPeer.call(2 * $0 + 1, meta, []) })
            for number: UInt32 in 0..<800 { _ = try peer.frame(of: 2 * number + 1) }
            var turns: [MonotonicTime: Int] = [:]
            var answered = 0
            for await case .answered(let count, let turn) in server.events {
                turns[turn, default: 0] += count
                answered += count
                if answered == 800 { break }
            }
            #expect(turns.values.allSatisfy { $0 <= 256 })
        }
    }

    @Test("D65: small calls are answered between the messages of an upload of 100 MB")
    func besideAnUpload() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let upload = try await client.open(CallMeta(.sum))
            let message = [UInt8](repeating: 7, count: 1_000_000)
            for number in 1...100 {
                try await upload.send(message, isLast: number == 100)
                #expect(try await client.call(CallMeta(.echo), [1]).body == [1])
            }
            let sum = try #require(try await upload.receive())
            #expect(sum.rawSpan.bigEndian64(at: 0) == 100_000_000)
            await upload.close()
        }
    }

    @Test("D66: an interactive answer overtakes all that bulk calls have not written")
    func priority() async throws {
        try await withTestServer { server in
            let peer = try RawPeer(
                port: server.port,
                streamCredit: 1 << 30,
                connectionCredit: 1 << 30
            )
            // In turns with all of these, the answer would come after 26 MB.
            let bulk = (0..<200).map { UInt32(2 * $0 + 1) }
            for stream in bulk {
                try peer.call(stream, .sized, encoded(400_000), priority: .bulk)
                await server.expect(.began(.sized))
            }
            try peer.call(401, .echo, [1])
            await server.expect(.began(.echo))
            var before = 0
            while true {
                let frame = try peer.frame()
                if frame.stream == 401 { break }
                before += frame.payload.count
            }
            // What stood in the output and in the system's buffers.
            #expect(before < 16_000_000)
        }
    }
}
