internal import DocketRuntime
internal import DocketSystem
internal import DocketWire

/// What the task of a call asks of its connection.
extension Connection {
    func receive(on stream: UInt32) async throws -> [UInt8]? {
        while true {
            guard let entry = entries[stream], entry.receiver == nil else { throw Self.over }
            if let result = nextMessage(of: entry) { return try result.get() }
            await withCheckedContinuation { entry.receiver = .next($0) }
        }
    }

    /// The message of a request that has exactly one, once the request is whole.
    func receiveOnly(on stream: UInt32) async throws -> [UInt8] {
        while true {
            guard let entry = entries[stream], entry.receiver == nil else { throw Self.over }
            if entry.incoming.count > 1 {
                throw CallFailure(.invalidArgument, "the request has more than one message")
            }
            let isComplete = frames.machine.reception(on: stream) != .waiting
            if isComplete, let result = nextMessage(of: entry) {
                guard let message = try result.get() else {
                    throw CallFailure(.invalidArgument, "the request has no message")
                }
                return message
            }
            await withCheckedContinuation { entry.receiver = .only($0) }
        }
    }

    func send(_ message: [UInt8]?, on stream: UInt32, ending: ReplyMeta?) async throws {
        guard let entry = entries[stream] else { throw Self.over }
        if let end = frames.machine.end(of: stream) {
            // A server that has answered wants nothing more of the request.
            if frames.machine.role == .client, end.status.code == .ok { return }
            throw end.status.code == .ok ? Self.over : CallFailure(end.status)
        }
        guard entry.outgoing.isEmpty, entry.sender == nil else { throw Self.over }
        guard chargeReply(message?.count ?? 0, to: entry) else {
            abandon(entry, Self.tooMuchUnread)
            throw CallFailure(Self.tooMuchUnread)
        }
        try await withCheckedThrowingContinuation { continuation in
            entry.sender = continuation
            queue(message, on: entry, ending: ending)
        }
    }

    /// Ends this side with a status, dropping what waits to be sent.
    func end(_ stream: UInt32, with meta: ReplyMeta) {
        guard let entry = entries[stream] else { return }
        end(entry, meta.status)
    }

    // MARK: The end of a call

    /// Gives the call up at `deadline`.
    func schedule(_ deadline: MonotonicTime, of entry: CallEntry) {
        guard deadline < .distantFuture else { return }
        let stream = entry.stream
        entry.deadline = loop.schedule(at: deadline) {
            self.assumeIsolated { $0.expired(stream) }
        }
    }

    /// The deadline of a call has passed: the peer hears it now, the handler's place stays taken
    /// until the handler has ended.
    private func expired(_ stream: UInt32) {
        guard let entry = entries[stream] else { return }
        abandon(entry, CallStatus(.deadlineExceeded, "the deadline has passed"))
    }

    /// The peer gave the call up.
    func cancelled(_ stream: UInt32) {
        guard let entry = entries[stream] else { return frames.machine.forget(stream) }
        stop(entry)
    }

    /// The connection ends a call before its time; the caller hears whether its handler may have
    /// acted on it.
    func abandon(_ entry: CallEntry, _ status: CallStatus) {
        var status = status
        status.notProcessed = frames.machine.isUntouched(entry.stream)
        end(entry, status)
    }

    /// Ends a call from this side.
    private func end(_ entry: CallEntry, _ status: CallStatus) {
        switch (frames.machine.abort(entry.stream, with: status), frames.machine.role) {
        case (.none, _): return
        case (.keepQuiet, _): break
        case (.tellPeer, .server): writeStatus(ReplyMeta(status: status), on: entry.stream)
        case (.tellPeer, .client):
            let isLate = status.code == .deadlineExceeded
            writeCancel(entry.stream, isLate ? .deadline : .unspecified)
        }
        stop(entry)
    }

    /// Gives up all calls that have not ended, since this side goes away.
    func cancelCalls() {
        for entry in Array(entries.values) {
            let status = CallStatus(.unavailable, "the time for calls to end is over")
            guard frames.machine.abort(entry.stream, with: status) != .none else { continue }
            writeCancel(entry.stream, .draining)
            stop(entry)
        }
    }

    private func writeCancel(_ stream: UInt32, _ reason: CancelReason) {
        writeControl { ControlFrame.appendCancel(stream: stream, reason: reason, to: &$0) }
    }

    /// The call is over: drops its bytes, wakes its waiter and cancels its handler.
    func stop(_ entry: CallEntry) {
        stopWaitingForMemory(entry)
        release(entry.incoming.removeAll(), on: entry.stream)
        entry.outgoing.removeAll()
        settle(entry)
        wakeReceiver(entry)
        let end = frames.machine.end(of: entry.stream)
        let failure = end.map { CallFailure($0.status) } ?? Self.over
        entry.sender.take()?.resume(throwing: failure)
        entry.replier.take()?.resume(throwing: failure)
        cancelDeadline(of: entry)
        if let task = entry.task { return task.cancel() }
        switch frames.machine.role {
        case .server: forget(entry)
        case .client:
            // Its caller has yet to hear of it.
            unsentCalls.removeAll { $0 == entry.stream }
            closeIfDrained()
        }
    }

    /// The handler of a call has returned: only now its place is free.
    func handlerEnded(_ entry: CallEntry) {
        entry.task = nil
        if entry.outgoing.isEmpty {
            end(entry, CallStatus(.internalError, "the call was not answered"))
        }
        if let head = entry.head {
            let end = frames.machine.end(of: entry.stream)
            session?.ended(head, end?.status.code ?? .ok)
        }
        if frames.machine.end(of: entry.stream) != nil { forget(entry) }
    }

    /// Forgets a call that is over for everyone.
    func forget(_ entry: CallEntry) {
        cancelDeadline(of: entry)
        stopWaitingForMemory(entry)
        release(entry.incoming.removeAll(), on: entry.stream)
        entry.workingBytes = 0
        settle(entry)
        entries[entry.stream] = nil
        frames.machine.forget(entry.stream)
        closeIfDrained()
    }

    private func cancelDeadline(of entry: CallEntry) {
        if let deadline = entry.deadline.take() { loop.cancel(deadline) }
    }

    // MARK: Messages

    /// What a receiver gets now: a message, nil after the last, or why there is none; nothing while
    /// it has to wait.
    private func nextMessage(of entry: CallEntry) -> Result<[UInt8]?, any Error>? {
        if let bytes = entry.incoming.nextBytes, !mayWork(on: bytes, entry) { return nil }
        if let message = entry.incoming.next() {
            entry.workingBytes = message.bytes.count
            frames.machine.handedOver(entry.stream)
            release(message.cost, on: entry.stream)
            settle(entry)
            return .success(message.bytes)
        }
        switch frames.machine.reception(on: entry.stream) {
        case .waiting: return nil
        case .ended: return .success(nil)
        case .failed(let status): return .failure(CallFailure(status))
        }
    }

    /// Wakes the receiver, if what it waits for may be there.
    func wakeReceiver(_ entry: CallEntry) {
        let isComplete = frames.machine.reception(on: entry.stream) != .waiting
        switch entry.receiver {
        case .next(let continuation) where isComplete || entry.incoming.count > 0,
            .only(let continuation) where isComplete || entry.incoming.count > 1:
            entry.receiver = nil
            continuation.resume()
        case nil, .next, .only: break
        }
    }

    /// A reply for which there is no room: nobody reads those that were before it.
    static let tooMuchUnread = CallStatus(
        .resourceExhausted,
        "too many replies wait to be read",
        retryAfterMilliseconds: 500
    )
    static let over = CallFailure(.cancelled, "the call is over")
}
