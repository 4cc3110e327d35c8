public import DocketCore
internal import DocketMessages

/// Copies of the index that the search engine keeps, for keys of administration.
extension DocketClient {
    /// Has the search engine make a snapshot of the index in its repository.
    ///
    /// - Parameters:
    ///   - name: At most 100 lower case letters, digits, `-`, `_` and `.`; empty for one of the
    ///     time.
    ///   - progress: Called while it is made.
    /// - Returns: The snapshot; nil when the server did not say.
    /// - Throws: ``DocketError`` `alreadyExists`; `failedPrecondition` by an embedded server and
    ///   where no repository is set; `aborted` for one that is not whole. It may go on after an
    ///   error.
    @discardableResult
    public func createSnapshot(
        _ name: String = "",
        progress: (IndexSnapshot) -> Void = { _ in }
    ) async throws(DocketError) -> IndexSnapshot? {
        try await follow(.createSnapshot, CreateSnapshotRequest(name: name), progress)
    }

    /// The snapshots of the repository, the oldest first.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` by an embedded server and where no repository
    ///   is set.
    public func snapshots() async throws(DocketError) -> [IndexSnapshot] {
        try await call(
            .listSnapshots,
            ListSnapshotsRequest(),
            lookUp,
            as: ListSnapshotsReply.self
        ).value.snapshots
    }
}
