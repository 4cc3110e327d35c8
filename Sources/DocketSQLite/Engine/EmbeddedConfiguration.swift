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
    /// Threads that search and get.
    package var readers = 2
    /// Threads that write; each tenant has one of them.
    package var writers = 2
    /// Tenants whose files are open at once.
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
    /// Documents that one transaction brings into the index.
    package var indexGroup = 1024
    /// Time after which it takes no more: an upload waits for at most one such transaction.
    package var indexTime = Duration.milliseconds(30)
    /// Replies of calls with an idempotency key are kept this long.
    package var idempotencyLifetime = Duration.seconds(24 * 3600)
    /// Least time between two raises of a collection's soft generation.
    package var softGenerationInterval = Duration.seconds(1)

    package init(directory: String) { self.directory = directory }
}
