internal import DocketRuntime
internal import DocketSystem
internal import DocketWire

/// One open call's bytes and waiters; belongs to its connection, whose state machine knows what may
/// be done with it.
final class CallEntry {
    let stream: UInt32
    /// Set for calls that a task of this side serves.
    let head: CallHead?
    let priority: Priority

    var incoming = IncomingMessages()
    var outgoing = OutgoingMessage()
    /// Bytes of the message that its handler was given last and may still work on.
    var workingBytes = 0
    /// Bytes that were taken from the session's budget for it.
    var charged = 0

    var receiver: CheckedContinuation<[UInt8]?, any Error>?
    var sender: CheckedContinuation<Void, any Error>?
    var task: Task<Void, Never>?
    var deadline: DeadlineToken?

    init(stream: UInt32, head: CallHead?, priority: Priority) {
        self.stream = stream
        self.head = head
        self.priority = priority
    }

    /// What the call makes this side hold.
    var held: HeldBytes {
        HeldBytes(
            collected: incoming.collectedBytes,
            waiting: incoming.waitingBytes,
            working: workingBytes,
            unsent: outgoing.bytesLeft
        )
    }
}

/// The bytes that a call makes this side hold, by where they are.
struct HeldBytes {
    /// Of a message that is not whole.
    var collected: Int
    /// Of whole messages that nobody has taken.
    var waiting: Int
    /// Of the message that the handler works on.
    var working: Int
    /// Of the message that waits for credit.
    var unsent: Int
}
