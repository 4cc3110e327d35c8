internal import DocketCore

/// The open files of one thread: the least recently used is closed for a new one.
struct OpenTenants<Value> {
    private struct Entry {
        let value: Value
        let connection: ConnectionHandle
        var lastUse: UInt64
    }

    /// The least pages of a connection, in KiB.
    private static var leastCache: Int { 256 }

    private let capacity: Int
    /// Bytes of pages that all of them keep together.
    private let cacheBytes: Int
    private var entries: [TenantID: Entry] = [:]
    private var uses: UInt64 = 0
    /// Each connection's part of the cache, in KiB; a power of two, so that it changes seldom.
    private var part = 0

    init(capacity: Int, cacheBytes: Int) {
        self.capacity = capacity
        self.cacheBytes = cacheBytes
    }

    mutating func value(_ tenant: TenantID) -> Value? {
        uses += 1
        entries[tenant]?.lastUse = uses
        return entries[tenant]?.value
    }

    mutating func insert(
        _ value: Value,
        _ tenant: TenantID,
        _ connection: ConnectionHandle
    ) throws(SQLiteError) {
        if entries.count >= capacity,
            let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            entries[oldest.key] = nil
        }
        uses += 1
        entries[tenant] = Entry(value: value, connection: connection, lastUse: uses)
        try divideCache(newest: connection)
    }

    private mutating func divideCache(newest: ConnectionHandle) throws(SQLiteError) {
        var sharers = 1
        while sharers < entries.count { sharers *= 2 }
        let part = max(Self.leastCache, cacheBytes / 1024 / sharers)
        if part == self.part { return try newest.limitCache(toKibibytes: part) }
        self.part = part
        for entry in entries.values { try entry.connection.limitCache(toKibibytes: part) }
    }

    mutating func remove(_ tenant: TenantID) { entries[tenant] = nil }

    mutating func removeAll() { entries.removeAll() }
}

extension ConnectionHandle {
    fileprivate func limitCache(toKibibytes kibibytes: Int) throws(SQLiteError) {
        try execute("PRAGMA cache_size = -\(kibibytes)")
    }
}
