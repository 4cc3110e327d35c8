/// An operator's hold on indexing: the truth keeps it, and whoever indexes heeds it.
package protocol IndexingControl: Sendable {
    /// nil while indexing is not held.
    func indexingHold(work: WorkLimit) async throws(DocketError) -> IndexingHold?
    /// Holds indexing on all servers, until it is released; nothing is leased from then on, what
    /// was leased before is done. Of a hold that is there already the time stays.
    ///
    /// `reason` is for other operators, at most 200 bytes.
    func holdIndexing(
        reason: String,
        work: WorkLimit
    ) async throws(DocketError) -> IndexingHold
    func releaseIndexing(work: WorkLimit) async throws(DocketError)
}
