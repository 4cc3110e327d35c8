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

extension ConnectionStateMachine.Reaction {
    /// Why the connection ends, if it does.
    var failure: GoAway.Reason? {
        guard case .fail(let error) = self, case .connection(let reason) = error.scope else {
            return nil
        }
        return reason
    }

    /// The code that ends the call, if that is so.
    var rejection: StatusCode? {
        guard case .reject(let status) = self else { return nil }
        return status.code
    }
}

@Suite("Connection state machine: server")
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

    /// What each of the frames leads to; calls that are handed out are opened.
    private func reactions(
        _ machine: inout ConnectionStateMachine,
        _ frames: FrameHeader...
    ) -> [ConnectionStateMachine.Reaction] {
        frames.map { frame in
            let reaction = machine.received(frame, at: 1)
            if reaction == .call { _ = machine.opened(frame) }
            return reaction
        }
    }

    @Test("wants a greeting first, and nothing while it is looked at")
    func greeting() {
        var machine = ConnectionStateMachine(
            role: .server,
            local: ReceiveLimits(),
            limits: ConnectionLimits()
        )
        let early = machine.received(PeerFrame.call(1), at: 1)
        let hello = machine.received(FrameHeader(type: .hello), at: 1)
        machine.authenticating()
        let tooSoon = machine.received(PeerFrame.call(1), at: 1)
        machine.greeted(ReceiveLimits())
        let second = machine.received(FrameHeader(type: .hello), at: 1)
        #expect(early.failure == .protocolError)
        #expect(hello == .greet)
        #expect(tooSoon.failure == .protocolError)
        #expect(second.failure == .protocolError)
    }

    @Test("takes calls whose ids rise, and no others")
    func risingIDs() {
        var machine = machine()
        let found = reactions(&machine, PeerFrame.call(1), PeerFrame.call(7), PeerFrame.call(3))
        #expect(found[0] == .call && found[1] == .call)
        #expect(found[2].failure == .protocolError)
        #expect(machine.lastStream == 7)
    }

    @Test("refuses calls above the maximum as not processed, and throws their rest away")
    func tooManyCalls() {
        var machine = machine { limits, _ in limits.streamsMaximum = 2 }
        let found = reactions(
            &machine,
            PeerFrame.call(1),
            PeerFrame.call(3),
            PeerFrame.call(5, 10, []),
            PeerFrame.data(5, 10, .endStream)
        )
        #expect(found[2].rejection == .resourceExhausted)
        if case .reject(let status) = found[2] { #expect(status.notProcessed) }
        #expect(found[3] == .discard)
        machine.forgetOrDiscard(1)
        #expect(reactions(&machine, PeerFrame.call(7)) == [.call])
    }

    @Test("tells data that comes late from data of calls that never were")
    func lateData() {
        var machine = machine()
        _ = reactions(&machine, PeerFrame.call(1, 10, []), PeerFrame.call(3))
        machine.ended(1)
        let late = reactions(&machine, PeerFrame.data(1))
        machine.forgetOrDiscard(1)
        machine.forgetOrDiscard(3)
        let forgotten = reactions(&machine, PeerFrame.data(3))
        let unknown = reactions(&machine, PeerFrame.data(5))
        #expect(late == [.discard])
        #expect(forgotten == [.discard])
        #expect(unknown[0].failure == .protocolError)
    }

    @Test("refuses data after the end, and a message over the limit")
    func badData() {
        var machine = machine { _, local in local.messageMaximum = 25 }
        let found = reactions(
            &machine,
            PeerFrame.call(1),
            PeerFrame.data(1),
            PeerFrame.call(3, 10, .more),
            PeerFrame.data(3, 10, .more),
            PeerFrame.data(3, 10, .endStream)
        )
        #expect(found[1].rejection == .invalidArgument)
        #expect(found[3] == .deliver(isLast: false))
        #expect(found[4].rejection == .resourceExhausted)
    }

    @Test("ends the connection of a peer that sends beyond its credit")
    func overrun() {
        var machine = machine { _, local in local.initialStreamCredit = 200_000 }
        let found = reactions(
            &machine,
            PeerFrame.call(1, 100_000, []),
            PeerFrame.data(1, 90_000),
            PeerFrame.data(1, 90_000)
        )
        #expect(found[1] == .deliver(isLast: false))
        #expect(found[2].failure == .flowControl)
    }

    @Test("bounds cancels, pings and empty frames in time")
    func abuse() {
        var machine = machine { limits, _ in
            limits.cancelsMaximum = 2
            limits.emptyFramesMaximum = 2
        }
        _ = reactions(&machine, PeerFrame.call(1, 10, []), PeerFrame.call(3, 10, []))
        let cancels = (0..<3).map { _ in machine.received(PeerFrame.cancel(1), at: 1) }
        let empty = (0..<3).map { _ in machine.received(PeerFrame.data(3, 0), at: 1) }
        let pings = (0..<5).map { _ in machine.received(PeerFrame.ping, at: 1) }
        #expect(cancels[1] == .cancel && cancels[2].failure == .tooManyCancels)
        #expect(empty[1] == .deliver(isLast: false) && empty[2].failure == .tooManyEmptyFrames)
        #expect(pings[0] == .answerPing && pings[4].failure == .tooManyPings)
        let nextMinute = machine.received(PeerFrame.cancel(1), at: 60_000_000_000)
        #expect(nextMinute == .cancel)
    }

    @Test("serves the old calls while it drains, and refuses new ones as not processed")
    func drain() {
        var machine = machine()
        _ = reactions(&machine, PeerFrame.call(1, 10, []))
        #expect(machine.drain() == 1)
        let found = reactions(&machine, PeerFrame.data(1, 10, .endStream), PeerFrame.call(3))
        #expect(found[0] == .deliver(isLast: true))
        #expect(found[1].rejection == .unavailable)
        #expect(machine.drain() == 1)
    }

    @Test("does nothing any more once it is closed")
    func closed() {
        var machine = machine()
        machine.closed()
        let found = reactions(&machine, PeerFrame.call(1), PeerFrame.ping, PeerFrame.cancel(9))
        #expect(found == [.discard, .discard, .discard])
    }
}

@Suite("Connection state machine: client")
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

    @Test("opens calls with odd ids, as many as the server takes")
    func ids() {
        var machine = machine(streamsMaximum: 3)
        let ids = (0..<4).map { _ in machine.openCall() }
        #expect(ids == [1, 3, 5, nil])
        machine.forget(3)
        let next = machine.openCall()
        #expect(next == 7)
    }

    @Test("opens none after the server has said which was the last")
    func goAway() {
        var machine = machine()
        _ = machine.openCall()
        machine.peerGoesAway(9)
        machine.peerGoesAway(1)
        #expect(machine.peerLastStream == 1)
        let next = machine.openCall()
        #expect(next == nil)
    }

    @Test("takes a status once, of calls that it made")
    func status() {
        var machine = machine()
        _ = machine.openCall()
        func status(_ stream: UInt32) -> FrameHeader {
            FrameHeader(type: .status, flags: .endStream, stream: stream, metaLength: 2)
        }
        let first = machine.received(status(1), at: 1)
        let again = machine.received(status(1), at: 1)
        let unknown = machine.received(status(3), at: 1)
        let call = machine.received(PeerFrame.call(5), at: 1)
        #expect(first == .end)
        #expect(again == .discard)
        #expect(unknown.failure == .protocolError)
        #expect(call.failure == .protocolError)
    }

    @Test("sends within the credit of the call and of the connection")
    func credit() {
        var machine = machine()
        let stream = machine.openCall() ?? 0
        let limit = Int(ReceiveLimits().initialStreamCredit)
        let fits = machine.send(limit, on: stream, isCall: true)
        let over = machine.send(1, on: stream)
        let failure = machine.granted(10, on: stream)
        let more = machine.send(10, on: stream)
        let tooMuch = machine.granted(Int(ControlFrame.creditMaximum), on: 0)
        #expect(fits && !over && failure == nil && more)
        #expect(tooMuch != nil)
    }
}
