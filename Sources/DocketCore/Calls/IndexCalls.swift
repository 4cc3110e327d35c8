/// Asks which indices the search engine has.
public struct ListIndicesRequest: Hashable, Sendable {
    /// Asks for all of them.
    public init() {}
}

/// Indices in the order of their names.
public struct ListIndicesReply: Hashable, Sendable {
    /// All that Docket has made.
    public var indices: [IndexDescription]

    /// A list of indices.
    public init(indices: [IndexDescription] = []) { self.indices = indices }
}

/// What an index is for.
public enum IndexState: UInt8, Hashable, Sendable, CaseIterable {
    /// New documents of all collections without an index of their own go there.
    case writing = 1
    /// It takes no new documents; those that it has are changed and deleted there.
    case closed = 2
    /// A rebuild made it for one collection.
    case own = 3
    /// An earlier version of the server made it; documents leave it, and then it is removed.
    case former = 4
    /// A snapshot is restored into it; nothing reaches it until it takes the place of another one.
    case restored = 5
}

/// One index of the search engine.
public struct IndexDescription: Hashable, Sendable {
    /// Its name in the engine.
    public var name: String
    /// What its name begins with: prefix and version.
    public var series: String
    /// What it is for.
    public var state: IndexState
    /// Documents in it.
    public var documents: Int
    /// Documents that were deleted or replaced and still take room.
    public var deleted: Int
    /// Bytes of its primary shards.
    public var bytes: Int
    /// When it was made, microseconds since 1970.
    public var createdMicroseconds: Int64
    /// Collections with documents in it, as the engine estimates; 0 for one of an earlier version.
    public var collections: Int
    /// Tenants with documents in it, in the same way.
    public var tenants: Int

    /// An index with all that is known of it.
    public init(
        name: String,
        series: String = "",
        state: IndexState = .writing,
        documents: Int = 0,
        deleted: Int = 0,
        bytes: Int = 0,
        createdMicroseconds: Int64 = 0,
        collections: Int = 0,
        tenants: Int = 0
    ) {
        self.name = name
        self.series = series
        self.state = state
        self.documents = documents
        self.deleted = deleted
        self.bytes = bytes
        self.createdMicroseconds = createdMicroseconds
        self.collections = collections
        self.tenants = tenants
    }
}
