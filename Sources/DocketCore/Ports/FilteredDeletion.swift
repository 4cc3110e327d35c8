/// Deleting what matches a filter, in slices that the caller asks for one by one.
package protocol FilteredDeletion: Sendable {
    /// Deletes matches of one slice; see ``DeleteSlice``. A document that no longer matches at the
    /// moment of its deletion stays.
    func deleteMatching(
        _ tenant: TenantID,
        _ slice: DeleteSlice,
        work: WorkLimit
    ) async throws(DocketError) -> DeleteSliceResult
}

/// One slice of a delete by filter: at most `limit` documents with a number after `after`.
package struct DeleteSlice: Sendable {
    package var collection: Collection
    package var filter: BoundFilter
    package var after: UInt64
    package var limit: Int

    package init(collection: Collection, filter: BoundFilter, after: UInt64, limit: Int) {
        self.collection = collection
        self.filter = filter
        self.after = after
        self.limit = limit
    }
}

package struct DeleteSliceResult: Hashable, Sendable {
    package var deleted: Int
    /// Where the next slice begins; nil at the end.
    package var next: UInt64?

    package init(deleted: Int, next: UInt64?) {
        self.deleted = deleted
        self.next = next
    }
}
