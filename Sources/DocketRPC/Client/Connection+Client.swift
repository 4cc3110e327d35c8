internal import DocketRuntime
internal import DocketSystem
internal import DocketWire

/// What a client asks of its connection.
extension Connection {
    var isUsable: Bool { frames.machine.canOpenCall }

    var callCount: Int { frames.machine.openCalls }

    func replyMeta(of stream: UInt32) -> ReplyMeta? { frames.machine.end(of: stream) }

    func openCall(
        _ meta: CallMeta,
        priority: Priority,
        deadline: MonotonicTime
    ) throws(CallFailure) -> UInt32 {
        guard let stream = frames.machine.openCall() else {
            throw CallFailure(
                .unavailable,
                "the connection takes no more calls",
                notProcessed: true
            )
        }
        let entry = CallEntry(stream: stream, head: nil, priority: priority)
        entry.outgoing.opening = meta
        entries[stream] = entry
        unsentCalls.append(stream)
        schedule(deadline, of: entry)
        return stream
    }

    /// Forgets a call; the server hears of it when the call was not over.
    func cancelCall(_ stream: UInt32) {
        guard let entry = entries[stream] else { return }
        abandon(entry, CallStatus(.cancelled, "the call is over"))
        forget(entry)
    }
}
