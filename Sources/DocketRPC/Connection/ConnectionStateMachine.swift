package import DocketWire

/// Which side of a connection this is.
package enum ConnectionRole: Hashable, Sendable {
    case client
    case server
}

/// The rules of a connection as a value: frames' headers and local wishes in, actions out.
///
/// The same for both roles. It holds no bytes: whoever owns it moves them as the actions say. Three
/// kinds of wrong are kept apart: what a peer may not do is `fail` (the connection ends) or
/// `reject` (the call ends); what arrives late because the peer could not know better is `discard`;
/// what this side may not do is a programmer's error and asserted.
package struct ConnectionStateMachine: ~Copyable, Sendable {
    package enum Phase: Hashable, Sendable {
        /// HELLO, or its answer, has not come.
        case greeting
        /// HELLO is being answered: nothing more is read until then.
        case authenticating
        case open
        /// GOAWAY was sent with the last stream that is served.
        case draining(lastStream: UInt32)
        case closed
    }

    /// What to do with a frame that has arrived whole.
    package enum Reaction: Hashable, Sendable {
        case greet
        /// A new call; then `opened` or `answered` is reported.
        case call
        /// Body bytes for a stream; `isLast` ends the peer's side.
        case deliver(isLast: Bool)
        /// The peer ended the call with a status.
        case end
        case cancel
        case credit
        case answerPing
        case pong
        case goAway
        /// Late or void: forget the bytes; what they cost is given back.
        case discard
        /// The call ends with this status; the connection goes on.
        case reject(CallStatus)
        /// The connection ends.
        case fail(FrameError)
    }

    package let role: ConnectionRole
    package let local: ReceiveLimits
    package internal(set) var limits: ConnectionLimits
    package internal(set) var phase = Phase.greeting
    package internal(set) var peer = ReceiveLimits()
    /// The newest call of the peer (server) or of this side (client).
    package internal(set) var lastStream: UInt32 = 0
    var streams: [UInt32: StreamState] = [:]
    var window: CreditWindow
    /// What this side may still send on the connection.
    package internal(set) var sendCredit = 0
    /// The last stream that the peer still serves, after its GOAWAY.
    package internal(set) var peerLastStream: UInt32?
    var cancels: AbuseCounter
    var emptyFrames: AbuseCounter
    var earlyPings: AbuseCounter
    var lastPing: UInt64 = 0

    package init(role: ConnectionRole, local: ReceiveLimits, limits: ConnectionLimits) {
        self.role = role
        self.local = local
        self.limits = limits
        window = CreditWindow(size: Int(local.initialConnectionCredit))
        cancels = AbuseCounter(maximum: Int(limits.cancelsMaximum))
        emptyFrames = AbuseCounter(maximum: Int(limits.emptyFramesMaximum))
        earlyPings = AbuseCounter(maximum: 2)
    }

    /// Calls that are not over on both sides.
    package var openStreams: Int { streams.count }

    /// The greeting is done: the peer takes what `peer` says.
    package mutating func greeted(_ peer: ReceiveLimits) {
        assert(phase == .greeting || phase == .authenticating)
        self.peer = peer
        sendCredit = Int(peer.initialConnectionCredit)
        phase = .open
    }

    /// The server has answered the greeting (client).
    package mutating func welcomed(_ ack: HelloAck) {
        limits = ack.connection
        greeted(ack.receive)
    }

    /// The server serves no call after this one (client).
    package mutating func peerGoesAway(_ last: UInt32) {
        peerLastStream = min(last, peerLastStream ?? last)
    }

    /// HELLO is being looked at.
    package mutating func authenticating() { phase = .authenticating }

    package mutating func closed() { phase = .closed }

    /// From now on no new call is served; returns the last that is.
    package mutating func drain() -> UInt32 {
        if case .draining(let last) = phase { return last }
        phase = .draining(lastStream: lastStream)
        return lastStream
    }
}

/// One call's share of the rules.
struct StreamState: Hashable, Sendable {
    var window: CreditWindow
    var sendCredit: Int
    /// Bytes of the message that is being collected.
    var messageBytes = 0
    var hasPeerEnded = false
    var hasEnded = false
    /// Its status or cancel went out: what still arrives is thrown away.
    var isDiscarding = false
}
