/// A tenant whose documents are to be compared with what the index holds.
public struct VerifyRequest: Hashable, Sendable {
    /// The name of the tenant.
    public var tenant: String
    /// The name of its collection; empty for all collections, and for what is of none of them.
    public var collection: String
    /// Documents of each collection that are compared, drawn at random; 0 for all.
    public var sample: Int
    /// Whether differences are put right.
    public var repairs: Bool

    /// Asks for a comparison.
    public init(tenant: String, collection: String = "", sample: Int = 0, repairs: Bool = false) {
        self.tenant = tenant
        self.collection = collection
        self.sample = sample
        self.repairs = repairs
    }
}

/// How far a comparison is, and what it has found.
public struct VerifyProgress: Hashable, Sendable {
    /// Documents that were compared.
    public var documents = 0
    /// Documents that there are to compare; it may change meanwhile.
    public var all = 0
    /// Documents that wait to be indexed, or to be taken out, which are not compared.
    public var waiting = 0
    /// Documents that the index should have and has not.
    public var missing = 0
    /// Documents that the index has and should not.
    public var extra = 0
    /// Documents that the index has at another version than it should.
    public var stale = 0
    /// Documents that searches of the tenant reach and that are not the tenant's.
    public var foreign = 0
    /// Differences that were put right, or queued to be.
    public var repaired = 0

    /// Nothing yet.
    public init() {}

    /// All that were found.
    public var differences: Int { missing + extra + stale + foreign }
}
