internal import DocketSystem

extension TenantWriter {
    /// A file shrinks once more than this part of it is free: a merge of large segments leaves as
    /// much free as it wrote, which the next one needs again.
    private static let freeDivisor = 16
    /// And goes on until no more than this part is.
    private static let keptDivisor = 32
    /// Pages below which nothing is gained.
    private static let freeMinimum: Int64 = 256
    /// Pages that one statement gives back, some 1 ms.
    private static let pages = 64

    /// Whether the file has so many free pages that some are to be given back, and time for it.
    ///
    /// Never of files that an earlier version made: these keep their pages for what comes.
    func needsShrinking() throws -> Bool {
        guard canShrink else { return false }
        let (free, all) = try (pragma("freelist_count"), pragma("page_count"))
        let divisor = Int64(isShrinking ? Self.keptDivisor : Self.freeDivisor)
        isShrinking = try free > max(Self.freeMinimum, all / divisor) && !isBehind()
        return isShrinking
    }

    /// Gives free pages back until some time.
    func shrink(until end: MonotonicTime) throws {
        repeat {
            try connection.run("PRAGMA incremental_vacuum(\(Self.pages))")
        } while try MonotonicTime.now() < end && needsShrinking()
    }

    /// Whether more than a group of documents waits.
    private func isBehind() throws -> Bool {
        let group = configuration.indexGroup
        let waiting = try connection.first(
            "SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT \(group))",
            row: { Int($0.integer(0)) }
        )
        return waiting == group
    }

    private func pragma(_ name: String) throws -> Int64 {
        try connection.first("PRAGMA \(name)", row: { $0.integer(0) }) ?? 0
    }
}
