internal import DocketRPC
internal import DocketWire
internal import Testing

/// The frames of a peer, by their headers.
enum PeerFrame {
    static func call(
        _ stream: UInt32,
        _ bytes: Int = 10,
        _ flags: FrameFlags = .endStream
    ) -> FrameHeader {
        FrameHeader(type: .call, flags: flags, stream: stream, metaLength: 2, bodyLength: bytes)
    }

    static func data(
        _ stream: UInt32,
        _ bytes: Int = 10,
        _ flags: FrameFlags = []
    ) -> FrameHeader {
        FrameHeader(type: .data, flags: flags, stream: stream, bodyLength: bytes)
    }

    static func cancel(_ stream: UInt32) -> FrameHeader {
        FrameHeader(type: .cancel, stream: stream, bodyLength: 1)
    }

    static let ping = FrameHeader(type: .ping, bodyLength: 8)
}

/// What a frame leads to, as the tests tell it apart.
enum Outcome: Equatable {
    case call(CallAction)
    case data(DataAction)
    case end(EndAction)
    case ping(PingAction)
    /// Anything else that is taken.
    case taken
    case failed(GoAway.Reason)

    /// The code that ends the call, if that is so.
    var rejection: CallStatus? {
        switch self {
        case .call(.refuse(let status)), .data(.end(let status)): status
        default: nil
        }
    }
}

extension ConnectionStateMachine {
    /// Takes the frame as a connection does; calls that may be opened are.
    mutating func take(_ frame: FrameHeader, at now: UInt64 = 1) -> Outcome {
        do throws(FrameError) {
            try received(frame.type)
            switch frame.type {
            case .call:
                let action = try receivedCall(frame)
                if action == .open { _ = opened(frame) }
                return .call(action)
            case .data: return .data(try receivedData(frame, at: now))
            case .status: return .end(try receivedStatus(frame))
            case .cancel: return .end(try receivedCancel(frame, at: now))
            case .ping: return .ping(try receivedPing(frame, at: now))
            default: return .taken
            }
        } catch {
            guard case .connection(let reason) = error.scope else { return .taken }
            return .failed(reason)
        }
    }

    /// What each of the frames leads to.
    mutating func takeAll(_ frames: FrameHeader...) -> [Outcome] { frames.map { take($0) } }
}

@Suite("Connection state machine: server", .timeLimit(.minutes(5)))
struct ServerMachineTests {
    private func machine(
        _ change: (inout ConnectionLimits, inout ReceiveLimits) -> Void = { _, _ in }
    ) -> ConnectionStateMachine {
        var limits = ConnectionLimits()
        var local = ReceiveLimits()
        change(&limits, &local)
        var machine = ConnectionStateMachine(role: .server, local: local, limits: limits)
        machine.authenticating()
        machine.greeted(ReceiveLimits())
        return machine
    }

    @Test("wants a greeting first, and nothing while it is looked at")
    func greeting() {
        var machine = ConnectionStateMachine(
            role: .server,
            local: ReceiveLimits(),
            limits: ConnectionLimits()
        )
        machine.connected()
        machine.prefaceReceived()
        let early = machine.take(PeerFrame.call(1))
        let hello = machine.take(FrameHeader(type: .hello))
        machine.authenticating()
        let tooSoon = machine.take(PeerFrame.call(1))
        machine.greeted(ReceiveLimits())
        let second = machine.take(FrameHeader(type: .hello))
        #expect(early == .failed(.protocolError))
        #expect(hello == .taken)
        #expect(tooSoon == .failed(.protocolError))
        #expect(second == .failed(.protocolError))
    }

    @Test("takes calls whose ids rise, and no others")
    func risingIDs() {
        var machine = machine()
        let found = machine.takeAll(PeerFrame.call(1), PeerFrame.call(7), PeerFrame.call(3))
        #expect(found == [.call(.open), .call(.open), .failed(.protocolError)])
        #expect(machine.lastStream == 7)
    }

    @Test("refuses calls above the maximum as not processed, and throws their rest away")
    func tooManyCalls() {
        var machine = machine { limits, _ in limits.streamsMaximum = 2 }
        let found = machine.takeAll(
            PeerFrame.call(1),
            PeerFrame.call(3),
            PeerFrame.call(5, 10, []),
            PeerFrame.data(5, 10, .endStream)
        )
        #expect(found[2].rejection?.code == .resourceExhausted)
        #expect(found[2].rejection?.notProcessed == true)
        #expect(found[3] == .data(.discard))
        machine.forget(1)
        let next = machine.take(PeerFrame.call(7))
        #expect(next == .call(.open))
    }

    @Test("takes any number of calls when their maximum is 0")
    func unlimitedCalls() {
        var machine = machine { limits, _ in limits.streamsMaximum = 0 }
        let found = (0..<1_000).map { machine.take(PeerFrame.call(2 * $0 + 1)) }
        #expect(found.allSatisfy { $0 == .call(.open) })
    }

    @Test("keeps the place of a call that is over until its handler has ended")
    func places() {
        var machine = machine { limits, _ in limits.streamsMaximum = 1 }
        let first = machine.takeAll(PeerFrame.call(1), PeerFrame.cancel(1), PeerFrame.call(3))
        #expect(first[1] == .end(.end))
        #expect(first[2].rejection?.code == .resourceExhausted)
        #expect(machine.end(of: 1)?.status.code == .cancelled)
        machine.forget(1)
        let second = machine.take(PeerFrame.call(5))
        #expect(second == .call(.open))
        #expect(machine.openCalls == 1)
    }

    @Test("tells data that comes late from data of calls that never were")
    func lateData() {
        var machine = machine()
        _ = machine.takeAll(PeerFrame.call(1, 10, []), PeerFrame.call(3))
        machine.ended(1, with: ReplyMeta())
        let late = machine.take(PeerFrame.data(1))
        machine.forget(1)
        machine.forget(3)
        let forgotten = machine.take(PeerFrame.data(3))
        let unknown = machine.take(PeerFrame.data(5))
        #expect(late == .data(.discard))
        #expect(forgotten == .data(.discard))
        #expect(unknown == .failed(.protocolError))
    }

    @Test("refuses data after the end, and a message over the limit")
    func badData() {
        var machine = machine { _, local in local.messageMaximum = 25 }
        let found = machine.takeAll(
            PeerFrame.call(1),
            PeerFrame.data(1),
            PeerFrame.call(3, 10, .more),
            PeerFrame.data(3, 10, .more),
            PeerFrame.data(3, 10, .endStream)
        )
        #expect(found[1].rejection?.code == .invalidArgument)
        #expect(found[3] == .data(.deliver(isLast: false)))
        #expect(found[4].rejection?.code == .resourceExhausted)
    }

    @Test("ends a call once, whoever comes first")
    func endsOnce() {
        var machine = machine()
        _ = machine.takeAll(PeerFrame.call(1, 10, []), PeerFrame.call(3), PeerFrame.call(5))
        let status = CallStatus(.deadlineExceeded, "late")
        let aborted = machine.abort(1, with: status)
        let again = machine.abort(1, with: CallStatus(.internalError))
        let crossing = machine.take(PeerFrame.cancel(1))
        let next = machine.nextFrame(of: 10, on: 1)
        #expect(aborted == .tellPeer && again == .none && crossing == .end(.ignore))
        #expect(next == nil)
        #expect(machine.end(of: 1)?.status == status)
        #expect(machine.reception(on: 1) == .failed(status))

        machine.sent(26, on: 3)
        machine.ended(3, with: ReplyMeta())
        let late = machine.abort(3, with: status)
        #expect(late == .none)
        #expect(machine.end(of: 3)?.status.code == .ok)
        #expect(machine.reception(on: 5) == .ended)
        let unknown = machine.abort(7, with: status)
        #expect(unknown == .none)
    }

    @Test("ends the connection of a peer that sends beyond its credit")
    func overrun() {
        var machine = machine { _, local in local.initialStreamCredit = 200_000 }
        let found = machine.takeAll(
            PeerFrame.call(1, 100_000, []),
            PeerFrame.data(1, 90_000),
            PeerFrame.data(1, 90_000)
        )
        #expect(found[1] == .data(.deliver(isLast: false)))
        #expect(found[2] == .failed(.flowControl))
    }

    @Test("bounds cancels, pings and empty frames in time")
    func abuse() {
        var machine = machine { limits, _ in
            limits.cancelsMaximum = 2
            limits.emptyFramesMaximum = 2
        }
        let streams: [UInt32] = [1, 3, 5, 7]
        for stream in streams { _ = machine.take(PeerFrame.call(stream, 10, [])) }
        let cancels = streams.prefix(3).map { machine.take(PeerFrame.cancel($0)) }
        let empty = (0..<3).map { _ in machine.take(PeerFrame.data(7, 0)) }
        let pings = (0..<5).map { _ in machine.take(PeerFrame.ping) }
        #expect(cancels[1] == .end(.end) && cancels[2] == .failed(.tooManyCancels))
        #expect(empty[1] == .data(.deliver(isLast: false)))
        #expect(empty[2] == .failed(.tooManyEmptyFrames))
        #expect(pings[0] == .ping(.answer) && pings[4] == .failed(.tooManyPings))
        let nextMinute = machine.take(PeerFrame.cancel(7), at: 60_000_000_000)
        #expect(nextMinute == .end(.end))
    }

    @Test("serves the old calls while it drains, and refuses new ones as not processed")
    func drain() {
        var machine = machine()
        _ = machine.take(PeerFrame.call(1, 10, []))
        let leaves = machine.leave()
        let leavesAgain = machine.leave()
        let onItsWay = machine.take(PeerFrame.call(3))
        #expect(leaves && !leavesAgain && onItsWay == .call(.open))
        let last = machine.drain()
        let found = machine.takeAll(PeerFrame.data(1, 10, .endStream), PeerFrame.call(5))
        #expect(last == 3)
        #expect(found[0] == .data(.deliver(isLast: true)))
        #expect(found[1].rejection?.code == .unavailable)
        #expect(found[1].rejection?.notProcessed == true)
        #expect(machine.drain() == 3)
        #expect(machine.isDrained == false)
        machine.forget(1)
        machine.forget(3)
        #expect(machine.isDrained == true)
    }

    @Test("takes nothing once all is said, and says so once")
    func closed() {
        var machine = machine()
        let flushes = machine.flush()
        let flushesAgain = machine.flush()
        let flushing = machine.take(PeerFrame.call(1))
        machine.finish()
        let finished = machine.take(PeerFrame.ping)
        let closes = machine.close()
        let closesAgain = machine.close()
        let closed = machine.take(PeerFrame.cancel(9))
        #expect(flushes && !flushesAgain && closes && !closesAgain)
        #expect([flushing, finished, closed].allSatisfy { $0 == .failed(.protocolError) })
    }
}

@Suite("Connection state machine: client", .timeLimit(.minutes(5)))
struct ClientMachineTests {
    private func machine(streamsMaximum: UInt32 = 256) -> ConnectionStateMachine {
        var machine = ConnectionStateMachine(
            role: .client,
            local: ReceiveLimits(),
            limits: ConnectionLimits()
        )
        var ack = HelloAck()
        ack.connection.streamsMaximum = streamsMaximum
        machine.welcomed(ack)
        return machine
    }

    private func status(_ stream: UInt32) -> FrameHeader {
        FrameHeader(type: .status, flags: .endStream, stream: stream, metaLength: 2)
    }

    @Test("opens calls with odd ids, as many as the server takes")
    func ids() {
        var machine = machine(streamsMaximum: 3)
        let ids = (0..<4).map { _ in machine.openCall() }
        #expect(ids == [1, 3, 5, nil])
        machine.forget(3)
        let next = machine.openCall()
        #expect(next == 7)
    }

    @Test("has the place of a call again when the server has ended it")
    func places() {
        var machine = machine(streamsMaximum: 1)
        _ = machine.openCall()
        machine.sent(26, on: 1)
        let full = machine.openCall()
        machine.replyEnded(1, with: ReplyMeta())
        let next = machine.openCall()
        #expect(full == nil && next == 3)
        machine.forget(1)
        #expect(machine.openCalls == 1)
    }

    @Test("opens none after the server has said which was the last")
    func goAway() {
        var machine = machine()
        _ = machine.openCall()
        machine.peerLeaves(9)
        machine.peerLeaves(1)
        #expect(machine.phase == .draining(lastStream: 1))
        let next = machine.openCall()
        #expect(next == nil)
    }

    @Test("takes a status once, of calls that it made")
    func takesStatus() {
        var machine = machine()
        _ = machine.openCall()
        _ = machine.openCall()
        machine.sent(26, on: 1)
        let first = machine.take(status(1))
        machine.replyEnded(1, with: ReplyMeta(status: CallStatus(.notFound)))
        let again = machine.take(status(1))
        let unsent = machine.take(status(3))
        let unknown = machine.take(status(5))
        let call = machine.take(PeerFrame.call(5))
        #expect(first == .end(.end))
        #expect(again == .end(.ignore))
        #expect(unsent == .failed(.protocolError))
        #expect(unknown == .failed(.protocolError))
        #expect(call == .failed(.protocolError))
        #expect(machine.reception(on: 1) == .failed(CallStatus(.notFound)))
    }

    @Test("tells the server of a call that it gives up only where the server has heard of it")
    func givesUp() {
        var machine = machine()
        _ = machine.openCall()
        _ = machine.openCall()
        machine.sent(26, on: 3)
        machine.ended(3, with: ReplyMeta())
        let quiet = machine.abort(1, with: CallStatus(.cancelled))
        let told = machine.abort(3, with: CallStatus(.cancelled))
        #expect(quiet == .keepQuiet && told == .tellPeer)
        let late = machine.take(PeerFrame.data(3))
        #expect(late == .data(.discard))
    }

    @Test("sends within the credit of the call and of the connection")
    func credit() throws {
        var machine = machine()
        let stream = machine.openCall() ?? 0
        let limit = Int(ReceiveLimits().initialStreamCredit)
        let first = machine.nextFrame(of: 4 << 20, on: stream)
        #expect(first == .part(Int(ReceiveLimits().frameRawMaximum)))
        machine.sent(limit - 20, on: stream)
        let rest = machine.nextFrame(of: 5, on: stream)
        try machine.granted(1, on: stream)
        let whole = machine.nextFrame(of: 5, on: stream)
        #expect(rest == nil && whole == .last(5, hasRoomForEnd: true))
        #expect(throws: FrameError.self) {
            try machine.granted(ControlFrame.creditMaximum, on: 0)
        }
    }
}
