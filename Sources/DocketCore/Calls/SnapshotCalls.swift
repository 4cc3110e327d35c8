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

/// A snapshot that is to be restored.
public struct RestoreSnapshotRequest: Hashable, Sendable {
    /// The snapshot's.
    public var name: String

    /// Asks for it.
    public init(name: String) { self.name = name }
}

/// How far the restore of a snapshot is.
public struct RestoreProgress: Hashable, Sendable {
    /// What is done.
    public enum Stage: UInt8, Hashable, Sendable, CaseIterable {
        /// The search engine makes indices of the snapshot.
        case restoring = 1
        /// Documents that were deleted or replaced since are taken out of them.
        case trimming = 2
        /// They get the documents that they lack.
        case filling = 3
        /// They are searched.
        case done = 4
    }

    /// What is done.
    public var stage: Stage
    /// Documents that were given to the restored indices.
    public var documents: Int
    /// Documents that were taken out of them.
    public var removed: Int
    /// Documents that the index has to have.
    public var all: Int

    /// That far.
    public init(stage: Stage, documents: Int = 0, removed: Int = 0, all: Int = 0) {
        self.stage = stage
        self.documents = documents
        self.removed = removed
        self.all = all
    }
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
