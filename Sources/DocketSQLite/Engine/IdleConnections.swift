internal import DocketCore

/// Connections that nobody uses just now; of too many the one unused for longest is closed.
struct IdleConnections<Value: Sendable> {
    private struct Entry {
        let value: Value
        let used: UInt64
    }

    private let capacity: Int
    /// The last used of a tenant's is last.
    private var entries: [TenantID: [Entry]] = [:]
    private var count = 0
    private var uses: UInt64 = 0

    init(capacity: Int) { self.capacity = max(1, capacity) }

    mutating func take(_ tenant: TenantID) -> Value? {
        guard let entry = entries[tenant]?.popLast() else { return nil }
        if entries[tenant]?.isEmpty == true { entries[tenant] = nil }
        count -= 1
        return entry.value
    }

    /// Keeps the connection; returns one that is to be closed, beside the lock.
    mutating func put(_ value: Value, _ tenant: TenantID) -> Value? {
        uses += 1
        entries[tenant, default: []].append(Entry(value: value, used: uses))
        count += 1
        guard count > capacity else { return nil }
        let oldest = entries.min { ($0.value.first?.used ?? .max) < ($1.value.first?.used ?? .max) }
        guard let tenant = oldest?.key, let leaving = entries[tenant]?.removeFirst() else {
            return nil
        }
        if entries[tenant]?.isEmpty == true { entries[tenant] = nil }
        count -= 1
        return leaving.value
    }

    /// Takes all of the tenant's out, for the caller to close.
    mutating func removeAll(_ tenant: TenantID) -> [Value] {
        let removed = entries.removeValue(forKey: tenant) ?? []
        count -= removed.count
        return removed.map(\.value)
    }

    /// Takes all out, for the caller to close.
    mutating func removeAll() -> [TenantID: [Value]] {
        defer {
            entries = [:]
            count = 0
        }
        return entries.mapValues { $0.map(\.value) }
    }
}
