/// What has changed for everybody who holds something of the truth in memory: one question for all
/// tenants, asked a few times a second.
package protocol ChangeFeed: Sendable {
    /// Everything that became visible after `mark`; some of it may come again. nil asks for what
    /// holds now, without what is gone.
    func changes(
        since mark: ChangeMark?,
        work: WorkLimit
    ) async throws(DocketError) -> ChangeSet
}

/// A moment of the truth, in its own terms.
package struct ChangeMark: Hashable, Sendable {
    package var value: UInt64

    package init(_ value: UInt64) { self.value = value }
}

package struct ChangeSet: Sendable {
    /// What the next question says it knows.
    package var mark: ChangeMark
    package var collections: [CollectionChange]
    package var deletedCollections: [CollectionReference]
    package var deletedTenants: [TenantID]
    /// Ids of keys that were revoked.
    package var revokedKeys: [String]

    package init(
        mark: ChangeMark,
        collections: [CollectionChange] = [],
        deletedCollections: [CollectionReference] = [],
        deletedTenants: [TenantID] = [],
        revokedKeys: [String] = []
    ) {
        self.mark = mark
        self.collections = collections
        self.deletedCollections = deletedCollections
        self.deletedTenants = deletedTenants
        self.revokedKeys = revokedKeys
    }
}

/// A collection by its number, whosever it is.
package struct CollectionReference: Hashable, Sendable {
    package var tenant: TenantID
    package var number: UInt32

    package init(tenant: TenantID, number: UInt32) {
        self.tenant = tenant
        self.number = number
    }
}

/// A collection whose generations, or whose removed documents, are others than before.
package struct CollectionChange: Hashable, Sendable {
    package var collection: CollectionReference
    package var generations: Generations
    package var removed: RemovedDocuments

    package init(
        collection: CollectionReference,
        generations: Generations,
        removed: RemovedDocuments
    ) {
        self.collection = collection
        self.generations = generations
        self.removed = removed
    }
}
