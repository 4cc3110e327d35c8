internal import DocketRuntime
internal import DocketSystem
internal import DocketWire

extension Connection {
    /// Handles every whole frame that has arrived.
    func processInput() {
        switch frames.machine.phase {
        case .preface: takePreface()
        case .finished: frames.input.removeAll()
        default: break
        }
        while frames.machine.phase.takesFrames, !isOutputFull, !isInputWaiting {
            let arrival = frames.next(for: session, at: loop.turnStart)
            countAnswered()
            if case .nothing = arrival { return }
            handle(arrival)
        }
    }

    private func countAnswered() {
        let count = frames.takeAnswered()
        guard count > 0 else { return }
        configuration.metrics.answeredAtOnce(count)
        session?.answeredAtOnce(count, since: loop.turnStart)
        flushLater()
    }

    /// Handles what came, and drops its frame from the front of the input.
    func handle(_ arrival: FrameExchange.Arrival) {
        switch arrival {
        case .nothing: break
        case .turnIsOver: resumeLater()
        case .failed(let error): fail(error)
        case .greeting(let header): handleGreeting(header)
        case .goAway(let header): handleGoAway(header)
        case .call(let header, let head):
            handleCall(header, head)
            frames.input.consume(header.frameLength)
        case .answered(let header, let head, let reply):
            send(reply, header, head)
            frames.input.consume(header.frameLength)
        case .refused(let header, let status):
            refuse(header, status)
            frames.input.consume(header.frameLength)
        case .data(let header, let action):
            handleData(header, action)
            frames.input.consume(header.frameLength)
        case .status(let header, let action):
            if action == .end { replyEnded(header) }
            frames.input.consume(header.frameLength)
        case .cancel(let header, let action):
            if action == .end { cancelled(header.stream) }
            frames.input.consume(header.frameLength)
        case .credit(let header):
            handleCredit(header)
            frames.input.consume(header.frameLength)
        case .ping(let header, let action):
            handlePing(header, action)
            frames.input.consume(header.frameLength)
        }
    }

    // MARK: Calls

    private func handleCall(_ header: FrameHeader, _ head: CallHead) {
        if let status = session?.admit(head) { return refuse(header, status) }
        configuration.metrics.called()
        let entry = CallEntry(
            stream: head.stream,
            head: head,
            priority: head.priority,
            bounds: session?.requestBounds(head)
        )
        entries[head.stream] = entry
        let status = frames.machine.opened(header)
        schedule(head.deadline, of: entry)
        startTask(of: entry)
        if let status {
            release(header.creditCost, on: header.stream)
            return abandon(entry, status)
        }
        deliver(header, to: entry, isLast: head.isWhole)
    }

    /// Ends the call at the front of the input before it has begun.
    private func refuse(_ header: FrameHeader, _ status: CallStatus) {
        release(header.creditCost)
        writeStatus(ReplyMeta(status: status), on: header.stream)
    }

    /// Sends the answer that a call got at once, as room and credit allow.
    private func send(_ reply: ReplyWriter, _ header: FrameHeader, _ head: CallHead) {
        let entry = CallEntry(stream: head.stream, head: nil, priority: head.priority)
        entries[head.stream] = entry
        frames.machine.openedAtOnce(head.stream)
        schedule(head.deadline, of: entry)
        var meta = ReplyMeta()
        meta.origin = reply.origin
        meta.requestID = head.meta.requestID
        release(header.creditCost)
        guard chargeReply(reply.body.count, to: entry) else {
            return abandon(entry, Self.tooMuchUnread)
        }
        queue(reply.body, on: entry, ending: meta)
    }

    private func handleData(_ header: FrameHeader, _ action: DataAction) {
        let entry = entries[header.stream]
        switch action {
        case .deliver(let isLast):
            guard let entry else { return release(header.creditCost) }
            deliver(header, to: entry, isLast: isLast)
        case .discard: release(header.creditCost)
        case .end(let status):
            // Bytes that are thrown away go back to the connection at once.
            release(header.creditCost)
            if let entry { abandon(entry, status) }
        }
    }

    // MARK: Messages

    /// Adds the body at the front of the input to its message.
    private func deliver(_ header: FrameHeader, to entry: CallEntry, isLast: Bool) {
        if isVoid(header, entry) {
            release(header.creditCost, on: header.stream)
        } else {
            guard collect(header, entry) else { return }
            if header.flags.contains(.more) {
                // Credit goes back while a message is collected, or a long one could never be.
                release(entry.incoming.takeCollectedCost(), on: header.stream)
            } else {
                entry.incoming.complete()
                entry.hasMessage = true
                settle(entry)
                keepReserve()
            }
        }
        if isLast, frames.machine.role == .client {
            replyEnded(header)
        } else {
            wakeReceiver(entry)
        }
    }

    /// A client's last frame without a body that continues no message is no message; a server ends
    /// with STATUS when it has none.
    private func isVoid(_ header: FrameHeader, _ entry: CallEntry) -> Bool {
        frames.machine.role == .server && header.type == .data && header.rawLength == 0
            && header.flags.contains(.endStream) && !entry.incoming.isCollecting
    }

    /// Adds a body to the message of its call; false when that ends the call.
    private func collect(_ header: FrameHeader, _ entry: CallEntry) -> Bool {
        if let status = refusal(of: header, entry) {
            release(header.creditCost, on: header.stream)
            abandon(entry, status)
            return false
        }
        do throws(FrameError) {
            let maximum = entry.bounds?.messageBytes ?? Int(frames.machine.local.messageMaximum)
            try entry.incoming.collect(header.creditCost, upTo: maximum) {
                message throws(FrameError) in
                try frames.withBody(of: header) { body throws(FrameError) in
                    if header.codec == .identity { return body.append(to: &message) }
                    try compressor.decompress(body, rawLength: header.rawLength, onto: &message)
                }
            }
            return true
        } catch {
            if error.isConnectionError { fail(error) } else { abandon(entry, CallStatus(error)) }
            return false
        }
    }

    /// Why a body may not be added to what its call holds; nil when it may.
    private func refusal(of header: FrameHeader, _ entry: CallEntry) -> CallStatus? {
        if let bounds = entry.bounds {
            if bounds.isOneMessage, entry.hasMessage {
                return CallStatus(.invalidArgument, "the request has more than one message")
            }
            let bytes = entry.incoming.collectedBytes + header.rawLength
            if bytes > bounds.messageBytes { return Self.tooLong(bytes, bounds) }
        }
        guard !charge(header.rawLength, to: entry) else { return nil }
        return CallStatus(
            .resourceExhausted,
            "the tenant's requests hold too much memory",
            retryAfterMilliseconds: 200
        )
    }

    private static func tooLong(_ bytes: Int, _ bounds: RequestBounds) -> CallStatus {
        let reason = "are over \(bytes - 1) bytes, the limit is \(bounds.messageBytes)"
        return CallStatus(
            .invalidArgument,
            bounds.field.isEmpty
                ? "the request is longer than \(bounds.messageBytes) bytes"
                : "\(bounds.field): \(reason)",
            details: [
                StatusDetail(
                    field: bounds.field,
                    limit: UInt64(bounds.messageBytes),
                    reason: reason
                )
            ]
        )
    }

    /// The reply is complete: what came with its end is at the front of the input (client).
    private func replyEnded(_ header: FrameHeader) {
        let meta =
            (try? frames.withMeta(of: header, ReplyMeta.decode))
            ?? ReplyMeta(
                status: CallStatus(.internalError, "the reply's metadata cannot be read")
            )
        frames.machine.replyEnded(header.stream, with: meta)
        guard let entry = entries[header.stream] else { return }
        entry.outgoing.removeAll()
        wakeReceiver(entry)
        if let sender = entry.sender.take() {
            let isGood = meta.status.code == .ok
            sender.resume(with: isGood ? .success(()) : .failure(CallFailure(meta.status)))
        }
        closeIfDrained()
    }

    // MARK: Control

    private func handleCredit(_ header: FrameHeader) {
        do throws(FrameError) {
            let bytes = try frames.withBody(of: header, ControlFrame.creditBytes)
            try frames.machine.granted(bytes, on: header.stream)
            flushLater()
        } catch {
            fail(error)
        }
    }

    private func handlePing(_ header: FrameHeader, _ action: PingAction) {
        switch action {
        case .answered: pingSent = nil
        case .answer:
            guard let payload = try? frames.withBody(of: header, ControlFrame.pingPayload) else {
                return
            }
            writeControl { ControlFrame.appendPing(payload, isAck: true, to: &$0) }
        }
    }
}
