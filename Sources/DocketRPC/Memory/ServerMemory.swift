/// Everything that peers make a server hold, by its use: received, worked on, not yet sent.
///
/// Each part is bounded for the process, and for each tenant over all its connections.
package final class ServerMemory: Sendable {
    /// Bounds of one kind, in bytes.
    package struct Bounds: Hashable, Sendable {
        package var process: Int
        /// Of one tenant, or of administration.
        package var owner: Int

        package init(process: Int, owner: Int) {
            self.process = process
            self.owner = owner
        }
    }

    package struct Limits: Hashable, Sendable {
        /// Messages that are not whole or wait for their handler, and room for frames over 24 KiB.
        package var received = Bounds(process: 64 << 20, owner: 32 << 20)
        /// Requests that are worked on, each a few times what it had on the wire.
        package var working = Bounds(process: 112 << 20, owner: 48 << 20)
        /// Replies that wait for credit, and what waits for the socket.
        package var unsent = Bounds(process: 64 << 20, owner: 32 << 20)
        /// Of what is received, for one connection.
        package var receivedByConnection = 24 << 20

        package init() {}
    }

    /// What is held now.
    package struct Held: Sendable {
        package var received: Int
        package var working: Int
        package var unsent: Int
    }

    let limits: Limits
    private let received: MemoryPool
    private let working: MemoryPool
    private let unsent: MemoryPool

    package init(_ limits: Limits) {
        self.limits = limits
        received = MemoryPool(limits.received)
        working = MemoryPool(limits.working)
        unsent = MemoryPool(limits.unsent)
    }

    package var held: Held {
        Held(received: received.used, working: working.used, unsent: unsent.used)
    }

    func connection(of owner: ConnectionOwner) -> ConnectionMemory {
        ConnectionMemory(
            received: received.account(of: owner),
            working: working.account(of: owner),
            unsent: unsent.account(of: owner),
            receivedMaximum: limits.receivedByConnection
        )
    }
}

/// What one connection holds of its owner's accounts, beside what its calls were charged.
struct ConnectionMemory {
    /// What is smaller costs more to count than it takes; the number of calls bounds it.
    static let leastCounted = 4 << 10
    /// Replies of this size are sent whatever is held, since what they tell may have been done.
    static let alwaysSent = 16 << 10

    let received: MemoryAccount
    let working: MemoryAccount
    let unsent: MemoryAccount
    private let receivedMaximum: Int
    /// Of the connection's calls and of its input.
    private var receivedBytes = 0
    /// For bytes that wait for the socket.
    private var outputBytes = 0

    init(
        received: MemoryAccount,
        working: MemoryAccount,
        unsent: MemoryAccount,
        receivedMaximum: Int
    ) {
        self.received = received
        self.working = working
        self.unsent = unsent
        self.receivedMaximum = receivedMaximum
    }

    /// Takes what is about to be received, or nothing and says false.
    mutating func takeReceived(_ bytes: Int) -> Bool {
        guard receivedBytes + bytes <= receivedMaximum, received.take(bytes) else { return false }
        receivedBytes += bytes
        return true
    }

    mutating func giveReceived(_ bytes: Int) {
        received.give(bytes)
        receivedBytes -= bytes
    }

    /// So many bytes wait for the socket.
    mutating func noteOutput(_ count: Int) {
        let counted = count > Self.leastCounted ? count : 0
        guard counted != outputBytes else { return }
        if counted > outputBytes {
            unsent.force(counted - outputBytes)
        } else {
            unsent.give(outputBytes - counted)
        }
        outputBytes = counted
    }
}
