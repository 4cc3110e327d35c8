internal import DocketRuntime
package import DocketSystem
package import DocketWire

/// Credit to give back to the peer, 0 for none.
package struct CreditGrants: Hashable, Sendable {
    package var connection = 0
    package var stream = 0
}

/// What one frame carries of a message: so many bytes of it.
package enum MessagePart: Hashable, Sendable {
    /// More follow.
    case part(Int)
    /// The message ends. Without room for the metadata of the end, that goes in a STATUS, which
    /// takes no credit.
    case last(Int, hasRoomForEnd: Bool)
}

/// What this side does with calls.
extension ConnectionStateMachine {
    // MARK: The server's calls

    /// A call was admitted; says when its first frame is too long already.
    package mutating func opened(_ header: FrameHeader) -> CallStatus? {
        var flow = CallFlow(receiving: local, sending: peer)
        _ = flow.window.receive(header.creditCost)
        let error = collect(header, &flow)
        calls[header.stream] = header.flags.contains(.endStream) ? .halfClosed(flow) : .open(flow)
        return error
    }

    /// A call that was answered in the turn that read it, and whose answer must wait.
    package mutating func openedAtOnce(_ stream: UInt32) {
        var flow = CallFlow(receiving: local, sending: peer)
        flow.isBegun = true
        calls[stream] = .halfClosed(flow)
    }

    /// When this side gives a call up that arrives at `now`.
    package func deadline(of meta: CallMeta, from now: MonotonicTime) -> MonotonicTime {
        let maximum = limits.callTimeoutMaximumMilliseconds
        var timeout = meta.timeoutMilliseconds
        if maximum > 0 { timeout = timeout == 0 ? maximum : min(timeout, maximum) }
        return timeout == 0 ? .distantFuture : now.after(milliseconds: timeout)
    }

    /// A message of the request was handed to the handler.
    package mutating func handedOver(_ stream: UInt32) {
        calls[stream]?.update { $0.isBegun = true }
    }

    /// Whether certainly nobody has acted on the request of a call.
    package func isUntouched(_ stream: UInt32) -> Bool {
        switch calls[stream] {
        case .idle: true
        case .open(let flow), .halfClosed(let flow): role == .server && !flow.isBegun
        case nil, .closed: false
        }
    }

    // MARK: The client's calls

    /// Whether a new call may be opened (client).
    package var canOpenCall: Bool {
        role == .client && phase == .open && hasPlace && lastStream < ControlFrame.creditMaximum - 2
    }

    /// A new call of this side (client); nil when there is no room for one.
    package mutating func openCall() -> UInt32? {
        guard canOpenCall else { return nil }
        lastStream = lastStream == 0 ? 1 : lastStream + 2
        calls[lastStream] = .idle(CallFlow(receiving: local, sending: peer))
        return lastStream
    }

    // MARK: The end of a call

    /// This side ends the call before its time.
    package mutating func abort(_ stream: UInt32, with status: CallStatus) -> AbortAction {
        switch calls[stream] {
        case nil, .closed: return .none
        case .idle:
            close(stream, with: ReplyMeta(status: status))
            return .keepQuiet
        case .open, .halfClosed:
            close(stream, with: ReplyMeta(status: status))
            return .tellPeer
        }
    }

    /// What a receiver is told when no message is there.
    package func reception(on stream: UInt32) -> ReceptionState {
        switch (calls[stream], role) {
        case (nil, _): return .failed(CallStatus(.cancelled, "the call is over"))
        case (.closed(let meta), .client) where meta.status.code == .ok: return .ended
        case (.closed(let meta), _) where meta.status.code == .ok:
            return .failed(CallStatus(.cancelled, "the call is over"))
        case (.closed(let meta), _): return .failed(meta.status)
        case (.halfClosed, .server): return .ended
        case (.idle, _), (.open, _), (.halfClosed, .client): return .waiting
        }
    }

    /// How a call ended; nil while it goes on.
    package func end(of stream: UInt32) -> ReplyMeta? {
        guard case .closed(let meta) = calls[stream] else { return nil }
        return meta
    }

    // MARK: Credit

    /// What the next frame of a message carries of the `left` bytes that have not gone out; nil
    /// while it waits for credit.
    ///
    /// The rest goes whole where it fits a frame and the credit. Otherwise as much goes as they
    /// allow, if that is `least` bytes, and no credit is left over that is too little for the next
    /// such part. Smaller parts cost more in headers than they carry, but a peer may want all its
    /// credit used before it grants more: so once a second a connection asks with `least` 1, and no
    /// credit stays unused that has room for a header and a byte. The frame has `opening` bytes of
    /// metadata in any case, the last one `ending` if there is room.
    package func nextFrame(
        of left: Int,
        on stream: UInt32,
        opening: Int = 0,
        ending: Int = 0,
        least: Int = partMinimum
    ) -> MessagePart? {
        guard let flow = calls[stream]?.flow else { return nil }
        let room = min(flow.sendCredit, sendCredit) - FrameHeader.size - opening
        let largest = min(left, Int(peer.frameRawMaximum))
        if largest == left, left <= room {
            return .last(left, hasRoomForEnd: left + ending <= room)
        }
        var count = min(largest, room)
        let useful = FrameHeader.size + least
        if (1..<useful).contains(room - count), room - useful >= least { count = room - useful }
        return count >= least ? .part(count) : nil
    }

    /// From this many bytes on, a part of a message is worth a frame of its own.
    package static let partMinimum = 1 << 10

    /// A frame of this cost goes out, within what `nextFrame` allowed; the first opens the call.
    package mutating func sent(_ cost: Int, on stream: UInt32) {
        guard let call = calls[stream], var flow = call.flow else { return }
        assert(cost <= flow.sendCredit && cost <= sendCredit)
        flow.sendCredit -= cost
        sendCredit -= cost
        if case .halfClosed = call {
            calls[stream] = .halfClosed(flow)
        } else {
            calls[stream] = .open(flow)
        }
    }

    /// This side has ended its direction: a server the call with it.
    package mutating func ended(_ stream: UInt32, with meta: ReplyMeta) {
        switch role {
        case .server: close(stream, with: meta)
        case .client: calls[stream]?.requestEnded()
        }
    }

    /// Pays for a reply of one frame to a call that was never `opened`; false when it must wait.
    package mutating func sendAtOnce(_ cost: Int) -> Bool {
        guard cost <= atOnceMaximum, cost <= sendCredit else { return false }
        sendCredit -= cost
        return true
    }

    /// The peer grants credit.
    package mutating func granted(_ bytes: Int, on stream: UInt32) throws(FrameError) {
        guard stream != 0 else {
            guard bytes <= ControlFrame.creditMaximum - sendCredit else { throw Self.overflow }
            sendCredit += bytes
            return
        }
        guard let flow = calls[stream]?.flow else { return }
        guard bytes <= ControlFrame.creditMaximum - flow.sendCredit else { throw Self.overflow }
        calls[stream]?.update { $0.sendCredit += bytes }
    }

    /// What to grant the connection so that calls which wait for their reader stop no others.
    package mutating func keepReserve() -> Int { window.keepReserve() }

    /// As `release(_:on:)` for what belongs to no open call: returns what to grant the connection.
    package mutating func release(_ cost: Int) -> Int { window.release(cost) }

    /// Bytes that arrived are no longer held: returns what to grant.
    package mutating func release(_ cost: Int, on stream: UInt32) -> CreditGrants {
        var grants = CreditGrants(connection: window.release(cost))
        switch (calls[stream], role) {
        // A peer that has ended needs none.
        case (nil, _), (.closed, _), (.halfClosed, .server): break
        case (.idle, _), (.open, _), (.halfClosed, .client):
            calls[stream]?.update { grants.stream = $0.window.release(cost) }
        }
        return grants
    }

    private static let overflow = FrameError.connection(
        .flowControl,
        "credit is above 2^31 - 1"
    )
}
