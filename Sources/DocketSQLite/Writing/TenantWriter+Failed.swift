internal import DocketCore
internal import DocketSystem

extension TenantWriter {
    /// Numbers that one slice looks at.
    private static let retrySpan: Int64 = 20_000

    /// Queues failed documents once more, in the order of their numbers after `number`.
    func retryFailed(in collection: Collection, after number: UInt64) throws -> RetriedSlice {
        let known = try require(collection)
        guard known.counts.failed > 0 else { return RetriedSlice(count: 0, next: nil) }
        let start = Int64(clamping: number)
        let end = start.addingReportingOverflow(Self.retrySpan).partialValue
        let failed = try connection.all(
            """
            SELECT number FROM documents
            WHERE number > ?1 AND number <= ?2 AND collection = ?3 AND state = ?4
            """,
            .integer(start),
            .integer(end),
            .number(collection.number),
            .number(DocumentState.failed.rawValue),
            row: { $0.integer(0) }
        )
        try transaction { for number in failed { try retry(number, in: collection.number) } }
        let isLast = try connection.first(
            "SELECT 1 FROM documents WHERE number > ?1 LIMIT 1",
            .integer(end),
            row: { _ in true }
        )
        return RetriedSlice(
            count: failed.count,
            next: isLast == nil ? nil : UInt64(bitPattern: end)
        )
    }

    private func retry(_ number: Int64, in collection: UInt32) throws {
        let version = state.drawVersion()
        try connection.run(
            """
            UPDATE documents SET version = ?2, state = ?3, updated_us = ?4, error = NULL
            WHERE number = ?1
            """,
            .integer(number),
            .number(version),
            .number(DocumentState.indexing.rawValue),
            .integer(WallClock.microseconds())
        )
        try fillOutbox(number, version, in: collection, isDelete: false)
        state.collections[collection]?.count(.failed, by: -1)
        state.collections[collection]?.count(.indexing, by: 1)
    }
}
