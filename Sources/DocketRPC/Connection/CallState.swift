package import DocketWire

/// What the rules know of one call: who may still send, and how much.
///
/// The request is the client's direction, the reply the server's; the end of the reply closes both.
/// A client's call is idle, open, half-closed, closed; a server's begins open or half-closed.
enum CallState: Hashable, Sendable {
    /// Client: the CALL has not gone out.
    case idle(CallFlow)
    /// Neither the request nor the reply has ended.
    case open(CallFlow)
    /// The request is whole, the reply is not.
    case halfClosed(CallFlow)
    /// Over, and how. It keeps its place until its handler has returned, or its caller has heard.
    case closed(ReplyMeta)

    /// Credit and messages, while the call is not over.
    var flow: CallFlow? {
        switch self {
        case .idle(let flow), .open(let flow), .halfClosed(let flow): flow
        case .closed: nil
        }
    }

    /// Changes credit or messages; nothing when the call is over.
    mutating func update(_ change: (inout CallFlow) -> Void) {
        switch self {
        case .idle(var flow):
            change(&flow)
            self = .idle(flow)
        case .open(var flow):
            change(&flow)
            self = .open(flow)
        case .halfClosed(var flow):
            change(&flow)
            self = .halfClosed(flow)
        case .closed: break
        }
    }

    /// The client has sent the last of its request.
    mutating func requestEnded() {
        guard let flow else { return }
        self = .halfClosed(flow)
    }
}

/// The credit of a call both ways, and what of the request has come.
struct CallFlow: Hashable, Sendable {
    /// What the peer may send.
    var window: CreditWindow
    /// What this side may send.
    var sendCredit: Int
    /// Bytes of the message that is being received.
    var messageBytes = 0
    /// Server: a message of the request was handed to the handler, which may have acted on it.
    var isBegun = false

    init(receiving local: ReceiveLimits, sending peer: ReceiveLimits) {
        window = CreditWindow(size: Int(local.initialStreamCredit))
        sendCredit = Int(peer.initialStreamCredit)
    }
}

// MARK: - Actions

/// What to do with a CALL.
package enum CallAction: Hashable, Sendable {
    /// Admit it; then `opened` or `openedAtOnce` is reported.
    case open
    /// It ends with this status before it has begun.
    case refuse(CallStatus)
}

/// What to do with DATA.
package enum DataAction: Hashable, Sendable {
    /// Its body belongs to a message; with `isLast` the peer's direction has ended.
    case deliver(isLast: Bool)
    /// Nobody waits for it any more.
    case discard
    /// The call ends with this status.
    case end(CallStatus)
}

/// What to do with a frame that ends a call: STATUS or CANCEL.
package enum EndAction: Hashable, Sendable {
    /// The call is over for the peer.
    case end
    /// It was over already.
    case ignore
}

/// What to do about a PING.
package enum PingAction: Hashable, Sendable {
    case answer
    /// It answers a ping of this side.
    case answered
}

/// What ending a call from this side asks for.
package enum AbortAction: Hashable, Sendable {
    /// STATUS from a server, CANCEL from a client.
    case tellPeer
    /// The peer never heard of the call.
    case keepQuiet
    /// It was over already.
    case none
}

/// What the receiver of a call is told when no message is there.
package enum ReceptionState: Hashable, Sendable {
    /// More may come.
    case waiting
    /// The last message was taken.
    case ended
    /// The call is over.
    case failed(CallStatus)
}
