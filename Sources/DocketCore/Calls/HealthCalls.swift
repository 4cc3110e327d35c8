/// How one part of a server is.
public enum HealthState: UInt8, Hashable, Sendable, CaseIterable {
    /// It was not asked yet.
    case unknown = 0
    /// It answers.
    case up = 1
    /// It is not reached.
    case away = 2
    /// One of several nodes, left out for a while since it does not answer.
    case ejected = 3
    /// Its breaker is open: it is not asked for a while.
    case open = 4
    /// An operator holds it.
    case held = 5
    /// It takes no writes.
    case blocked = 6
    /// It was found to be wrong.
    case alarm = 7
    /// It is not set.
    case off = 8

    /// The name in text, as `ejected`.
    public var name: String { "\(self)" }

    /// Whether nobody has to look at it.
    public var isWell: Bool { [.unknown, .up, .off].contains(self) }
}

/// One part of a server: an engine, a node of it, or what the server does by it.
public struct PartHealth: Hashable, Sendable {
    /// As `postgres`, `search engine`, `searches`, `indexing`, `audits`.
    public var part: String
    /// `HOST:PORT` where there are several; otherwise empty.
    public var address: String
    /// How it is.
    public var state: HealthState
    /// Since when, in microseconds since 1970; 0 when that is not known.
    public var sinceMicroseconds: Int64
    /// Why it was not well the last time, in Docket's words or the engine's; empty for never.
    public var lastError: String
    /// When that was, in microseconds since 1970; 0 for never.
    public var lastErrorMicroseconds: Int64

    /// A part as it is.
    public init(
        part: String,
        address: String = "",
        state: HealthState = .unknown,
        sinceMicroseconds: Int64 = 0,
        lastError: String = "",
        lastErrorMicroseconds: Int64 = 0
    ) {
        self.part = part
        self.address = address
        self.state = state
        self.sinceMicroseconds = sinceMicroseconds
        self.lastError = lastError
        self.lastErrorMicroseconds = lastErrorMicroseconds
    }
}

/// Asks a server how it and its engines are.
public struct HealthRequest: Hashable, Sendable {
    /// Asks.
    public init() {}
}

/// What waits to be indexed, of all tenants.
public struct Backlog: Hashable, Sendable {
    /// Documents that wait.
    public var documents: Int
    /// For how long the oldest of them has waited, in whole milliseconds.
    public var oldest: Duration

    /// So many for so long.
    public init(documents: Int = 0, oldest: Duration = .zero) {
        self.documents = documents
        self.oldest = oldest
    }
}

/// How a server and its engines are, as that server sees them.
public struct HealthReply: Hashable, Sendable {
    /// What the server does: `api`, `indexer`.
    public var roles: [String]
    /// Each part, in a fixed order.
    public var parts: [PartHealth]
    /// nil when the truth does not say.
    public var backlog: Backlog?

    /// A reply.
    public init(roles: [String] = [], parts: [PartHealth] = [], backlog: Backlog? = nil) {
        self.roles = roles
        self.parts = parts
        self.backlog = backlog
    }

    /// Whether nobody has to look at any part.
    public var isWell: Bool { parts.allSatisfy(\.state.isWell) }
}
