internal import DocketRuntime
internal import DocketWire

extension Connection {
    /// Writes a frame that costs no credit.
    func writeControl(_ write: (inout ByteWriter) -> Void) {
        guard frames.machine.phase != .closed else { return }
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
        guard frames.machine.phase != .closed else { return }
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

    /// Queues a message, or the end, of a call that has nothing queued; it goes out as credit and
    /// room allow.
    func queue(_ message: [UInt8]?, on entry: CallEntry, ending: ReplyMeta?) {
        entry.outgoing.put(message, ending: ending)
        sendQueue[Int(entry.priority.rawValue)].append(entry.stream)
        flushLater()
    }

    /// One frame for each stream in turn, better classes first, while there is room and credit;
    /// says whether any was queued.
    func queueFrames() -> Bool {
        var isAnyQueued = false
        guard frames.machine.phase.servesCalls else { return false }
        for level in sendQueue.indices where !sendQueue[level].isEmpty {
            var waiting: [UInt32] = []
            swap(&waiting, &sendQueue[level])
            while !waiting.isEmpty {
                var again: [UInt32] = []
                var hasProgress = false
                for stream in waiting {
                    guard let entry = entries[stream], !entry.outgoing.isEmpty else { continue }
                    if frames.output.hasRoom, queueFrame(of: entry) {
                        hasProgress = true
                        if entry.outgoing.isEmpty { continue }
                    }
                    again.append(stream)
                }
                waiting = again
                guard hasProgress else { break }
                isAnyQueued = true
            }
            sendQueue[level] = waiting
        }
        return isAnyQueued
    }

    /// Queues the next frame of a call; false when it has no credit.
    private func queueFrame(of entry: CallEntry) -> Bool {
        let ending = entry.outgoing.ending
        if frames.machine.role == .server, !entry.outgoing.hasMessage, let ending {
            writeStatus(ending, on: entry.stream)
            frames.machine.ended(entry.stream, with: ending)
            allSent(entry)
            return true
        }
        let opening = entry.outgoing.opening
        if opening != nil, entry.stream != unsentCalls.first { return false }
        let left = entry.outgoing.bytesLeft
        let size = min(left, Int(frames.machine.peer.frameRawMaximum))
        let isLast = size == left
        var flags = FrameFlags(priority: entry.priority)
        if !isLast { flags.insert(.more) }
        if isLast, ending != nil { flags.insert(.endStream) }
        var meta = ByteWriter()
        opening?.encode(into: &meta)
        if isLast, frames.machine.role == .server { ending?.encode(into: &meta) }
        let cost = size + meta.count + FrameHeader.size
        guard frames.machine.send(cost, on: entry.stream, ending: isLast ? ending : nil) else {
            return false
        }
        let type: FrameType = opening == nil ? .data : .call
        write(entry.outgoing.take(size), meta.bytes, type, flags, entry.stream)
        if opening != nil {
            entry.outgoing.opening = nil
            unsentCalls.removeFirst()
        }
        settle(entry)
        if isLast { allSent(entry) }
        return true
    }

    /// What was queued has gone out whole.
    private func allSent(_ entry: CallEntry) {
        entry.outgoing.removeAll()
        entry.sender.take()?.resume()
        // What was answered at once has nobody else who would.
        if frames.machine.role == .server, entry.task == nil,
            frames.machine.end(of: entry.stream) != nil
        {
            forget(entry)
        }
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
}
