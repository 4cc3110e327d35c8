internal import DocketRuntime
internal import DocketWire

/// The memory that calls and buffers take: charged to the owner's accounts and given back here.
extension Connection {
    // MARK: Received

    /// Takes room for `bytes` more of a message; false when the peer's calls hold too much.
    func charge(_ bytes: Int, to entry: CallEntry) -> Bool {
        guard memory != nil else { return true }
        let held = entry.incoming.collectedBytes + entry.incoming.waitingBytes + bytes
        guard held > ConnectionMemory.leastCounted else { return true }
        let more = held - entry.charged.received
        guard memory?.takeReceived(more) ?? true else { return false }
        entry.charged.received += more
        return true
    }

    // MARK: Working

    /// Whether the handler may have the next message, which it works on in several forms; if not
    /// now, its receiver is woken once it may.
    func mayWork(on bytes: Int, _ entry: CallEntry) -> Bool {
        guard let memory, let bounds = entry.bounds, bytes > ConnectionMemory.leastCounted else {
            return true
        }
        let needed = min(bytes * bounds.workingFactor, memory.working.maximum)
        if entry.charged.working >= needed { return true }
        guard entry.waitsToWork == nil else { return false }
        memory.working.give(entry.charged.working)
        entry.charged.working = 0
        let stream = entry.stream
        entry.waitsToWork = memory.working.take(needed) { [self] in
            loop.execute { self.assumeIsolated { $0.workGranted(to: stream) } }
        }
        guard entry.waitsToWork == nil else { return false }
        entry.charged.working = needed
        return true
    }

    private func workGranted(to stream: UInt32) {
        // One that has ended meanwhile has given it back.
        guard let entry = entries[stream], let ticket = entry.waitsToWork.take() else { return }
        entry.charged.working = ticket.bytes
        wakeReceiver(entry)
    }

    // MARK: Unsent

    /// Takes room for a message that is to be sent; false when too much waits already.
    ///
    /// A small answer of a handler goes out whatever waits: what it tells of may have been done,
    /// and the number of handlers bounds it.
    func chargeReply(_ bytes: Int, to entry: CallEntry) -> Bool {
        guard let memory else { return true }
        let isHandled = entry.head != nil
        if isHandled, bytes <= ConnectionMemory.leastCounted { return true }
        let more = bytes - entry.charged.unsent
        entry.charged.reserved = 0
        guard more > 0 else { return true }
        if entry.charged.unsent > 0 || isHandled && bytes <= ConnectionMemory.alwaysSent {
            memory.unsent.force(more)
        } else if !memory.unsent.take(more) {
            return false
        }
        entry.charged.unsent += more
        return true
    }

    /// Waits for room for the next message of a reply.
    func reserve(_ bytes: Int, on stream: UInt32) async throws {
        guard let entry = entries[stream] else { throw Self.over }
        if let end = frames.machine.end(of: stream) { throw CallFailure(end.status) }
        guard let memory, entry.charged.unsent < bytes, entry.waitsToReply == nil else { return }
        let more = bytes - entry.charged.unsent
        entry.waitsToReply = memory.unsent.take(more) { [self] in
            loop.execute { self.assumeIsolated { $0.replyGranted(to: stream) } }
        }
        if entry.waitsToReply == nil { return keep(more, for: entry) }
        try await withCheckedThrowingContinuation { entry.replier = $0 }
    }

    private func replyGranted(to stream: UInt32) {
        guard let entry = entries[stream], let ticket = entry.waitsToReply.take() else { return }
        keep(ticket.bytes, for: entry)
        entry.replier.take()?.resume()
    }

    private func keep(_ bytes: Int, for entry: CallEntry) {
        entry.charged.unsent += bytes
        entry.charged.reserved = entry.charged.unsent
    }

    // MARK: Buffers

    /// Room for the largest frame, and for the next to begin behind it.
    private var largeInput: Int { 2 * configuration.receive.frameLimits.creditMinimum }

    /// Whether nothing more is taken from the peer: too many answers that cost no credit wait.
    ///
    /// Replies have their own room.
    var isOutputFull: Bool { memory != nil && frames.controlBytes >= Self.controlMaximum }

    /// Charges what waits in the buffers at the end of a turn.
    func settleBuffers() {
        guard memory != nil else { return }
        memory?.noteOutput(frames.output.count)
        unreadSince = frames.output.isEmpty ? nil : unreadSince ?? loop.turnStart
        if frames.isInputTooSmall { return growInput() }
        if memory?.received.supply != .ample { shrinkInput() }
    }

    /// A frame is larger than the room for it, as those of long messages are.
    private func growInput() {
        guard let memory, inputTicket == nil, inputBytes == 0 else { return }
        inputTicket = memory.received.take(largeInput) { [self] in
            loop.execute { self.assumeIsolated { $0.inputGranted() } }
        }
        if inputTicket == nil { return enlargeInput() }
        // That it is not whole is no longer the peer's doing.
        frames.stopTimingPartial()
    }

    private func inputGranted() {
        guard inputTicket.take() != nil else { return }
        enlargeInput()
    }

    private func enlargeInput() {
        inputBytes = largeInput
        frames.exchangeInput(for: largeInput)
        // TLS may hold what the socket will not announce.
        loop.execute { self.assumeIsolated { $0.resumeReading() } }
    }

    /// Gives the large room back when nothing is in it.
    func shrinkInput() {
        guard inputBytes > 0, frames.input.isEmpty else { return }
        frames.exchangeInput(for: Self.greetingRoom)
        memory?.received.give(inputBytes)
        inputBytes = 0
    }

    /// The connection is gone, and its buffers with it.
    func releaseBuffers() {
        frames.output.removeAll()
        frames.input.removeAll()
        frames.releaseIdle()
        memory?.noteOutput(0)
        if let ticket = inputTicket.take(), memory?.received.withdraw(ticket) == false {
            inputBytes = ticket.bytes
        }
        memory?.received.give(inputBytes)
        inputBytes = 0
    }

    // MARK: Giving back

    /// Gives back what a call no longer holds of what it was charged.
    func settle(_ entry: CallEntry) {
        guard memory != nil else { return }
        let held = entry.held
        let received = entry.charged.received - held.collected - held.waiting
        if received > 0 {
            memory?.giveReceived(received)
            entry.charged.received -= received
        }
        if held.working == 0, entry.charged.working > 0 {
            memory?.working.give(entry.charged.working)
            entry.charged.working = 0
        }
        let unsent = entry.charged.unsent - max(held.unsent, entry.charged.reserved)
        if unsent > 0 {
            memory?.unsent.give(unsent)
            entry.charged.unsent -= unsent
        }
    }

    /// A call that is over waits for no memory, and keeps none for its reply.
    func stopWaitingForMemory(_ entry: CallEntry) {
        guard let memory else { return }
        if let ticket = entry.waitsToWork.take(), !memory.working.withdraw(ticket) {
            memory.working.give(ticket.bytes)
        }
        if let ticket = entry.waitsToReply.take(), !memory.unsent.withdraw(ticket) {
            memory.unsent.give(ticket.bytes)
        }
        entry.charged.reserved = 0
    }
}
