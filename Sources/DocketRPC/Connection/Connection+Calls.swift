internal import DocketRuntime
internal import DocketWire

/// What the task of a call asks of its connection.
extension Connection {
    func receive(on stream: UInt32) async throws -> [UInt8]? {
        guard let entry = entries[stream] else { throw unheard[stream] ?? Self.over }
        if let message = entry.nextMessage() {
            release(message.cost, on: stream)
            return message.bytes
        }
        if let failure = entry.failure { throw failure }
        if entry.hasPeerEnded { return nil }
        guard entry.receiver == nil else { throw Self.over }
        return try await withCheckedThrowingContinuation { entry.receiver = $0 }
    }

    func send(_ message: [UInt8]?, on stream: UInt32, ending: ReplyMeta?) async throws {
        guard let entry = entries[stream], !entry.hasEnded, !entry.isEnding else {
            throw unheard[stream] ?? Self.over
        }
        if let failure = entry.failure { throw failure }
        guard entry.sender == nil else { throw Self.over }
        try await withCheckedThrowingContinuation { continuation in
            entry.sender = continuation
            queue(message, on: entry, ending: ending)
            pumpSoon()
        }
    }

    /// Ends this side with a status, dropping what waits to be sent.
    func end(_ stream: UInt32, with meta: ReplyMeta) {
        guard let entry = entries[stream], !entry.hasEnded else { return }
        abandon(entry, meta.status)
    }

    // MARK: The server's calls

    /// The deadline of a call has passed: the peer hears it now, the handler's place stays taken
    /// until the handler has ended.
    func expired(_ stream: UInt32) {
        guard let entry = entries[stream] else { return }
        abandon(entry, CallStatus(.deadlineExceeded, "the deadline has passed"))
    }

    /// The peer gave the call up.
    func cancelled(_ stream: UInt32) {
        guard let entry = entries[stream] else { return frames.machine.forget(stream) }
        entry.hasEnded = true
        frames.machine.ended(stream)
        stop(entry, CallFailure(.cancelled, "the caller gave up"))
    }

    /// Ends a call from this side before its time.
    func abandon(_ entry: CallEntry, _ status: CallStatus) {
        switch frames.machine.role {
        case .server:
            guard !entry.hasEnded else { break }
            writeStatus(ReplyMeta(status: status), on: entry.stream)
            entry.endedWith = status.code
        case .client:
            // The server never heard of a call that did not go out, and is done with one it ended.
            guard entry.callMeta == nil, !entry.hasPeerEnded else { break }
            writeCancel(entry.stream, status)
        }
        entry.hasEnded = true
        frames.machine.ended(entry.stream)
        stop(entry, CallFailure(status))
    }

    private func writeCancel(_ stream: UInt32, _ status: CallStatus) {
        let reason: CancelReason = status.code == .deadlineExceeded ? .deadline : .unspecified
        writeControl { ControlFrame.appendCancel(stream: stream, reason: reason, to: &$0) }
    }

    /// Wakes whoever waits on the call and cancels its handler.
    func stop(_ entry: CallEntry, _ failure: CallFailure) {
        if entry.failure == nil { entry.failure = failure }
        session?.budget.give(entry.budgetTaken)
        entry.budgetTaken = 0
        release(entry.dropReceived(), on: entry.stream)
        entry.setOutgoing(nil)
        if frames.machine.role == .client, entry.receiver == nil, entry.sender == nil {
            unheard[entry.stream] = entry.failure
        }
        entry.receiver.take()?.resume(throwing: entry.failure ?? failure)
        entry.sender.take()?.resume(throwing: entry.failure ?? failure)
        if let task = entry.task { task.cancel() } else { forget(entry) }
    }

    /// Refuses a call that has no handler, or ends one that has.
    func reject(_ header: FrameHeader, _ status: CallStatus) {
        if let entry = entries[header.stream] { return abandon(entry, status) }
        if header.type == .call, !frames.machine.isOpen(header.stream) {
            frames.machine.discardRest(of: header)
        }
        writeStatus(ReplyMeta(status: status), on: header.stream)
    }

    /// The handler of a call has returned: only now its place is free.
    func handlerEnded(_ entry: CallEntry) {
        entry.task = nil
        if !entry.hasEnded, !entry.isEnding {
            abandon(entry, CallStatus(.internalError, "the call was not answered"))
        }
        if let head = entry.head {
            session?.ended(head, entry.endedWith ?? entry.failure?.status.code ?? .ok)
        }
        if entry.hasEnded { forget(entry) }
    }

    /// Forgets a call that is over here; what the peer still sends of it is thrown away.
    func forget(_ entry: CallEntry) {
        if let deadline = entry.deadline { loop.cancel(deadline) }
        entry.deadline = nil
        release(entry.dropReceived(), on: entry.stream)
        entries[entry.stream] = nil
        if entry.callMeta != nil { unsentCalls.removeAll { $0 == entry.stream } }
        frames.machine.forgetOrDiscard(entry.stream)
        closeIfDrained()
    }

    /// Client: forgets a call when both sides have ended it and everything was received.
    func forgetIfOver(_ entry: CallEntry) {
        guard entry.hasEnded, entry.hasPeerEnded else { return }
        frames.machine.forget(entry.stream)
    }

    func wakeReceiver(_ entry: CallEntry) {
        guard let receiver = entry.receiver else { return }
        if let message = entry.nextMessage() {
            entry.receiver = nil
            release(message.cost, on: entry.stream)
            receiver.resume(returning: message.bytes)
        } else if let failure = entry.failure {
            entry.receiver = nil
            receiver.resume(throwing: failure)
        } else if entry.hasPeerEnded {
            entry.receiver = nil
            receiver.resume(returning: nil)
        }
    }

    private func pumpSoon() { flushLater() }

    static let over = CallFailure(.cancelled, "the call is over")
}
