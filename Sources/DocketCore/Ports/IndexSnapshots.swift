/// Copies of the index that its engine makes and keeps by itself.
package protocol IndexSnapshots: Sendable {
    /// Begins a snapshot of all indices, which goes on without its caller.
    ///
    /// - Throws: ``DocketError`` `alreadyExists` for a name that is taken, `failedPrecondition`
    ///   where no repository is set.
    func beginSnapshot(_ name: String, work: WorkLimit) async throws(DocketError)
    /// - Throws: ``DocketError`` `notFound`.
    func snapshot(_ name: String, work: WorkLimit) async throws(DocketError) -> IndexSnapshot
    /// The oldest first.
    func snapshots(work: WorkLimit) async throws(DocketError) -> [IndexSnapshot]
    /// One that is not there is well.
    func removeSnapshot(_ name: String, work: WorkLimit) async throws(DocketError)
}
