internal import DocketWire

/// The messages of a call that have come and were not taken, whole ones and one being collected.
struct IncomingMessages {
    /// A whole message, and what its frames took of the credit that has not been given back.
    struct Message {
        var bytes: [UInt8]
        var cost: Int
    }

    /// From this size on a message has all the room it may take: to copy it whenever it outgrows
    /// its room would take milliseconds, and pages that nothing is written to cost nothing.
    private static let growingMaximum = 256 << 10

    /// Whether a message has begun that is not whole.
    private(set) var isCollecting = false
    private var collected: [UInt8] = []
    private var collectedCost = 0
    private var whole: [Message] = []
    /// Where in `whole` the first is that was not taken.
    private var first = 0
    /// Bytes of whole messages that wait.
    private(set) var waitingBytes = 0

    /// Bytes of the message that is being collected.
    var collectedBytes: Int { collected.count }

    /// How many whole messages wait.
    var count: Int { whole.count - first }

    /// Adds a frame's body, as `append` writes it, to the message being collected, which has at
    /// most `maximum` bytes.
    mutating func collect<Failure>(
        _ cost: Int,
        upTo maximum: Int,
        _ append: (inout [UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        isCollecting = true
        collectedCost += cost
        if collected.count > Self.growingMaximum { collected.reserveCapacity(maximum) }
        try append(&collected)
    }

    /// The message is whole.
    mutating func complete() {
        whole.append(Message(bytes: collected, cost: collectedCost))
        waitingBytes += collected.count
        collected = []
        collectedCost = 0
        isCollecting = false
    }

    /// Cost of the message being collected that may be granted again at once.
    mutating func takeCollectedCost() -> Int {
        defer { collectedCost = 0 }
        return collectedCost
    }

    /// Bytes of the first whole message; nil when there is none.
    var nextBytes: Int? { first < whole.count ? whole[first].bytes.count : nil }

    /// Takes the first whole message.
    mutating func next() -> Message? {
        guard first < whole.count else { return nil }
        let message = whole[first]
        waitingBytes -= message.bytes.count
        whole[first].bytes = []
        first += 1
        if first == whole.count {
            whole.removeAll(keepingCapacity: first < 64)
            first = 0
        }
        return message
    }

    /// Drops everything; returns what it cost.
    mutating func removeAll() -> Int {
        let cost = whole[first...].reduce(collectedCost) { $0 + $1.cost }
        self = IncomingMessages()
        return cost
    }
}
