/// Collections on their way out of indices that this version of Docket cannot search, as the truth
/// keeps them.
///
/// Every document that stands in such an index is queued in ``Outbox`` once more, which gives it a
/// place in an index of this version's series. A collection whose documents are all found there is
/// of that series, and can be searched.
package protocol IndexMoves: Sendable {
    /// Documents are indexed into the store's series from now on, by it and its successors.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` where a later version does so already, or one
    ///   with another prefix; other processes are told by their leases.
    func claimSeries(work: WorkLimit) async throws(DocketError)
    /// Takes one collection a step further, the one that has waited longest.
    func moveOn(work: WorkLimit) async throws(DocketError) -> MoveStep
    /// Collections that are of another series still.
    func collectionsToMove(work: WorkLimit) async throws(DocketError) -> Int
    /// Whether all collections have been of this series for `time`.
    func isMoved(for time: Duration, work: WorkLimit) async throws(DocketError) -> Bool
}

/// What became of one step.
package enum MoveStep: Hashable, Sendable {
    /// There is nothing to do, or another server is at it.
    case nothing
    /// So many documents were queued.
    case queued(Int)
    /// Enough is queued, or what was queued is not found yet.
    case waits
    /// All documents of the collection can be found.
    case moved(CollectionReference)
}

/// Indices of other series.
package protocol FormerIndices: Sendable {
    /// Those of the same operator that are of an earlier version.
    func former(work: WorkLimit) async throws(DocketError) -> Set<IndexPlace>
    func removeFormer(_ place: IndexPlace, work: WorkLimit) async throws(DocketError)
}
