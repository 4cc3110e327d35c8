/// What the truth says of the hits of an index: the last word on what is seen and deleted.
package protocol HitTruth: Sendable {
    /// What each of `hits` shows, in their order; they are distinct and at most 1,000.
    ///
    /// Asked once for each search, in one query, and never answered from a cache. nil for one that
    /// must not be seen: its document is deleted, failed, of another tenant or collection, or the
    /// version is none between the indexed one and the newest. Shorter than `hits` where what they
    /// show passes `limitBytes`: it ends with the one that passes it. Throws ``DocketError``
    /// `unavailable` when the truth cannot answer now.
    func check(
        _ tenant: TenantID,
        in collection: Collection,
        _ hits: [HitReference],
        shows: FieldSelection,
        limitBytes: Int,
        work: WorkLimit
    ) async throws(DocketError) -> [CheckedHit?]
    /// Deletes those of `documents` whose newest version is still the one named; others stay.
    ///
    /// They are distinct and at most 1,000. Returns how many were deleted.
    func deleteUnchanged(
        _ tenant: TenantID,
        in collection: Collection,
        _ documents: [HitReference],
        work: WorkLimit
    ) async throws(DocketError) -> Int
}

/// A version of a document, as an index names it.
package struct HitReference: Hashable, Sendable {
    package var number: UInt64
    package var version: UInt64

    package init(number: UInt64, version: UInt64) {
        self.number = number
        self.version = version
    }
}

/// A hit that may be seen.
package struct CheckedHit: Hashable, Sendable {
    /// The newest version of the document, which may be newer than the one shown.
    package var newestVersion: UInt64
    /// The version shown, with the state of the document: `indexing` while a newer one waits.
    package var shown: StoredDocument

    package init(newestVersion: UInt64, shown: StoredDocument) {
        self.newestVersion = newestVersion
        self.shown = shown
    }
}
