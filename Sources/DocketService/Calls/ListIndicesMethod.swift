internal import DocketCore

/// ListIndices: what the search engine holds, for operators.
struct ListIndicesMethod: UnaryMethod {
    /// nil where the index is part of the truth.
    let pool: PoolKeeper?

    func answer(
        _ request: ListIndicesRequest,
        _ caller: Caller
    ) async throws(DocketError) -> ListIndicesReply {
        guard let pool else {
            throw DocketError(
                .failedPrecondition,
                "the embedded store keeps documents and index in one file: there are no indices "
                    + "of a search engine"
            )
        }
        return ListIndicesReply(indices: try await pool.inventory(work: caller.work))
    }
}
