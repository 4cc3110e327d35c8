package import DocketWire

/// Frames that have arrived whole, whose headers were validated by themselves.
///
/// Each throws what ends the connection. `now` is in monotonic nanoseconds, for what is bounded in
/// time.
extension ConnectionStateMachine {
    /// A frame of this type has arrived: before all else, whether it may come now.
    package func received(_ type: FrameType) throws(FrameError) {
        switch phase {
        case .greeting:
            if type == (role == .server ? .hello : .helloAck) { return }
            // A server that will not have us says why before it closes.
            if role == .client, type == .goAway { return }
            throw .connection(.protocolError, "the first frame is not the greeting")
        case .open, .leaving, .draining:
            if type == .hello || type == .helloAck {
                throw .connection(.protocolError, "a second greeting")
            }
        case .handshaking, .preface, .authenticating, .flushing, .finished, .closed:
            throw .connection(.protocolError, "a frame before its time")
        }
    }

    package mutating func receivedCall(_ header: FrameHeader) throws(FrameError) -> CallAction {
        guard role == .server else {
            throw .connection(.protocolError, "servers do not call")
        }
        guard header.stream > lastStream else {
            throw .connection(.protocolError, "stream ids must rise")
        }
        guard window.receive(header.creditCost),
            header.creditCost <= Int(local.initialStreamCredit)
        else { throw Self.overrun }
        lastStream = header.stream
        if case .draining = phase {
            return refusal(.unavailable, "the server is going away")
        }
        guard hasPlace else {
            return refusal(.resourceExhausted, "too many calls on this connection")
        }
        return .open
    }

    private func refusal(_ code: StatusCode, _ message: String) -> CallAction {
        .refuse(CallStatus(code, message, notProcessed: true))
    }

    package mutating func receivedData(
        _ header: FrameHeader,
        at now: UInt64
    ) throws(FrameError) -> DataAction {
        guard window.receive(header.creditCost) else { throw Self.overrun }
        guard let call = calls[header.stream] else {
            try checkPast(header.stream)
            return .discard
        }
        var flow: CallFlow
        switch call {
        case .idle: throw Self.neverWas
        case .closed: return .discard
        case .halfClosed where role == .server:
            return .end(CallStatus(.invalidArgument, "data after the end of the stream"))
        case .open(let current), .halfClosed(let current): flow = current
        }
        guard flow.window.receive(header.creditCost) else { throw Self.overrun }
        let isLast = header.flags.contains(.endStream)
        if header.rawLength == 0, !isLast, emptyFrames.count(at: now) {
            throw .connection(.tooManyEmptyFrames, "too many empty frames")
        }
        let error = collect(header, &flow)
        calls[header.stream]?.update { $0 = flow }
        if let error { return .end(error) }
        if isLast, role == .server { calls[header.stream]?.requestEnded() }
        return .deliver(isLast: isLast)
    }

    /// Adds a frame to the message it belongs to; says when that becomes too long.
    func collect(_ header: FrameHeader, _ flow: inout CallFlow) -> CallStatus? {
        flow.messageBytes += header.rawLength
        guard flow.messageBytes <= Int(local.messageMaximum) else {
            return CallStatus(
                .resourceExhausted,
                "the message is longer than \(local.messageMaximum) bytes"
            )
        }
        if !header.flags.contains(.more) { flow.messageBytes = 0 }
        return nil
    }

    /// A STATUS of the server; what it says is reported by `replyEnded`.
    package func receivedStatus(_ header: FrameHeader) throws(FrameError) -> EndAction {
        guard role == .client else {
            throw .connection(.protocolError, "clients do not send status")
        }
        switch calls[header.stream] {
        case nil:
            try checkPast(header.stream)
            return .ignore
        case .idle: throw Self.neverWas
        case .closed: return .ignore
        case .open, .halfClosed: return .end
        }
    }

    /// The reply is complete, with `meta` behind it (client).
    package mutating func replyEnded(_ stream: UInt32, with meta: ReplyMeta) {
        assert(role == .client)
        close(stream, with: meta)
    }

    package mutating func receivedCancel(
        _ header: FrameHeader,
        at now: UInt64
    ) throws(FrameError) -> EndAction {
        switch calls[header.stream] {
        case nil:
            try checkPast(header.stream)
            return .ignore
        case .idle: throw Self.neverWas
        case .closed: return .ignore
        case .open, .halfClosed:
            if role == .server, cancels.count(at: now) {
                throw .connection(.tooManyCancels, "too many calls were cancelled")
            }
            let status =
                role == .server
                ? CallStatus(.cancelled, "the caller gave up")
                : CallStatus(.unavailable, "the server gave the call up")
            close(header.stream, with: ReplyMeta(status: status))
            return .end
        }
    }

    package mutating func receivedPing(
        _ header: FrameHeader,
        at now: UInt64
    ) throws(FrameError) -> PingAction {
        if header.flags.contains(.ack) { return .answered }
        let minimum = UInt64(limits.pingMinimumMilliseconds) * 1_000_000
        defer { lastPing = now }
        if role == .server, lastPing != 0, now &- lastPing < minimum, earlyPings.count(at: now) {
            throw .connection(.tooManyPings, "pings come too fast")
        }
        return .answer
    }

    /// What is not known must have been, and is forgotten.
    private func checkPast(_ stream: UInt32) throws(FrameError) {
        guard stream <= lastStream else { throw Self.neverWas }
    }

    private static let neverWas = FrameError.connection(
        .protocolError,
        "a frame of a call that never was"
    )
    private static let overrun = FrameError.connection(
        .flowControl,
        "more was sent than credit allowed"
    )
}
