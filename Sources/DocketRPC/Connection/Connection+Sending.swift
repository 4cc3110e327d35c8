internal import DocketRuntime
internal import DocketWire

extension Connection {
    /// Writes a frame that costs no credit.
    func writeControl(_ append: (inout ByteWriter) -> Void) {
        guard !isClosed else { return }
        scratch.removeAll()
        append(&scratch)
        output.append(scratch.bytes.rawSpan)
        flushLater()
    }

    /// Bytes that arrived are no longer held: grants the peer credit when enough has come together.
    func release(_ cost: Int, on stream: UInt32) {
        guard cost > 0 else { return }
        let grants = machine.release(cost, on: stream)
        if grants.connection > 0 {
            writeControl {
                ControlFrame.appendCredit(stream: 0, bytes: UInt32(grants.connection), to: &$0)
            }
        }
        if grants.stream > 0 {
            writeControl {
                ControlFrame.appendCredit(stream: stream, bytes: UInt32(grants.stream), to: &$0)
            }
        }
    }

    /// As `release(_:on:)` for a call that was over in its turn and has no credit of its own.
    func release(_ cost: Int) {
        let grant = machine.release(cost)
        guard grant > 0 else { return }
        writeControl { ControlFrame.appendCredit(stream: 0, bytes: UInt32(grant), to: &$0) }
    }

    /// The answer to a call that has no entry: straight into the output when it fits one frame.
    func writeAtOnce(_ reply: ReplyWriter, _ head: CallHead) {
        guard let body = reply.body, reply.meta.status.code == .ok else {
            return writeStatus(reply.meta, on: head.stream)
        }
        // Out of the connection for the while: every access to its properties is checked.
        var frame = ByteWriter()
        swap(&frame, &scratch)
        defer { swap(&frame, &scratch) }
        frame.removeAll()
        frame.append(UInt64(0))
        frame.append(UInt64(0))
        reply.meta.encode(into: &frame)
        let header = FrameHeader(
            type: .data,
            flags: FrameFlags.endStream.union(FrameFlags(priority: head.priority)),
            stream: head.stream,
            metaLength: frame.count - FrameHeader.size,
            bodyLength: body.count
        )
        let isSent =
            output.hasRoom && !shouldCompress(body.count)
            && machine.sendAtOnce(header.creditCost)
        guard isSent else {
            let entry = CallEntry(stream: head.stream, head: nil, priority: head.priority)
            entry.hasPeerEnded = true
            entries[head.stream] = entry
            machine.openedAtOnce(head.stream)
            return queue(body, on: entry, ending: reply.meta)
        }
        header.encode(over: &frame)
        output.append(frame.bytes.rawSpan, body)
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
            while output.hasRoom, !waiting.isEmpty {
                var again: [UInt32] = []
                var isAnySent = false
                for stream in waiting {
                    guard let entry = entries[stream], entry.hasOutgoing else {
                        entries[stream]?.isQueued = false
                        continue
                    }
                    guard output.hasRoom, queueFrame(of: entry) else {
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
        if machine.role == .server, entry.outgoing == nil, let ending = entry.ending {
            writeStatus(ending, on: entry.stream)
            entry.outgoingDone()
            sideEnded(entry)
            entry.sender.take()?.resume()
            return true
        }
        let left = entry.outgoingLeft
        let isCall = entry.callMeta != nil
        if isCall, entry.stream != unsentCalls.first { return false }
        let size = min(left, Int(machine.peer.frameRawMaximum))
        let isLast = size == left
        var flags = FrameFlags(priority: entry.priority)
        if !isLast { flags.insert(.more) }
        if isLast, entry.isEnding { flags.insert(.endStream) }
        scratch.removeAll()
        if isCall { entry.callMeta?.encode(into: &scratch) }
        if isLast, entry.isEnding, machine.role == .server { entry.ending?.encode(into: &scratch) }
        let meta = scratch.bytes
        let cost = size + meta.count + FrameHeader.size
        guard machine.send(cost, on: entry.stream, isCall: isCall) else { return false }
        write(entry.takeOutgoing(size), meta, isCall ? .call : .data, flags, entry.stream)
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
        var packed: [UInt8]?
        if shouldCompress(raw.count) { packed = compressor.compress(Array(raw).rawSpan) }
        scratch.removeAll()
        FrameHeader(
            type: type,
            flags: flags,
            stream: stream,
            metaLength: meta.count,
            bodyLength: packed?.count ?? raw.count,
            codec: packed == nil ? .identity : .zstd,
            rawLength: raw.count
        ).encode(into: &scratch)
        scratch.append(meta)
        output.append(scratch.bytes.rawSpan)
        if let packed { output.append(packed) } else if !raw.isEmpty { output.append(Array(raw)) }
    }

    /// Small bodies gain nothing, and over loopback nothing gains.
    private func shouldCompress(_ count: Int) -> Bool {
        count >= 512 && configuration.compresses && !peerAddress.isLoopback
            && peerCodecs.contains(FrameCodec.zstd.rawValue)
    }

    /// This side of the call is over.
    private func sideEnded(_ entry: CallEntry) {
        entry.hasEnded = true
        machine.ended(entry.stream)
        if machine.role == .server, entry.task == nil { forget(entry) }
        if machine.role == .client { forgetIfOver(entry) }
    }
}
