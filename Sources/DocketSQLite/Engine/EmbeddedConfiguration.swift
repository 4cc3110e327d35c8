internal import DocketCore

/// How the embedded store works.
package struct EmbeddedConfiguration: Sendable {
    /// What survives a loss of power.
    package enum Synchronous: String, Sendable {
        /// Every answered write.
        case full = "FULL"
        /// For tests whose data nobody needs.
        case off = "OFF"
    }

    /// The data directory; it is made when it is missing.
    package var directory: String
    /// Searches and gets that run at once.
    package var readers = 2
    /// Tenants that are written to at once.
    package var writers = 2
    /// Reads of one tenant that wait before more are refused.
    package var waitingReads = 1024
    /// Files that are kept open although nobody uses them: for reading, and for writing.
    package var openTenants = 256
    /// Bytes of pages that all connections keep in memory.
    package var cacheBytes = 256 << 20
    package var synchronous = Synchronous.full
    /// SQLite's name of the file system to use; nil for the system's own.
    package var vfs: String?
    /// Most uploads and deletes of one transaction.
    package var groupCalls = 512
    /// Bytes of documents after which a transaction takes no more calls.
    package var groupBytes = 8 << 20
    /// Calls of one tenant that wait to be written before more are refused.
    package var waitingCalls = 8192
    /// Bytes of them.
    package var waitingBytes = 64 << 20
    /// By so much a group is smaller while other tenants wait to write.
    package var sharedGroupDivisor = 8
    /// Documents that one transaction brings into the index.
    package var indexGroup = 2048
    /// Time for which segments are merged before writes may come between.
    package var mergeTime = Duration.milliseconds(20)
    /// Bytes of documents after which a group takes no more: an upload waits for at most one such
    /// transaction.
    package var indexBytes = 4 << 20
    /// Outcomes of calls with an idempotency key are kept this long.
    package var idempotencyLifetime = Duration.seconds(24 * 3600)
    /// Bytes of them that a tenant may have; calls with a key are refused beyond.
    package var idempotencyBytes = 256 << 20
    /// Deleted documents are known to Status this long.
    package var deletionLifetime = Duration.seconds(24 * 3600)
    /// Bytes of them that a tenant may have; the oldest are forgotten beyond.
    package var deletionBytes = 64 << 20
    /// Least time between two raises of a collection's soft generation.
    package var softGenerationInterval = Duration.seconds(1)

    package init(directory: String) { self.directory = directory }
}

extension EmbeddedConfiguration {
    var writeLimits: WriteQueue.Limits {
        WriteQueue.Limits(
            groupCalls: groupCalls,
            groupBytes: groupBytes,
            waitingCalls: waitingCalls,
            waitingBytes: waitingBytes,
            sharedGroupDivisor: sharedGroupDivisor
        )
    }
}
