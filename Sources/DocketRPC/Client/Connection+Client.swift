internal import DocketRuntime
internal import DocketWire

/// What a client asks of its connection.
extension Connection {
    var isUsable: Bool {
        !isClosed && !isClosing && frames.machine.phase == .open
            && frames.machine.peerLastStream == nil
            && frames.machine.openStreams < Int(max(1, frames.machine.limits.streamsMaximum))
    }

    var callCount: Int { entries.count }

    func replyMeta(of stream: UInt32) -> ReplyMeta? { entries[stream]?.replyMeta }

    func openCall(
        _ meta: CallMeta,
        priority: Priority,
        deadline: MonotonicTime
    ) throws(CallFailure) -> UInt32 {
        guard !isClosed, !isClosing, let stream = frames.machine.openCall() else {
            throw CallFailure(
                .unavailable,
                "the connection takes no more calls",
                notProcessed: true
            )
        }
        let entry = CallEntry(stream: stream, head: nil, priority: priority)
        entry.callMeta = meta
        entries[stream] = entry
        unsentCalls.append(stream)
        if deadline < .distantFuture {
            entry.deadline = loop.schedule(at: deadline) {
                self.assumeIsolated { $0.expired(stream) }
            }
        }
        return stream
    }

    /// Forgets a call; the server hears of it when the call was not over.
    func cancelCall(_ stream: UInt32) {
        defer { unheard[stream] = nil }
        guard let entry = entries[stream] else { return }
        if !entry.hasPeerEnded, entry.callMeta == nil, !isClosed {
            writeControl {
                ControlFrame.appendCancel(stream: stream, reason: .unspecified, to: &$0)
            }
        }
        entry.hasEnded = true
        stop(entry, Self.over)
        frames.machine.forget(stream)
    }
}
