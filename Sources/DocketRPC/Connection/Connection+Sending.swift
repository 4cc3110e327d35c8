internal import DocketRuntime
internal import DocketWire

extension Connection {
    /// Writes a frame that costs no credit.
    func writeControl(_ write: (inout ByteWriter) -> Void) {
        guard !isClosed else { return }
        frames.appendControl(write)
        flushLater()
    }

    /// Bytes that arrived are no longer held: grants the peer credit when enough has come together.
    func release(_ cost: Int, on stream: UInt32) {
        guard cost > 0 else { return }
        let grants = frames.machine.release(cost, on: stream)
        if grants.connection > 0 { writeCredit(grants.connection, on: 0) }
        if grants.stream > 0 { writeCredit(grants.stream, on: stream) }
    }

    /// As `release(_:on:)` for a call that was over in its turn and has no credit of its own.
    func release(_ cost: Int) {
        let grant = frames.machine.release(cost)
        if grant > 0 { writeCredit(grant, on: 0) }
    }

    private func writeCredit(_ bytes: Int, on stream: UInt32) {
        guard !isClosed else { return }
        frames.appendCredit(bytes, on: stream)
        flushLater()
    }

    /// Ends a call with a status and no message.
    func writeStatus(_ meta: ReplyMeta, on stream: UInt32) {
        var encoded = ByteWriter(capacity: 64)
        meta.encode(into: &encoded)
        writeControl {
            FrameHeader(type: .status, flags: .endStream, stream: stream, metaLength: encoded.count)
                .encode(into: &$0)
            $0.append(encoded.bytes)
        }
    }

    // MARK: Queued messages

    /// Queues a message, or the end, of a call; it goes out as credit and room allow.
    func queue(_ message: [UInt8]?, on entry: CallEntry, ending: ReplyMeta?) {
        entry.setOutgoing(message)
        if let ending {
            entry.ending = ending
            entry.isEnding = true
        }
        enqueueSend(entry)
        flushLater()
    }

    func enqueueSend(_ entry: CallEntry) {
        guard !entry.isQueued else { return }
        entry.isQueued = true
        sendQueue[Int(entry.priority.rawValue)].append(entry.stream)
    }

    var hasSendable: Bool { sendQueue.contains { !$0.isEmpty } && hasProgress }

    /// One frame for each stream in turn, better classes first, while there is room and credit.
    func queueFrames() {
        hasProgress = false
        guard sendQueue.contains(where: { !$0.isEmpty }) else { return }
        for level in sendQueue.indices {
            var waiting = sendQueue[level]
            sendQueue[level] = []
            while frames.output.hasRoom, !waiting.isEmpty {
                var again: [UInt32] = []
                var isAnySent = false
                for stream in waiting {
                    guard let entry = entries[stream], entry.hasOutgoing else {
                        entries[stream]?.isQueued = false
                        continue
                    }
                    guard frames.output.hasRoom, queueFrame(of: entry) else {
                        again.append(stream)
                        continue
                    }
                    isAnySent = true
                    if entry.hasOutgoing { again.append(stream) } else { entry.isQueued = false }
                }
                waiting = again
                hasProgress = hasProgress || isAnySent
                if !isAnySent { break }
            }
            sendQueue[level] = waiting + sendQueue[level]
        }
    }

    /// Queues the next frame of a call; false when it has no credit.
    private func queueFrame(of entry: CallEntry) -> Bool {
        if frames.machine.role == .server, entry.outgoing == nil, let ending = entry.ending {
            writeStatus(ending, on: entry.stream)
            entry.outgoingDone()
            sideEnded(entry)
            entry.sender.take()?.resume()
            return true
        }
        let left = entry.outgoingLeft
        let isCall = entry.callMeta != nil
        if isCall, entry.stream != unsentCalls.first { return false }
        let size = min(left, Int(frames.machine.peer.frameRawMaximum))
        let isLast = size == left
        var flags = FrameFlags(priority: entry.priority)
        if !isLast { flags.insert(.more) }
        if isLast, entry.isEnding { flags.insert(.endStream) }
        var meta = ByteWriter()
        if isCall { entry.callMeta?.encode(into: &meta) }
        if isLast, entry.isEnding, frames.machine.role == .server {
            entry.ending?.encode(into: &meta)
        }
        let cost = size + meta.count + FrameHeader.size
        guard frames.machine.send(cost, on: entry.stream, isCall: isCall) else { return false }
        write(entry.takeOutgoing(size), meta.bytes, isCall ? .call : .data, flags, entry.stream)
        if isCall {
            entry.callMeta = nil
            unsentCalls.removeFirst()
        }
        guard isLast else { return true }
        entry.outgoingDone()
        if entry.isEnding { sideEnded(entry) }
        entry.sender.take()?.resume()
        return true
    }

    private func write(
        _ raw: ArraySlice<UInt8>,
        _ meta: [UInt8],
        _ type: FrameType,
        _ flags: FrameFlags,
        _ stream: UInt32
    ) {
        let packed = frames.compresses(raw.count) ? compressor.compress(Array(raw).rawSpan) : nil
        let header = FrameHeader(
            type: type,
            flags: flags,
            stream: stream,
            metaLength: meta.count,
            bodyLength: packed?.count ?? raw.count,
            codec: packed == nil ? .identity : .zstd,
            rawLength: raw.count
        )
        frames.append(header, meta, packed ?? Array(raw))
    }

    /// This side of the call is over.
    private func sideEnded(_ entry: CallEntry) {
        entry.hasEnded = true
        entry.endedWith = entry.ending?.status.code
        frames.machine.ended(entry.stream)
        if frames.machine.role == .server, entry.task == nil { forget(entry) }
        if frames.machine.role == .client { forgetIfOver(entry) }
    }
}
