package import DocketWire

extension ConnectionStateMachine {
    /// A frame has arrived whole; its header was validated by itself.
    ///
    /// `now` is in monotonic nanoseconds, for what is bounded in time.
    package mutating func received(_ header: FrameHeader, at now: UInt64) -> Reaction {
        switch phase {
        case .closed: return .discard
        case .greeting: return greeting(header)
        case .authenticating: return .fail(.connection(.protocolError, "a frame before its time"))
        case .open, .draining: break
        }
        switch header.type {
        case .call: return receivedCall(header, at: now)
        case .data: return receivedData(header, at: now)
        case .status: return receivedStatus(header)
        case .cancel: return receivedCancel(header, at: now)
        case .credit: return .credit
        case .ping: return receivedPing(header, at: now)
        case .goAway: return .goAway
        default: return .fail(.connection(.protocolError, "a second greeting"))
        }
    }

    private func greeting(_ header: FrameHeader) -> Reaction {
        let expected: FrameType = role == .server ? .hello : .helloAck
        if header.type == expected { return .greet }
        // A server that will not have us says why before it closes.
        if role == .client, header.type == .goAway { return .goAway }
        return .fail(.connection(.protocolError, "the first frame is not the greeting"))
    }

    private mutating func receivedCall(_ header: FrameHeader, at now: UInt64) -> Reaction {
        guard role == .server else {
            return .fail(.connection(.protocolError, "servers do not call"))
        }
        guard header.stream > lastStream else {
            return .fail(.connection(.protocolError, "stream ids must rise"))
        }
        guard window.receive(header.creditCost) else { return .fail(Self.overrun) }
        lastStream = header.stream
        if case .draining = phase {
            return refuse(header, .unavailable, "the server is going away")
        }
        guard streams.count < Int(limits.streamsMaximum) else {
            return refuse(header, .resourceExhausted, "too many calls on this connection")
        }
        guard header.creditCost <= Int(local.initialStreamCredit) else {
            return .fail(Self.overrun)
        }
        return .call
    }

    /// What the rest of a refused call brings is thrown away.
    private mutating func refuse(
        _ header: FrameHeader,
        _ code: StatusCode,
        _ message: String
    ) -> Reaction {
        discardRest(of: header)
        return .reject(CallStatus(code, message, notProcessed: true))
    }

    private mutating func receivedData(_ header: FrameHeader, at now: UInt64) -> Reaction {
        guard window.receive(header.creditCost) else { return .fail(Self.overrun) }
        guard var stream = streams[header.stream] else {
            // Ours to forget: it ended here before the peer could know.
            return isPast(header.stream)
                ? .discard : .fail(.connection(.protocolError, "data on a call that never was"))
        }
        var forgetsAfter = false
        defer { streams[header.stream] = forgetsAfter ? nil : stream }
        guard stream.window.receive(header.creditCost) else { return .fail(Self.overrun) }
        if stream.isDiscarding {
            if header.flags.contains(.endStream) { stream.hasPeerEnded = true }
            forgetsAfter = header.flags.contains(.endStream) && stream.hasEnded
            return .discard
        }
        guard !stream.hasPeerEnded else {
            return .reject(CallStatus(.invalidArgument, "data after the end of the stream"))
        }
        let isEmpty = header.rawLength == 0 && header.metaLength == 0
        if isEmpty, !header.flags.contains(.endStream), emptyFrames.count(at: now) {
            return .fail(.connection(.tooManyEmptyFrames, "too many empty frames"))
        }
        if let error = collect(header, &stream) { return .reject(error) }
        let isLast = header.flags.contains(.endStream)
        if isLast { stream.hasPeerEnded = true }
        return .deliver(isLast: isLast)
    }

    /// Adds a frame to the message it belongs to; says when that becomes too long.
    func collect(_ header: FrameHeader, _ stream: inout StreamState) -> CallStatus? {
        stream.messageBytes += header.rawLength
        guard stream.messageBytes <= Int(local.messageMaximum) else {
            return CallStatus(
                .resourceExhausted,
                "the message is longer than \(local.messageMaximum) bytes"
            )
        }
        if !header.flags.contains(.more) { stream.messageBytes = 0 }
        return nil
    }

    private mutating func receivedStatus(_ header: FrameHeader) -> Reaction {
        guard role == .client else {
            return .fail(.connection(.protocolError, "clients do not send status"))
        }
        guard var stream = streams[header.stream] else {
            return isPast(header.stream)
                ? .discard : .fail(.connection(.protocolError, "status of a call that never was"))
        }
        if stream.hasPeerEnded { return .discard }
        stream.hasPeerEnded = true
        streams[header.stream] = stream
        return .end
    }

    private mutating func receivedCancel(_ header: FrameHeader, at now: UInt64) -> Reaction {
        if role == .server, cancels.count(at: now) {
            return .fail(.connection(.tooManyCancels, "too many calls were cancelled"))
        }
        guard var stream = streams[header.stream] else {
            return isPast(header.stream)
                ? .discard : .fail(.connection(.protocolError, "cancel of a call that never was"))
        }
        stream.hasPeerEnded = true
        stream.isDiscarding = true
        streams[header.stream] = stream
        return .cancel
    }

    private mutating func receivedPing(_ header: FrameHeader, at now: UInt64) -> Reaction {
        if header.flags.contains(.ack) { return .pong }
        let minimum = UInt64(limits.pingMinimumMilliseconds) * 1_000_000
        defer { lastPing = now }
        if role == .server, lastPing != 0, now &- lastPing < minimum, earlyPings.count(at: now) {
            return .fail(.connection(.tooManyPings, "pings come too fast"))
        }
        return .answerPing
    }

    /// A stream that existed and is forgotten.
    private func isPast(_ stream: UInt32) -> Bool { stream <= lastStream }

    private static let overrun = FrameError.connection(
        .flowControl,
        "more was sent than credit allowed"
    )
}
