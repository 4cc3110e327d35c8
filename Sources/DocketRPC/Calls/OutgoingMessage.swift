internal import DocketWire

/// What a call has to send: at most one message, and what goes before and after it.
struct OutgoingMessage {
    /// Metadata of the CALL that has not gone out (client).
    var opening: CallMeta?
    /// What ends this side, with or behind the message; empty for a client.
    private(set) var ending: ReplyMeta?
    private var message: [UInt8]?
    private var start = 0

    /// Whether there is anything to send; a CALL alone waits for its first message.
    var isEmpty: Bool { message == nil && ending == nil }

    /// Whether a message waits, perhaps of no bytes.
    var hasMessage: Bool { message != nil }

    /// Bytes of the message that have not gone out.
    var bytesLeft: Int { (message?.count ?? 0) - start }

    /// Queues a message, or the end of this side, or both.
    mutating func put(_ message: [UInt8]?, ending: ReplyMeta?) {
        self.message = message
        self.ending = ending
        start = 0
    }

    /// Takes the next `count` bytes of the message.
    mutating func take(_ count: Int) -> ArraySlice<UInt8> {
        let slice = (message ?? [])[start..<start + count]
        start += count
        return slice
    }

    /// The last frame has gone out, or nothing is sent any more.
    mutating func removeAll() { self = OutgoingMessage() }
}
