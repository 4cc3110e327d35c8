internal import Synchronization

/// What each of the open connections may keep of the pages that they read.
final class PageCacheShares: Sendable {
    /// The least pages of a connection, in KiB.
    private static let least = 256

    private let bytes: Int
    private let open = Atomic<Int>(0)

    init(bytes: Int) { self.bytes = bytes }

    func opened() { open.add(1, ordering: .relaxed) }

    func closed() { open.subtract(1, ordering: .relaxed) }

    /// Gives the connection its part, whenever that has changed: by powers of two, so seldom.
    func apply(to connection: ConnectionHandle) throws(SQLiteError) {
        var sharers = 1
        while sharers < open.load(ordering: .relaxed) { sharers *= 2 }
        try connection.limitCache(toKibibytes: max(Self.least, bytes / 1024 / sharers))
    }
}
