/// Whose turn it is to delete what was kept for long enough, as servers of one truth agree on it.
package protocol RetentionLedger: Sendable {
    /// True for one server once in each `interval`.
    func claimRetention(
        every interval: Duration,
        work: WorkLimit
    ) async throws(DocketError) -> Bool
}
