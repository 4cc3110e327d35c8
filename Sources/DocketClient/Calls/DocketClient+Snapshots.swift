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

    /// Restores the index from a snapshot, while it is used: what was changed and deleted since
    /// comes from the documents themselves, and only then the restored indices are searched.
    ///
    /// - Parameters:
    ///   - name: The snapshot's.
    ///   - progress: Called as it goes on.
    /// - Returns: How far it was at the end; nil when the server did not say.
    /// - Throws: ``DocketError`` `notFound`; `failedPrecondition` by an embedded server, for a
    ///   snapshot that is not whole, and while collections are rebuilt; `aborted` with the reason
    ///   where the index stays as it was. It may go on after an error.
    @discardableResult
    public func restoreSnapshot(
        _ name: String,
        progress: (RestoreProgress) -> Void = { _ in }
    ) async throws(DocketError) -> RestoreProgress? {
        try await follow(.restoreSnapshot, RestoreSnapshotRequest(name: name), progress)
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
