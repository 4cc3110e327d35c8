internal import DocketRuntime
internal import DocketWire

/// One open call's bytes and waiters; belongs to its connection.
final class CallEntry {
    let stream: UInt32
    /// Set for calls that this side serves.
    let head: CallHead?
    let priority: Priority

    // What comes in.
    private(set) var isCollecting = false
    private var incoming: [UInt8] = []
    private var incomingCost = 0
    private var messages: [(bytes: [UInt8], cost: Int)] = []
    var hasPeerEnded = false
    /// What the peer said at the end (client).
    var replyMeta: ReplyMeta?
    var receiver: CheckedContinuation<[UInt8]?, any Error>?

    // What goes out.
    private(set) var outgoing: [UInt8]?
    private var outgoingStart = 0
    /// Set when `outgoing` ends this side; empty for a client.
    var ending: ReplyMeta?
    var isEnding = false
    /// The metadata of a CALL that has not gone out (client).
    var callMeta: CallMeta?
    var sender: CheckedContinuation<Void, any Error>?
    var hasEnded = false
    /// Whether it stands in the connection's send queue.
    var isQueued = false

    /// How the peer was told that the call ended (server).
    var endedWith: StatusCode?

    /// Why the call is over before its time.
    var failure: CallFailure?
    var task: Task<Void, Never>?
    var deadline: DeadlineToken?
    var budgetTaken = 0

    init(stream: UInt32, head: CallHead?, priority: Priority) {
        self.stream = stream
        self.head = head
        self.priority = priority
    }

    // MARK: In

    /// Adds a frame's body to the message being collected.
    func collect(_ cost: Int, _ body: RawSpan) {
        isCollecting = true
        incomingCost += cost
        body.append(to: &incoming)
    }

    /// The message is whole.
    func completeMessage() {
        messages.append((incoming, incomingCost))
        incoming = []
        incomingCost = 0
        isCollecting = false
    }

    /// Cost of the message being collected that may be granted again at once.
    func takeCollectedCost() -> Int {
        defer { incomingCost = 0 }
        return incomingCost
    }

    func nextMessage() -> (bytes: [UInt8], cost: Int)? {
        messages.isEmpty ? nil : messages.removeFirst()
    }

    /// Drops what was received; returns what it cost.
    func dropReceived() -> Int {
        defer {
            messages = []
            incoming = []
            incomingCost = 0
        }
        return messages.reduce(incomingCost) { $0 + $1.cost }
    }

    // MARK: Out

    var hasOutgoing: Bool { outgoing != nil || callMeta != nil || (isEnding && !hasEnded) }

    func setOutgoing(_ message: [UInt8]?) {
        outgoing = message
        outgoingStart = 0
    }

    /// Bytes of the message that have not gone out.
    var outgoingLeft: Int { (outgoing?.count ?? 0) - outgoingStart }

    /// Takes the next `count` bytes of the message; at its end the message is gone.
    func takeOutgoing(_ count: Int) -> ArraySlice<UInt8> {
        let slice = (outgoing ?? [])[outgoingStart..<outgoingStart + count]
        outgoingStart += count
        return slice
    }

    func outgoingDone() { outgoing = nil }
}
