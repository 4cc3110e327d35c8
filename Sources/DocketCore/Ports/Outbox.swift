/// What the truth has and the index has not yet: changes of all tenants, leased to one worker each
/// for a while.
///
/// A change stays until it is completed or failed; one whose lease has ended is leased again. Of a
/// document only the newest version is leased, and at most one lease is open.
package protocol Outbox: Sendable {
    /// Leases changes, tenants in turns so that a long backlog delays nobody else's.
    ///
    /// - Returns: empty when nothing waits; distinct documents.
    func lease(
        _ request: LeaseRequest,
        work: WorkLimit
    ) async throws(DocketError) -> [LeasedChange]
    /// The index holds these versions and searches find them: raises the indexed versions, states
    /// and generations. A document with a newer version waits on, its attempts begin anew.
    ///
    /// Searches have found them for `age`: a soft generation that rose since then covers them.
    ///
    /// Leases that have ended, or were taken by another worker, change nothing.
    ///
    /// - Returns: how many documents were late, see ``IndexingLag``.
    @discardableResult
    func complete(
        _ leases: [Lease],
        foundFor age: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Int
    /// The index will never take these versions: hides their documents, raises hard generations.
    func fail(_ failures: [IndexFailure], work: WorkLimit) async throws(DocketError)
    /// Gives leases back to be leased again, after `delay`; `isAttempt` counts one against them.
    func release(
        _ leases: [Lease],
        after delay: Duration,
        isAttempt: Bool,
        work: WorkLimit
    ) async throws(DocketError)
    /// What waits, for tenants that have something waiting.
    func backlog(work: WorkLimit) async throws(DocketError) -> [TenantBacklog]
}

package struct LeaseRequest: Sendable {
    /// Changes at most, 1 to 5,000.
    package var limit: Int
    /// Bytes of documents after which no more are leased; the first is always.
    package var limitBytes: Int
    /// How long the lease holds.
    package var duration: Duration
    /// Where documents go that the index never had, unless ``PoolLedger`` has another place for
    /// them; kept with them before the lease is answered.
    package var place: IndexPlace
    /// Clusters that can be written, by their ids; empty where there are no clusters.
    ///
    /// Nothing is leased that has to go to others.
    package var clusters: Set<String> = []

    package init(limit: Int, limitBytes: Int, duration: Duration, place: IndexPlace) {
        self.limit = limit
        self.limitBytes = limitBytes
        self.duration = duration
        self.place = place
    }
}

/// A worker's right to one version of one document.
package struct Lease: Hashable, Sendable {
    package var tenant: TenantID
    package var number: UInt64
    /// The version that was leased.
    package var version: UInt64
    /// Never the same twice.
    package var token: UInt64

    package init(tenant: TenantID, number: UInt64, version: UInt64, token: UInt64) {
        self.tenant = tenant
        self.number = number
        self.version = version
        self.token = token
    }
}

package struct LeasedChange: Sendable {
    package var lease: Lease
    /// Attempts that counted, before this one.
    package var attempts: Int
    package var change: IndexChange
    /// Where the same is to be done as well, while the collection is rebuilt.
    package var copy: IndexPlace?

    package init(lease: Lease, attempts: Int, change: IndexChange, copy: IndexPlace? = nil) {
        self.lease = lease
        self.attempts = attempts
        self.change = change
        self.copy = copy
    }
}

package struct IndexFailure: Hashable, Sendable {
    package var lease: Lease
    /// In Docket's words; shown by Status.
    package var reason: String

    package init(lease: Lease, reason: String) {
        self.lease = lease
        self.reason = reason
    }
}

package struct TenantBacklog: Hashable, Sendable {
    package var tenant: TenantID
    package var documents: Int
    /// Age of the oldest.
    package var oldest: Duration

    package init(tenant: TenantID, documents: Int, oldest: Duration) {
        self.tenant = tenant
        self.documents = documents
        self.oldest = oldest
    }
}
