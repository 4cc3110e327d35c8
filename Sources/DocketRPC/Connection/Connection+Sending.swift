internal import DocketRuntime
internal import DocketSystem
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

    /// Grants what keeps the connection open for other calls while one waits for its reader.
    func keepReserve() {
        let grant = frames.machine.keepReserve()
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
        let maximum = frames.machine.peer.messageMaximum
        if let message, message.count > maximum {
            return abandon(entry, Self.tooLong(message.count, maximum))
        }
        entry.outgoing.put(message, ending: ending)
        sendQueue[Int(entry.priority.rawValue)].append(entry.stream)
        flushLater()
    }

    private static func tooLong(_ count: Int, _ maximum: UInt32) -> CallStatus {
        CallStatus(
            .resourceExhausted,
            "a message of \(count) bytes is longer than receive.max_message, \(maximum)",
            details: [
                StatusDetail(
                    field: "receive.max_message",
                    limit: UInt64(maximum),
                    reason: "the message has \(count) bytes"
                )
            ]
        )
    }

    /// One frame for each stream in turn, better classes first, while there is room and credit;
    /// says whether any was queued.
    func queueFrames(
        _ least: Int = ConnectionStateMachine.partMinimum
    ) -> Bool {
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
                    if frames.output.hasRoom, queueFrame(of: entry, least) {
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
    private func queueFrame(of entry: CallEntry, _ least: Int) -> Bool {
        let ending = entry.outgoing.ending
        if frames.machine.role == .server, !entry.outgoing.hasMessage, let ending {
            writeStatus(ending, on: entry.stream)
            frames.machine.ended(entry.stream, with: ending)
            allSent(entry)
            return true
        }
        let opening = entry.outgoing.opening
        if opening != nil, entry.stream != unsentCalls.first { return false }
        var meta = ByteWriter()
        opening?.encode(into: &meta)
        var behind = ByteWriter()
        if frames.machine.role == .server { ending?.encode(into: &behind) }
        let part = frames.machine.nextFrame(
            of: entry.outgoing.bytesLeft,
            on: entry.stream,
            opening: meta.count,
            ending: behind.count,
            least: least
        )
        guard let part else { return false }
        var flags = FrameFlags(priority: entry.priority)
        let count: Int
        switch part {
        case .part(let bytes):
            count = bytes
            flags.insert(.more)
        case .last(let bytes, let hasRoomForEnd):
            count = bytes
            if hasRoomForEnd, ending != nil {
                flags.insert(.endStream)
                meta.append(behind.bytes)
            }
        }
        frames.machine.sent(count + meta.count + FrameHeader.size, on: entry.stream)
        write(entry.outgoing.take(count), meta.bytes, opening == nil ? .data : .call, flags, entry)
        if opening != nil {
            entry.outgoing.opening = nil
            unsentCalls.removeFirst()
        }
        settle(entry)
        guard case .last(_, let hasRoomForEnd) = part else { return true }
        if let ending {
            if !hasRoomForEnd { writeStatus(ending, on: entry.stream) }
            frames.machine.ended(entry.stream, with: ending)
        }
        allSent(entry)
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
        _ entry: CallEntry
    ) {
        let packed = frames.compresses(raw.count) ? compressor.compress(Array(raw).rawSpan) : nil
        let header = FrameHeader(
            type: type,
            flags: flags,
            stream: entry.stream,
            metaLength: meta.count,
            bodyLength: packed?.count ?? raw.count,
            codec: packed == nil ? .identity : .zstd,
            rawLength: raw.count
        )
        frames.append(header, meta, packed ?? Array(raw))
    }
}
