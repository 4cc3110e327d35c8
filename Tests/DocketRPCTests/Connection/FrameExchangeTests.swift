internal import DocketRuntime
internal import DocketSystem
internal import DocketWire
internal import Testing

@testable internal import DocketRPC

/// Answers each body that begins with "h" by the body itself.
private final class EchoSession: CallSession {
    let isRevoked = false
    let owner = ConnectionOwner.tenant(1)

    func answerAtOnce(_ head: CallHead, body: RawSpan, into reply: inout ReplyWriter) -> Bool {
        guard body.byteCount > 0, body.byte(at: 0) == UInt8(ascii: "h") else { return false }
        reply.body = body.copied()
        reply.origin.source = .l1
        return true
    }

    func answeredAtOnce(_ count: Int, since arrival: MonotonicTime) {}
    func admit(_ head: CallHead) -> CallStatus? { nil }
    func requestBounds(_ head: CallHead) -> RequestBounds { RequestBounds(messageBytes: 1 << 20) }
    func serve(_ call: ServerCall) async {}
    func ended(_ head: CallHead, _ status: StatusCode) {}
}

@Suite("Frame exchange", .timeLimit(.minutes(5)))
struct FrameExchangeTests {
    private let session = EchoSession()
    private let now = MonotonicTime.now()

    /// An open exchange of a server whose peer takes `peer`.
    private func exchange(_ peer: ReceiveLimits = ReceiveLimits()) -> FrameExchange {
        var machine = ConnectionStateMachine(
            role: .server,
            local: ReceiveLimits(),
            limits: ConnectionLimits()
        )
        machine.greeted(peer)
        return FrameExchange(machine, inputCapacity: 1 << 20, outputLimit: 1 << 20)
    }

    private func call(_ stream: UInt32, _ body: String, flags: FrameFlags = .endStream) -> [UInt8] {
        var meta = ByteWriter()
        CallMeta(method: 3).encode(into: &meta)
        var frame = ByteWriter()
        FrameHeader(
            type: .call,
            flags: flags,
            stream: stream,
            metaLength: meta.count,
            bodyLength: body.utf8.count
        ).encode(into: &frame)
        frame.append(meta.bytes)
        frame.append(Array(body.utf8))
        return frame.bytes
    }

    /// The frames that wait to be sent.
    private func sent(_ exchange: borrowing FrameExchange) -> [FrameHeader] {
        var bytes: [UInt8] = []
        _ = unsafe exchange.output.withFirst { first, _ in unsafe bytes.append(contentsOf: first) }
        var headers: [FrameHeader] = []
        var place = 0
        while place < bytes.count {
            headers.append(FrameHeader.decode(bytes.rawSpan, at: place))
            place += headers[headers.count - 1].frameLength
        }
        return headers
    }

    @Test("answers the hits of a turn in their order and says which call comes then")
    func hits() {
        var exchange = exchange()
        let bytes = call(1, "hit") + call(3, "hit too") + call(5, "miss") + call(7, "hit")
        _ = exchange.input.append(bytes.rawSpan)
        guard case .call(let header, _) = next(&exchange) else {
            Issue.record("the miss was not handed out")
            return
        }
        #expect(header.stream == 5)
        #expect(exchange.takeAnswered() == 2)
        #expect(exchange.takeAnswered() == 0)
        #expect(sent(exchange).map(\.stream) == [1, 3])
        #expect(sent(exchange).allSatisfy { $0.type == .data && $0.flags.contains(.endStream) })
        // The miss still stands at the front, for whoever sees to it.
        #expect(exchange.input.count == call(5, "miss").count + call(7, "hit").count)
        exchange.input.consume(header.frameLength)
        guard case .nothing = next(&exchange) else {
            Issue.record("the last hit was not answered")
            return
        }
        #expect(sent(exchange).map(\.stream) == [1, 3, 7])
        #expect(exchange.input.isEmpty == true)
    }

    @Test("handles no more than its share of small frames in a turn, answered or skipped")
    func share() {
        var exchange = exchange()
        let count = FrameExchange.framesPerTurn
        var unknown = ByteWriter()
        FrameHeader(type: FrameType(rawValue: 0xFF)).encode(into: &unknown)
        for number in 0..<UInt32(count) {
            _ = exchange.input.append(call(2 * number + 1, "hit").rawSpan)
            _ = exchange.input.append(unknown.bytes.rawSpan)
        }
        guard case .turnIsOver = next(&exchange) else {
            Issue.record("the turn has no end")
            return
        }
        #expect(exchange.takeAnswered() == count / 2)
        exchange.beginTurn()
        guard case .nothing = next(&exchange) else {
            Issue.record("frames are left")
            return
        }
        #expect(exchange.takeAnswered() == count / 2)
        #expect(exchange.input.isEmpty == true)
    }

    @Test("hands a call out that is not whole, or that nobody may answer yet")
    func notAtOnce() {
        var unfinished = exchange()
        _ = unfinished.input.append(call(1, "hit", flags: []).rawSpan)
        guard case .call = next(&unfinished) else {
            Issue.record("an unfinished call was answered")
            return
        }
        var early = exchange()
        _ = early.input.append(call(1, "hit").rawSpan)
        guard case .call = early.next(for: nil, at: now) else {
            Issue.record("a call without a session was answered")
            return
        }
        #expect(sent(early).isEmpty)
    }

    @Test("hands an answer back that the peer has no credit for")
    func noCredit() {
        var peer = ReceiveLimits()
        peer.initialConnectionCredit = 16
        var exchange = exchange(peer)
        _ = exchange.input.append(call(1, "hit").rawSpan)
        guard case .answered(_, let head, let reply) = next(&exchange) else {
            Issue.record("the answer was sent beyond the credit")
            return
        }
        #expect(head.stream == 1)
        #expect(reply.body == Array("hit".utf8))
        #expect(exchange.takeAnswered() == 1)
        #expect(sent(exchange).isEmpty)
    }

    @Test("gives credit back for the calls it answered")
    func credit() throws {
        var exchange = exchange()
        let body = "h" + String(repeating: "x", count: 8000)
        var stream: UInt32 = 1
        var granted = false
        while !granted, stream < 1000 {
            _ = exchange.input.append(call(stream, body).rawSpan)
            _ = next(&exchange)
            granted = sent(exchange).contains { $0.type == .credit && $0.stream == 0 }
            exchange.output.removeAll()
            try exchange.machine.granted(body.utf8.count + 100, on: 0)
            stream += 2
        }
        #expect(granted)
    }

    @Test("times a part of a frame from when it began to wait")
    func partialFrame() {
        var exchange = exchange()
        let frame = call(1, "hit")
        _ = exchange.input.append(Array(frame[..<10]).rawSpan)
        _ = next(&exchange)
        #expect(exchange.partialSince == now)
        _ = exchange.input.append(Array(frame[10..<20]).rawSpan)
        _ = exchange.next(for: session, at: now + .seconds(1))
        #expect(exchange.partialSince == now)
        _ = exchange.input.append(Array(frame[20...]).rawSpan)
        _ = next(&exchange)
        #expect(exchange.partialSince == nil)
        #expect(exchange.takeAnswered() == 1)
    }

    @Test("refuses metadata that cannot be read and codecs that were not offered")
    func unreadable() {
        var exchange = exchange()
        var frame = call(1, "hit")
        frame[FrameHeader.size] = 0xFF
        _ = exchange.input.append(frame.rawSpan)
        guard case .refused(_, let status) = next(&exchange) else {
            Issue.record("bad metadata was taken")
            return
        }
        #expect(status.code == .invalidArgument)
        exchange.input.removeAll()
        var unknownCodec = call(3, "hit")
        unknownCodec[5] = 9
        _ = exchange.input.append(unknownCodec.rawSpan)
        guard case .refused(_, let refusal) = next(&exchange) else {
            Issue.record("an unknown codec was taken")
            return
        }
        #expect(refusal.code == .unimplemented)
        #expect(exchange.takeAnswered() == 0)
    }

    private func next(_ exchange: inout FrameExchange) -> FrameExchange.Arrival {
        exchange.next(for: session, at: now)
    }
}
