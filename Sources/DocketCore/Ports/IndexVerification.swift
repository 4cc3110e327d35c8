/// The truth as an index is compared with it, and how a difference is put right.
package protocol VerifiedTruth: Sendable {
    /// Documents of the collection in the order of their numbers after `number`, whatever their
    /// state, at most `limit`; deleted ones as long as the truth keeps them.
    ///
    /// - Throws: ``DocketError`` `notFound` for a collection that is gone.
    func expected(
        _ tenant: TenantID,
        in collection: Collection,
        after number: UInt64,
        limit: Int,
        work: WorkLimit
    ) async throws(DocketError) -> ExpectedSlice
    /// Those of `numbers` that the tenant has, in any of its collections; at most 2,000. The place
    /// is that of `collection`.
    func expected(
        _ tenant: TenantID,
        in collection: Collection?,
        numbered numbers: [UInt64],
        work: WorkLimit
    ) async throws(DocketError) -> ExpectedSlice
    /// The least and the greatest number of a document of the collection; nil where it has none.
    func numbers(
        _ tenant: TenantID,
        in collection: Collection,
        work: WorkLimit
    ) async throws(DocketError) -> ClosedRange<UInt64>?
    /// Queues documents under new versions, so that the index takes what the truth has of them; at
    /// most 2,000.
    ///
    /// Passes over those that have another version than `known` by now, or whose new version would
    /// not be above the one that the index holds.
    ///
    /// - Returns: how many were queued.
    func queueAgain(
        _ tenant: TenantID,
        in collection: Collection,
        _ documents: [RepairedDocument],
        work: WorkLimit
    ) async throws(DocketError) -> Int
    /// A version above all that documents have, which none gets.
    func newVersion(work: WorkLimit) async throws(DocketError) -> UInt64
}

/// An index as it is, without the checks that searches have.
package protocol VerifiedIndex: Sendable {
    /// What searches of the collection reach of these numbers, in their order, at most `limit`.
    ///
    /// It is asked by the name and the routing that searches have, and the name alone keeps other
    /// tenants out where it can.
    func held(
        _ tenant: TenantID,
        in collection: Collection,
        _ range: NumberRange,
        limit: Int,
        work: WorkLimit
    ) async throws(DocketError) -> HeldSlice
    /// What searches of the tenant reach that is of none of `collections`, in the order of numbers
    /// after `number`: by the name of `collection`, which has an index of its own, or by that of
    /// the tenant.
    func strays(
        _ tenant: TenantID,
        through collection: Collection?,
        besides collections: [Collection],
        after number: UInt64,
        limit: Int,
        work: WorkLimit
    ) async throws(DocketError) -> HeldSlice
    /// Takes documents out that are no version of the truth's, at `version` or above what is held,
    /// and searches no longer find them; at most 2,000.
    ///
    /// - Returns: how many are out.
    func remove(
        _ documents: [HeldDocument],
        at version: UInt64,
        work: WorkLimit
    ) async throws(DocketError) -> Int
    /// Makes the name of ``strays(_:through:besides:after:limit:work:)`` one that reaches the
    /// tenant's documents alone.
    func restoreName(
        _ tenant: TenantID,
        through collection: Collection?,
        work: WorkLimit
    ) async throws(DocketError)
}

/// What the truth says of a document, without its contents.
package struct ExpectedDocument: Hashable, Sendable {
    package var number: UInt64
    package var collection: UInt32
    package var version: UInt64
    package var state: DocumentState
    /// Something of it waits to be indexed.
    package var isQueued: Bool
    /// Searches find the newest version and the status does not say so yet.
    package var isApplied: Bool
    /// Where it is held, unless its collection has an index of its own.
    package var place: IndexPlace?

    package init(
        number: UInt64,
        collection: UInt32,
        version: UInt64,
        state: DocumentState,
        isQueued: Bool = false,
        isApplied: Bool = false,
        place: IndexPlace? = nil
    ) {
        self.number = number
        self.collection = collection
        self.version = version
        self.state = state
        self.isQueued = isQueued
        self.isApplied = isApplied
        self.place = place
    }
}

package struct ExpectedSlice: Sendable {
    /// Ascending.
    package var documents: [ExpectedDocument]
    /// Where the next slice begins, nil at the end.
    package var next: UInt64?
    /// The index of its own that the collection has by now.
    package var place: IndexPlace?

    package init(documents: [ExpectedDocument], next: UInt64? = nil, place: IndexPlace? = nil) {
        self.documents = documents
        self.next = next
        self.place = place
    }
}

/// Numbers of documents.
package struct NumberRange: Hashable, Sendable {
    /// The first is above it.
    package var after: UInt64
    /// The last; nil for no end.
    package var through: UInt64?

    package init(after: UInt64, through: UInt64? = nil) {
        self.after = after
        self.through = through
    }
}

/// A document as an index holds it.
package struct HeldDocument: Hashable, Sendable {
    /// Whose document it is by its name; nil for a name that Docket does not give.
    package struct Owner: Hashable, Sendable {
        package var tenant: TenantID
        package var collection: UInt32
        package var number: UInt64

        package init(tenant: TenantID, collection: UInt32, number: UInt64) {
            self.tenant = tenant
            self.collection = collection
            self.number = number
        }
    }

    package var owner: Owner?
    /// Whether its fields and its routing say what its name says.
    package var isWhole: Bool
    package var version: UInt64
    package var place: IndexPlace
    /// The engine's name of it, and its routing.
    package var name: String
    package var routing: String

    package init(
        owner: Owner?,
        isWhole: Bool,
        version: UInt64,
        place: IndexPlace,
        name: String,
        routing: String
    ) {
        self.owner = owner
        self.isWhole = isWhole
        self.version = version
        self.place = place
        self.name = name
        self.routing = routing
    }
}

package struct HeldSlice: Sendable {
    package var documents: [HeldDocument]
    /// Where the next slice begins, nil at the end.
    package var next: UInt64?

    package init(documents: [HeldDocument], next: UInt64?) {
        self.documents = documents
        self.next = next
    }
}

/// A document that the index has to be given again.
package struct RepairedDocument: Hashable, Sendable {
    package var number: UInt64
    /// The version that the truth had when it was compared.
    package var known: UInt64
    /// The version that the index holds, 0 for none.
    package var held: UInt64

    package init(number: UInt64, known: UInt64, held: UInt64) {
        self.number = number
        self.known = known
        self.held = held
    }
}
