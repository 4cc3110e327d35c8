/// Says to the indexers of other processes that documents wait.
///
/// A hint may be lost, come twice, late or out of order: the outbox is what counts, and an indexer
/// that hears nothing looks into it now and then.
package protocol WorkHints: Sendable {
    /// Returns at once, whatever becomes of the hint.
    func send(_ hint: WorkHint)
}

/// Documents of a tenant wait to be indexed.
package struct WorkHint: Hashable, Sendable {
    package var tenant: TenantID
    /// The number of the newest of them, and the version that waits; 0 where that is not known.
    package var document: UInt64
    package var version: UInt64

    package init(tenant: TenantID, document: UInt64 = 0, version: UInt64 = 0) {
        self.tenant = tenant
        self.document = document
        self.version = version
    }
}
