/// What is to be done about the second search engine.
public enum ClusterAction: UInt8, Hashable, Sendable, CaseIterable {
    /// Nothing: tells how far it is.
    case show = 0
    /// The next search engine gets all changes as well, and what is older.
    case begin = 1
    /// The other one is searched, where it has the same documents; also back again.
    case switchOver = 2
    /// The one that is not searched gets no changes any longer.
    case release = 3
}

/// Asks for something to be done about the second search engine.
public struct ChangeClustersRequest: Hashable, Sendable {
    /// What.
    public var action: ClusterAction

    /// Asks for this.
    public init(action: ClusterAction = .show) { self.action = action }
}

/// How far a second search engine is.
public enum TwinState: UInt8, Hashable, Sendable, CaseIterable {
    /// There is none.
    case none = 0
    /// Its indices are made.
    case preparing = 1
    /// It gets each change, and what is older.
    case filling = 2
    /// It has everything.
    case ready = 3
    /// It missed a change, and is filled anew once it answers.
    case away = 4
}

/// The search engines that hold the index.
public struct ChangeClustersReply: Hashable, Sendable {
    /// The id of the one that is searched; empty before it has answered.
    public var searched: String
    /// The id of the one that gets all changes as well; empty where there is none.
    public var twin: String
    /// How far that is.
    public var state: TwinState
    /// Documents that it was filled with.
    public var documents: Int
    /// Documents that the index holds.
    public var all: Int

    /// Search engines with all that is known of them.
    public init(
        searched: String = "",
        twin: String = "",
        state: TwinState = .none,
        documents: Int = 0,
        all: Int = 0
    ) {
        self.searched = searched
        self.twin = twin
        self.state = state
        self.documents = documents
        self.all = all
    }
}
