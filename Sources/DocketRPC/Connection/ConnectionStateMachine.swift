package import DocketWire

/// Which side of a connection this is.
package enum ConnectionRole: Hashable, Sendable {
    case client
    case server
}

/// The rules of a connection and its calls as a value: frames' headers and local wishes in, actions
/// out.
///
/// The same for both roles, and the one owner of the state of each call. It holds no bytes: the
/// connection moves them as the actions say. Three kinds of wrong are kept apart: what a peer may
/// not do is a ``FrameError`` that ends the connection, or a status that ends the call; what
/// arrives late because the peer could not know better is discarded; what this side may not do is a
/// programmer's error and asserted.
package struct ConnectionStateMachine: ~Copyable, Sendable {
    /// The phases of a connection between its first byte and its last.
    package enum Phase: Hashable, Sendable {
        /// TLS is being set up.
        case handshaking
        /// The peer's preface is not whole.
        case preface
        /// HELLO, or its answer, has not come.
        case greeting
        /// HELLO is being answered: nothing more is read until then.
        case authenticating
        case open
        /// The first GOAWAY is out: calls that are on their way are still served.
        case leaving
        /// No call after `lastStream` is served.
        case draining(lastStream: UInt32)
        /// All is said: what waits is written, and nothing is taken any more.
        case flushing
        /// All is written: what still comes is thrown away until the peer has ended, too.
        case finished
        case closed

        /// Whether bytes are read from the peer.
        var isReading: Bool {
            switch self {
            case .preface, .greeting, .open, .leaving, .draining, .finished: true
            case .handshaking, .authenticating, .flushing, .closed: false
            }
        }

        /// Whether frames that have arrived are looked at.
        var takesFrames: Bool {
            switch self {
            case .greeting, .open, .leaving, .draining: true
            case .handshaking, .preface, .authenticating, .flushing, .finished, .closed: false
            }
        }

        /// Whether bytes may be written.
        var isWriting: Bool {
            switch self {
            case .handshaking, .finished, .closed: false
            case .preface, .greeting, .authenticating, .open, .leaving, .draining, .flushing: true
            }
        }

        /// Whether calls are served, or wait for their replies.
        var servesCalls: Bool {
            switch self {
            case .open, .leaving, .draining: true
            case .handshaking, .preface, .greeting, .authenticating, .flushing, .finished, .closed:
                false
            }
        }
    }

    /// Bytes that the peer may send on the connection whatever is held of it: two largest frames of
    /// the default size fit.
    private static let connectionReserve = 256 << 10

    package let role: ConnectionRole
    package let local: ReceiveLimits
    package private(set) var limits: ConnectionLimits
    package private(set) var phase = Phase.handshaking
    package private(set) var peer = ReceiveLimits()
    /// The largest frame that needs no second look: neither frame nor message nor the credit of a
    /// new stream is too small for it.
    private(set) var atOnceMaximum = 0
    /// What a frame of the peer may be now.
    package private(set) var frameLimits = FrameLimits.beforeHello
    /// The newest call of the peer (server) or of this side (client).
    package internal(set) var lastStream: UInt32 = 0
    var calls: [UInt32: CallState] = [:]
    /// Client: calls that are over and of which the caller has not heard; the server has forgotten
    /// them.
    private var closedCalls = 0
    /// What the peer may send on the connection, and may always send for new calls and their
    /// replies: calls that wait for their reader stop no others.
    var window: CreditWindow
    /// What this side may still send on the connection.
    package internal(set) var sendCredit = 0
    var cancels: AbuseCounter
    var emptyFrames: AbuseCounter
    var earlyPings: AbuseCounter
    var lastPing: UInt64 = 0

    package init(role: ConnectionRole, local: ReceiveLimits, limits: ConnectionLimits) {
        self.role = role
        self.local = local
        self.limits = limits
        window = CreditWindow(
            size: Int(local.initialConnectionCredit),
            reserve: Self.connectionReserve
        )
        cancels = AbuseCounter(maximum: Int(limits.cancelsMaximum))
        emptyFrames = AbuseCounter(maximum: Int(limits.emptyFramesMaximum))
        earlyPings = AbuseCounter(maximum: 2)
    }

    /// Calls that take a place of `max_streams`.
    package var openCalls: Int { calls.count - closedCalls }

    /// Whether one more call may be open; a maximum of 0 means not limited.
    var hasPlace: Bool {
        limits.streamsMaximum == 0 || openCalls < Int(limits.streamsMaximum)
    }

    // MARK: Calls

    /// The call is over as `meta` says.
    mutating func close(_ stream: UInt32, with meta: ReplyMeta) {
        guard let call = calls[stream] else { return }
        if case .closed = call { return }
        calls[stream] = .closed(meta)
        if role == .client { closedCalls += 1 }
    }

    /// Everyone has heard that the call is over; its place is free.
    package mutating func forget(_ stream: UInt32) {
        guard let call = calls.removeValue(forKey: stream) else { return }
        if role == .client, case .closed = call { closedCalls -= 1 }
    }

    // MARK: Phases

    /// The bytes of the connection can move.
    package mutating func connected() {
        assert(phase == .handshaking)
        phase = .preface
    }

    /// The peer's preface was taken.
    package mutating func prefaceReceived() {
        assert(phase == .preface)
        phase = .greeting
    }

    /// HELLO has come and is being looked at.
    package mutating func authenticating() { phase = .authenticating }

    /// The greeting is done: the peer takes what `peer` says.
    package mutating func greeted(_ peer: ReceiveLimits) {
        assert(!phase.servesCalls)
        self.peer = peer
        sendCredit = Int(peer.initialConnectionCredit)
        atOnceMaximum = Int(min(peer.frameRawMaximum, peer.messageMaximum))
        frameLimits = local.frameLimits
        frameLimits.isFromServer = role == .client
        phase = .open
    }

    /// The server has answered the greeting (client).
    package mutating func welcomed(_ ack: HelloAck) {
        limits = ack.connection
        greeted(ack.receive)
    }

    /// The first GOAWAY goes out; false when that is past or has no meaning yet.
    package mutating func leave() -> Bool {
        guard phase == .open else { return false }
        phase = .leaving
        return true
    }

    /// From now on no new call is served; returns the last that is.
    package mutating func drain() -> UInt32 {
        if case .draining(let last) = phase { return last }
        phase = .draining(lastStream: lastStream)
        return lastStream
    }

    /// The peer has sent GOAWAY: a server serves no call after `last`, a client makes no more.
    package mutating func peerLeaves(_ last: UInt32) {
        let last = role == .client ? last : lastStream
        switch phase {
        case .open, .leaving: phase = .draining(lastStream: last)
        case .draining(let known): phase = .draining(lastStream: min(last, known))
        case .handshaking, .preface, .greeting, .authenticating, .flushing, .finished, .closed:
            break
        }
    }

    /// All is said; false when that was so before.
    package mutating func flush() -> Bool {
        switch phase {
        case .flushing, .finished, .closed: return false
        case .handshaking, .preface, .greeting, .authenticating, .open, .leaving, .draining:
            phase = .flushing
            return true
        }
    }

    /// All is written.
    package mutating func finish() {
        assert(phase == .flushing)
        phase = .finished
    }

    /// The connection is gone; false when it was before.
    package mutating func close() -> Bool {
        guard phase != .closed else { return false }
        phase = .closed
        return true
    }

    /// Whether all calls of a connection that goes away are over.
    package var isDrained: Bool {
        guard case .draining = phase else { return false }
        return openCalls == 0
    }
}
