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
    /// What its request may be; set for calls that a task of this side serves.
    let bounds: RequestBounds?
    /// Bytes of the message that its handler was given last and may still work on.
    var workingBytes = 0
    /// Whether a message has come whole.
    var hasMessage = false
    /// What was taken from the owner's accounts for it.
    var charged = ChargedBytes()
    /// Set while it waits for memory, to be given its message or to make a part of its reply.
    var waitsToWork: MemoryShares.Ticket?
    var waitsToReply: MemoryShares.Ticket?

    /// Its handler, while it waits for memory for a part of the reply.
    var replier: CheckedContinuation<Void, any Error>?
    var receiver: Receiver?
    var sender: CheckedContinuation<Void, any Error>?
    var task: Task<Void, Never>?
    var deadline: DeadlineToken?

    init(stream: UInt32, head: CallHead?, priority: Priority, bounds: RequestBounds? = nil) {
        self.stream = stream
        self.bounds = bounds
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

/// What a call was charged, by kind of memory.
struct ChargedBytes {
    var received = 0
    var working = 0
    /// The message that goes out, or the room that was taken for one.
    var unsent = 0
    /// Of `unsent`, what was taken before there was a message.
    var reserved = 0
}

/// Who waits for messages of a call, to look again.
enum Receiver {
    /// For any message, or the end.
    case next(CheckedContinuation<Void, Never>)
    /// For the end behind one message, or a message too many.
    case only(CheckedContinuation<Void, Never>)
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
