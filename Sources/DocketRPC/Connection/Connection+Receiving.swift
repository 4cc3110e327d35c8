internal import DocketRuntime
internal import DocketWire

extension Connection {
    /// Handles every whole frame that has arrived.
    func processInput() {
        if !hasPreface { takePreface() }
        guard hasPreface else { return }
        while !isClosing, !isClosed, !isReadingPaused {
            switch FrameScan(input.unread, at: 0, limits: inboundLimits) {
            case .needMore(let needed):
                let isPartial = !input.isEmpty && needed > input.count
                partialSince = isPartial ? (partialSince ?? loop.turnStart) : nil
                return
            case .skip(let header): input.consume(header.frameLength)
            case .failed(let error): return fail(error)
            case .frame(let header): handle(header)
            }
        }
    }

    private var inboundLimits: FrameLimits {
        switch machine.phase {
        case .greeting, .authenticating: .beforeHello
        default: configuration.receive.frameLimits
        }
    }

    /// Handles the whole frame at the front of the input and drops it.
    private func handle(_ header: FrameHeader) {
        partialSince = nil
        let reaction = machine.received(header, at: loop.turnStart.nanoseconds)
        if reaction != .call, reaction != .greet, reaction != .goAway {
            touchCredit(header, reaction)
        }
        switch reaction {
        case .call: return handleCall(header)
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
        input.consume(header.frameLength)
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

    private func handleCall(_ header: FrameHeader) {
        let now = loop.turnStart
        let meta: CallMeta
        do throws(ProtobufError) {
            meta = try CallMeta.decode(input.unread.extracting(header.metaRange()))
        } catch {
            release(header.creditCost, on: header.stream)
            reject(header, CallStatus(FrameError(metadata: error, of: .call)))
            return input.consume(header.frameLength)
        }
        let head = CallHead(
            stream: header.stream,
            meta: meta,
            priority: header.flags.priority,
            isWhole: header.flags.contains(.endStream),
            rawLength: header.rawLength,
            arrived: now,
            deadline: deadline(of: meta, from: now)
        )
        guard header.codec == .identity || header.codec == .zstd else {
            release(header.creditCost, on: header.stream)
            reject(header, CallStatus(.unimplemented, "the codec is not one of HELLO_ACK"))
            return input.consume(header.frameLength)
        }
        if head.isWhole, answerAtOnce(head, header) {
            configuration.metrics.called(atOnce: true)
            release(header.creditCost)
            return input.consume(header.frameLength)
        }
        if let status = session?.admit(head) {
            release(header.creditCost, on: header.stream)
            reject(header, status)
            return input.consume(header.frameLength)
        }
        configuration.metrics.called(atOnce: false)
        open(head, header)
        input.consume(header.frameLength)
    }

    private func deadline(of meta: CallMeta, from now: MonotonicTime) -> MonotonicTime {
        let maximum = configuration.limits.callTimeoutMaximumMilliseconds
        var timeout = meta.timeoutMilliseconds
        if maximum > 0 { timeout = timeout == 0 ? maximum : min(timeout, maximum) }
        return timeout == 0 ? .distantFuture : now.after(milliseconds: timeout)
    }

    private func answerAtOnce(_ head: CallHead, _ header: FrameHeader) -> Bool {
        guard let session, header.codec == .identity else { return false }
        var reply = ReplyWriter()
        let body = input.unread.extracting(header.bodyRange())
        guard session.answerAtOnce(head, body: body, into: &reply) else { return false }
        writeAtOnce(reply, head)
        return true
    }

    private func open(_ head: CallHead, _ header: FrameHeader) {
        let entry = CallEntry(stream: head.stream, head: head, priority: head.priority)
        entries[head.stream] = entry
        let status = machine.opened(header)
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
        if isLast, header.metaLength > 0, header.type == .data, machine.role == .client {
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
        machine.role == .server && header.rawLength == 0 && !entry.isCollecting
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
            entry.collect(header.creditCost, input.unread.extracting(header.bodyRange()))
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
        try compressor.decompress(
            input.unread.extracting(header.bodyRange()),
            rawLength: header.rawLength,
            onto: &raw
        )
        return raw
    }

    private func replyMeta(_ header: FrameHeader) -> ReplyMeta {
        (try? ReplyMeta.decode(input.unread.extracting(header.metaRange())))
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
            let bytes = try ControlFrame.creditBytes(input.unread.extracting(header.bodyRange()))
            if let error = machine.granted(bytes, on: header.stream) { return fail(error) }
            flushLater()
        } catch {
            fail(error)
        }
    }

    private func answerPing(_ header: FrameHeader) {
        guard
            let payload = try? ControlFrame.pingPayload(input.unread.extracting(header.bodyRange()))
        else { return }
        writeControl { ControlFrame.appendPing(payload, isAck: true, to: &$0) }
    }
}
