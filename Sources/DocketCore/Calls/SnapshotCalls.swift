/// A copy of the index that the search engine keeps in its repository.
public struct IndexSnapshot: Hashable, Sendable {
    /// What has become of it.
    public enum State: UInt8, Hashable, Sendable {
        /// The engine is still at it.
        case running = 1
        /// It has everything.
        case complete = 2
        /// A part is missing: it is not restored.
        case failed = 3
    }

    /// Lower case letters, digits, `-`, `_` and `.`.
    public var name: String
    /// What has become of it.
    public var state: State
    /// Microseconds since 1970.
    public var beganMicroseconds: Int64
    /// Microseconds since 1970; 0 while it runs.
    public var endedMicroseconds: Int64
    /// The engine's names of the indices in it.
    public var indices: [String]

    /// One of this name.
    public init(
        name: String,
        state: State,
        beganMicroseconds: Int64,
        endedMicroseconds: Int64 = 0,
        indices: [String] = []
    ) {
        self.name = name
        self.state = state
        self.beganMicroseconds = beganMicroseconds
        self.endedMicroseconds = endedMicroseconds
        self.indices = indices
    }
}

/// A snapshot that is to be made.
public struct CreateSnapshotRequest: Hashable, Sendable {
    /// At most 100 lower case letters, digits, `-`, `_` and `.`; empty for one of the time.
    public var name: String

    /// Asks for a snapshot.
    public init(name: String = "") { self.name = name }
}

/// Which snapshots there are.
public struct ListSnapshotsRequest: Hashable, Sendable {
    /// Asks for all.
    public init() {}
}

/// All snapshots of the repository.
public struct ListSnapshotsReply: Hashable, Sendable {
    /// The oldest first.
    public var snapshots: [IndexSnapshot]

    /// These.
    public init(snapshots: [IndexSnapshot] = []) { self.snapshots = snapshots }
}
