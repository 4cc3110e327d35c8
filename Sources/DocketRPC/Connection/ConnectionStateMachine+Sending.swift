package import DocketRuntime
package import DocketWire

/// Credit to give back to the peer, 0 for none.
package struct CreditGrants: Hashable, Sendable {
    package var connection = 0
    package var stream = 0
}

extension ConnectionStateMachine {
    /// Kept of the peer's connection credit for new calls: a full stream does not stop a small
    /// call.
    private static let reserveForCalls = 256 << 10

    /// The call of `header` goes on beyond its first frame, or beyond this turn.
    package mutating func opened(_ header: FrameHeader) -> CallStatus? {
        var stream = StreamState(
            window: CreditWindow(size: Int(local.initialStreamCredit)),
            sendCredit: Int(peer.initialStreamCredit)
        )
        _ = stream.window.receive(header.creditCost)
        let error = collect(header, &stream)
        stream.hasPeerEnded = header.flags.contains(.endStream)
        streams[header.stream] = stream
        return error
    }

    /// A call that is refused while the peer still sends: the rest is thrown away.
    package mutating func discardRest(of header: FrameHeader) {
        guard !header.flags.contains(.endStream) else { return }
        var stream = StreamState(
            window: CreditWindow(size: Int(local.initialStreamCredit)),
            sendCredit: 0
        )
        _ = stream.window.receive(header.creditCost)
        stream.hasEnded = true
        stream.isDiscarding = true
        streams[header.stream] = stream
    }

    /// When this side gives a call up that arrives at `now`.
    package func deadline(of meta: CallMeta, from now: MonotonicTime) -> MonotonicTime {
        let maximum = limits.callTimeoutMaximumMilliseconds
        var timeout = meta.timeoutMilliseconds
        if maximum > 0 { timeout = timeout == 0 ? maximum : min(timeout, maximum) }
        return timeout == 0 ? .distantFuture : now.after(milliseconds: timeout)
    }

    /// A new call of this side (client); nil when there is no room for one.
    package mutating func openCall() -> UInt32? {
        guard role == .client, phase == .open, peerLastStream == nil,
            streams.count < Int(max(1, limits.streamsMaximum)),
            lastStream < ControlFrame.creditMaximum - 2
        else { return nil }
        lastStream = lastStream == 0 ? 1 : lastStream + 2
        streams[lastStream] = StreamState(
            window: CreditWindow(size: Int(local.initialStreamCredit)),
            sendCredit: Int(peer.initialStreamCredit)
        )
        return lastStream
    }

    /// A call that was answered in the turn that read it, and whose answer must wait for credit.
    package mutating func openedAtOnce(_ stream: UInt32) {
        var state = StreamState(
            window: CreditWindow(size: Int(local.initialStreamCredit)),
            sendCredit: Int(peer.initialStreamCredit)
        )
        state.hasPeerEnded = true
        streams[stream] = state
    }

    /// Whether a frame of this cost may go out now; if so it is paid for.
    package mutating func send(_ cost: Int, on stream: UInt32, isCall: Bool = false) -> Bool {
        guard var state = streams[stream] else { return false }
        let reserve = isCall ? 0 : Self.reserveForCalls
        guard cost <= state.sendCredit, cost <= sendCredit - min(reserve, sendCredit) else {
            return false
        }
        state.sendCredit -= cost
        sendCredit -= cost
        streams[stream] = state
        return true
    }

    /// Pays for a reply of one frame to a call that was never `opened`; false when it must wait.
    package mutating func sendAtOnce(_ cost: Int) -> Bool {
        guard cost <= Int(peer.initialStreamCredit), cost <= sendCredit - Self.reserveForCalls,
            cost <= Int(peer.frameRawMaximum)
        else { return false }
        sendCredit -= cost
        return true
    }

    /// The peer grants credit.
    package mutating func granted(_ bytes: Int, on stream: UInt32) -> FrameError? {
        let overflow = FrameError.connection(.flowControl, "credit is above 2^31 - 1")
        guard stream != 0 else {
            guard bytes <= ControlFrame.creditMaximum - sendCredit else { return overflow }
            sendCredit += bytes
            return nil
        }
        guard var state = streams[stream] else { return nil }
        guard bytes <= ControlFrame.creditMaximum - state.sendCredit else { return overflow }
        state.sendCredit += bytes
        streams[stream] = state
        return nil
    }

    /// As `release(_:on:)` for what belongs to no open call: returns what to grant the connection.
    package mutating func release(_ cost: Int) -> Int { window.release(cost) }

    /// Bytes that arrived are no longer held: returns what to grant.
    package mutating func release(_ cost: Int, on stream: UInt32) -> CreditGrants {
        var grants = CreditGrants(connection: window.release(cost))
        guard var state = streams[stream] else { return grants }
        let grant = state.window.release(cost)
        // A peer that has ended needs none.
        grants.stream = state.hasPeerEnded ? 0 : grant
        streams[stream] = state
        return grants
    }

    /// This side has ended its direction of the stream: forgets the call when both have.
    package mutating func ended(_ stream: UInt32) {
        guard var state = streams[stream] else { return }
        state.hasEnded = true
        // A server that has answered wants nothing more of the request.
        if role == .server { state.isDiscarding = true }
        streams[stream] = state
    }

    /// This side is done with a call: forgets it, or throws away what the peer still sends of it.
    package mutating func forgetOrDiscard(_ stream: UInt32) {
        guard var state = streams[stream] else { return }
        state.hasEnded = true
        state.isDiscarding = true
        streams[stream] = state.hasPeerEnded ? nil : state
    }

    /// Forgets a call whatever its state: it was cancelled or the peer ended it.
    package mutating func forget(_ stream: UInt32) { streams[stream] = nil }

    package func isOpen(_ stream: UInt32) -> Bool { streams[stream] != nil }

    package func hasPeerEnded(_ stream: UInt32) -> Bool { streams[stream]?.hasPeerEnded ?? true }
}
