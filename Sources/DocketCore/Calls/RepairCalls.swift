/// Documents that failed and are to be indexed once more.
public struct RetryFailedRequest: Hashable, Sendable {
    /// The name of their tenant; empty for all tenants.
    public var tenant: String
    /// The name of their collection; empty for all collections.
    public var collection: String

    /// Asks for failed documents to be indexed once more.
    public init(tenant: String = "", collection: String = "") {
        self.tenant = tenant
        self.collection = collection
    }
}

/// How many failed documents were queued again.
public struct RetryFailedProgress: Hashable, Sendable {
    /// So far.
    public var documents: Int

    /// So many.
    public init(documents: Int = 0) { self.documents = documents }
}

/// A collection whose index is to be made anew.
public struct RebuildRequest: Hashable, Sendable {
    /// The name of its tenant.
    public var tenant: String
    /// Its name.
    public var collection: String

    /// Asks for a rebuild.
    public init(tenant: String, collection: String) {
        self.tenant = tenant
        self.collection = collection
    }
}

/// How far a rebuild is.
public struct RebuildProgress: Hashable, Sendable {
    /// Documents that the new index was given.
    public var documents: Int
    /// Documents of the collection; it may change meanwhile.
    public var all: Int
    /// Whether searches use the new index; the old one is emptied then.
    public var isSwitched: Bool

    /// How far it is.
    public init(documents: Int = 0, all: Int = 0, isSwitched: Bool = false) {
        self.documents = documents
        self.all = all
        self.isSwitched = isSwitched
    }
}

/// An operator's hold on indexing.
public struct IndexingHold: Hashable, Sendable {
    /// Since when, in microseconds since 1970.
    public var sinceMicroseconds: Int64
    /// Why, in the operator's words.
    public var reason: String

    /// A hold.
    public init(sinceMicroseconds: Int64, reason: String = "") {
        self.sinceMicroseconds = sinceMicroseconds
        self.reason = reason
    }
}

/// Holds indexing on all servers, or lets it go on.
public struct SetHoldRequest: Hashable, Sendable {
    /// Bytes of a reason.
    public static let reasonBytes = 200

    /// Whether indexing is to be held.
    public var isHeld: Bool
    /// Why, for other operators; at most 200 bytes.
    public var reason: String

    /// Asks for a hold, or for its end.
    public init(isHeld: Bool, reason: String = "") {
        self.isHeld = isHeld
        self.reason = reason
    }
}

/// What holds indexing now.
public struct SetHoldReply: Hashable, Sendable {
    /// nil while nothing does.
    public var hold: IndexingHold?

    /// A reply.
    public init(hold: IndexingHold? = nil) { self.hold = hold }
}
