internal import DocketRuntime
internal import DocketWire

extension Connection {
    /// Handles every whole frame that has arrived.
    func processInput() {
        if !hasPreface { takePreface() }
        guard hasPreface else { return }
        while !isClosing, !isClosed, !isReadingPaused {
            let arrival = frames.next(for: session, limits: inboundLimits, at: loop.turnStart)
            countAnswered()
            switch arrival {
            case .nothing: return
            case .failed(let error): return fail(error)
            case .frame(let header, let reaction): handle(header, reaction)
            case .call(let header, let head): handleCall(header, head)
            case .answered(let header, let head, let reply): send(reply, header, head)
            case .unreadable(let header, let status): refuse(header, status)
            }
        }
    }

    private func countAnswered() {
        let count = frames.takeAnswered()
        guard count > 0 else { return }
        configuration.metrics.answeredAtOnce(count)
        session?.answeredAtOnce(count, since: loop.turnStart)
        flushLater()
    }

    private var inboundLimits: FrameLimits {
        switch frames.machine.phase {
        case .greeting, .authenticating: .beforeHello
        default: configuration.receive.frameLimits
        }
    }

    /// Handles the whole frame at the front of the input and drops it.
    private func handle(_ header: FrameHeader, _ reaction: ConnectionStateMachine.Reaction) {
        if reaction != .greet, reaction != .goAway { touchCredit(header, reaction) }
        switch reaction {
        case .call: assertionFailure("calls come with their heads")
        case .greet: return handleGreeting(header)
        case .deliver(let isLast): deliver(header, isLast: isLast)
        case .end: handleStatus(header)
        case .cancel: cancelled(header.stream)
        case .credit: handleCredit(header)
        case .answerPing: answerPing(header)
        case .pong: pingSent = nil
        case .goAway: return handleGoAway(header)
        case .discard: break
        case .reject(let status): reject(header, status)
        case .fail(let error): return fail(error)
        }
        frames.input.consume(header.frameLength)
    }

    /// Bytes that are thrown away go back to the connection at once.
    private func touchCredit(_ header: FrameHeader, _ reaction: ConnectionStateMachine.Reaction) {
        guard header.type == .data || header.type == .call else { return }
        switch reaction {
        case .discard, .reject: release(header.creditCost, on: header.stream)
        default: break
        }
    }

    // MARK: Calls

    private func handleCall(_ header: FrameHeader, _ head: CallHead) {
        if let status = session?.admit(head) { return refuse(header, status) }
        configuration.metrics.called()
        open(head, header)
        frames.input.consume(header.frameLength)
    }

    /// Ends the call at the front of the input before it has begun.
    private func refuse(_ header: FrameHeader, _ status: CallStatus) {
        release(header.creditCost, on: header.stream)
        reject(header, status)
        frames.input.consume(header.frameLength)
    }

    /// Sends the answer that a call got at once, as room and credit allow.
    private func send(_ reply: ReplyWriter, _ header: FrameHeader, _ head: CallHead) {
        let entry = CallEntry(stream: head.stream, head: nil, priority: head.priority)
        entry.hasPeerEnded = true
        entries[head.stream] = entry
        frames.machine.openedAtOnce(head.stream)
        var meta = ReplyMeta()
        meta.origin = reply.origin
        meta.requestID = head.meta.requestID
        queue(reply.body, on: entry, ending: meta)
        release(header.creditCost)
        frames.input.consume(header.frameLength)
    }

    private func open(_ head: CallHead, _ header: FrameHeader) {
        let entry = CallEntry(stream: head.stream, head: head, priority: head.priority)
        entries[head.stream] = entry
        let status = frames.machine.opened(header)
        if head.deadline < .distantFuture {
            entry.deadline = loop.schedule(at: head.deadline) {
                self.assumeIsolated { $0.expired(head.stream) }
            }
        }
        startTask(of: entry)
        if let status { return abandon(entry, status) }
        deliver(header, isLast: head.isWhole)
    }

    // MARK: Messages

    /// Adds the body at the front of the input to its message.
    private func deliver(_ header: FrameHeader, isLast: Bool) {
        guard let entry = entries[header.stream] else {
            return release(header.creditCost, on: header.stream)
        }
        if isLast { entry.hasPeerEnded = true }
        if isLast, header.metaLength > 0, header.type == .data, frames.machine.role == .client {
            entry.replyMeta = replyMeta(header)
        }
        let holdsMessage = !(isLast && header.type == .data && isVoid(header, entry))
        guard holdsMessage else {
            release(header.creditCost, on: header.stream)
            return wakeReceiver(entry)
        }
        guard take(header, entry) else { return }
        if header.flags.contains(.more) {
            // Credit goes back while a message is collected, or a long one could never be.
            release(entry.takeCollectedCost(), on: header.stream)
        } else {
            entry.completeMessage()
            session?.budget.give(entry.budgetTaken)
            entry.budgetTaken = 0
        }
        wakeReceiver(entry)
    }

    /// A client's last frame without a body that continues no message is no message; a server ends
    /// with STATUS when it has none.
    private func isVoid(_ header: FrameHeader, _ entry: CallEntry) -> Bool {
        frames.machine.role == .server && header.rawLength == 0 && !entry.isCollecting
    }

    private func take(_ header: FrameHeader, _ entry: CallEntry) -> Bool {
        if header.flags.contains(.more) || entry.budgetTaken > 0 {
            guard session?.budget.take(header.rawLength) ?? true else {
                release(header.creditCost, on: header.stream)
                abandon(
                    entry,
                    CallStatus(
                        .resourceExhausted,
                        "too many messages are incomplete",
                        notProcessed: true
                    )
                )
                return false
            }
            entry.budgetTaken += header.rawLength
        }
        guard header.codec != .identity else {
            frames.withBody(of: header) { entry.collect(header.creditCost, $0) }
            return true
        }
        let raw: [UInt8]
        do throws(FrameError) {
            raw = try decompressedBody(header)
        } catch {
            release(header.creditCost, on: header.stream)
            if error.isConnectionError { fail(error) } else { abandon(entry, CallStatus(error)) }
            return false
        }
        entry.collect(header.creditCost, raw.rawSpan)
        return true
    }

    private func decompressedBody(_ header: FrameHeader) throws(FrameError) -> [UInt8] {
        var raw: [UInt8] = []
        try frames.withBody(of: header) { packed throws(FrameError) in
            try compressor.decompress(packed, rawLength: header.rawLength, onto: &raw)
        }
        return raw
    }

    private func replyMeta(_ header: FrameHeader) -> ReplyMeta {
        (try? frames.withMeta(of: header, ReplyMeta.decode))
            ?? ReplyMeta(status: CallStatus(.internalError, "the reply's metadata cannot be read"))
    }

    private func handleStatus(_ header: FrameHeader) {
        guard let entry = entries[header.stream] else { return }
        entry.hasPeerEnded = true
        let meta = replyMeta(header)
        entry.replyMeta = meta
        if meta.status.code != .ok { entry.failure = CallFailure(meta.status) }
        wakeReceiver(entry)
        if let failure = entry.failure { entry.sender.take()?.resume(throwing: failure) }
    }

    // MARK: Control

    private func handleCredit(_ header: FrameHeader) {
        do throws(FrameError) {
            let bytes = try frames.withBody(of: header, ControlFrame.creditBytes)
            if let error = frames.machine.granted(bytes, on: header.stream) { return fail(error) }
            flushLater()
        } catch {
            fail(error)
        }
    }

    private func answerPing(_ header: FrameHeader) {
        guard let payload = try? frames.withBody(of: header, ControlFrame.pingPayload) else {
            return
        }
        writeControl { ControlFrame.appendPing(payload, isAck: true, to: &$0) }
    }
}
