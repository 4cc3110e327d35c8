internal import DocketSystem
internal import Synchronization

/// Encoded replies by the bytes of their requests: the cache in a server's own memory.
///
/// A lookup hashes the key, takes the lock of one shard of 16 and allocates nothing. The bytes that
/// are accounted never pass the limit. A tenant may use all that is free, but once the cache is
/// full, only its share: a tenant above it is evicted first.
package final class ReplyCache: Sendable {
    package struct Configuration: Sendable {
        /// Bytes of keys, replies and their overhead; 0 switches the cache off.
        package var limitBytes = 64 << 20
        /// A tenant's part of a full cache, in percent.
        package var tenantSharePercent = 25
        /// How long after an answer of the truth the generations count as confirmed.
        package var confirmationNanoseconds: UInt64 = 1_000_000_000

        package init() {}
    }

    package struct Statistics: Sendable, Equatable {
        /// Fresh replies given.
        package var hits = 0
        /// Replies found that were outdated, unconfirmed or overtaken.
        package var stale = 0
        package var misses = 0
        package var evicted = 0
        package var keys = 0
        package var bytes = 0
    }

    /// Longest request that is cached: 4 KiB.
    package static let keyMaximum = 4096
    /// Heaviest reply that is cached; and never more than 1 % of the limit.
    package static let entryMaximum = 256 << 10
    private static let shardBits: UInt64 = 4
    /// Keys of a tenant that are removed while one lock is held.
    private static let removalBatch = 256
    /// Keys evicted to make room for one reply; a reply that needs more is not stored.
    private static let evictionsMaximum = 512

    private let hasher = KeyedHash.random()
    private let shards: [CacheShard]
    private let shares: Mutex<TenantShares>
    private let entryLimit: Int
    private let confirmation: UInt64

    package init(_ configuration: Configuration = Configuration()) {
        shards = (0..<1 << Self.shardBits).map { _ in CacheShard() }
        shares = Mutex(
            TenantShares(
                limit: configuration.limitBytes,
                sharePercent: configuration.tenantSharePercent
            )
        )
        entryLimit = min(configuration.limitBytes / 100, Self.entryMaximum)
        confirmation = configuration.confirmationNanoseconds
    }

    /// What is known of the request `bytes` in `scope`; `now` is in monotonic nanoseconds.
    package func lookup(_ scope: CacheScope, _ bytes: RawSpan, now: UInt64) -> CacheLookup {
        guard bytes.byteCount <= Self.keyMaximum else { return .miss }
        let digest = hasher.digest(scope, bytes)
        let (found, removed) = shard(of: digest).lookup(
            digest,
            scope,
            bytes,
            confirmedSince: confirmedSince(now)
        )
        if let removed { release(removed) }
        return found
    }

    /// What a reply that is not stored here is worth, by the same rules; `now` as for a lookup.
    package func standing(of reply: CachedReply, now: UInt64) -> CacheLookup {
        reply.standing(confirmedSince: confirmedSince(now))
    }

    private func confirmedSince(_ now: UInt64) -> UInt64 { now - min(now, confirmation) }

    /// Stores a reply under a key; under its second key as well, by a second call.
    ///
    /// Returns false when it was not stored: it is too heavy, there is no room for this tenant, or
    /// the hard generation or the schema have changed since the reply's query began.
    @discardableResult
    package func store(_ scope: CacheScope, _ key: [UInt8], _ reply: CachedReply) -> Bool {
        let keyWeight = Self.keyWeight(key.count)
        let weight = keyWeight + reply.weight
        guard key.count <= Self.keyMaximum, weight <= entryLimit, reply.state.holds(reply.mark)
        else { return false }
        let digest = hasher.digest(scope, key.rawSpan)
        guard makeRoom(for: scope.tenant, weight, from: shardIndex(of: digest)) else {
            return false
        }
        // The reply is charged with its first key; here it was charged once more.
        if reply.holders.add(1, ordering: .acquiringAndReleasing).oldValue > 0 {
            shares.withLock { $0.release(scope.tenant, reply.weight) }
        }
        if let old = shard(of: digest).insert(digest, scope, key, reply) { release(old) }
        return true
    }

    /// Takes out everything of a tenant.
    package func removeAll(of tenant: UInt64) {
        for shard in shards {
            while true {
                let removed = shard.remove(tenant: tenant, maximum: Self.removalBatch)
                for one in removed { release(one) }
                if removed.count < Self.removalBatch { break }
            }
        }
    }

    package var statistics: Statistics {
        var sum = Statistics()
        for shard in shards {
            let counts = shard.counts
            sum.hits += counts.hits
            sum.stale += counts.stale
            sum.misses += counts.misses
            sum.evicted += counts.evicted
            sum.keys += counts.keys
        }
        sum.bytes = shares.withLock { $0.bytes }
        return sum
    }

    /// Bytes that a tenant uses.
    package func bytes(of tenant: UInt64) -> Int { shares.withLock { $0.bytes(of: tenant) } }

    /// What a key costs: its bytes, its node, its places in table and lists.
    static func keyWeight(_ byteCount: Int) -> Int { byteCount + 256 }

    private func shardIndex(of digest: KeyDigest) -> Int {
        Int(digest.high >> (64 - Self.shardBits))
    }

    private func shard(of digest: KeyDigest) -> CacheShard { shards[shardIndex(of: digest)] }

    /// Charges the tenant with `weight`, and evicts what must give way to it.
    private func makeRoom(for tenant: UInt64, _ weight: Int, from shard: Int) -> Bool {
        for _ in 0..<Self.evictionsMaximum {
            guard case .full(let victim) = shares.withLock({ $0.charge(tenant, weight) }) else {
                return true
            }
            guard evict(of: victim, from: shard) else { return false }
        }
        return false
    }

    /// Evicts one key, looking first in the shard that the new key goes to.
    private func evict(of tenant: UInt64?, from first: Int) -> Bool {
        for offset in shards.indices {
            let shard = shards[(first + offset) % shards.count]
            guard let removed = shard.evict(of: tenant) else { continue }
            release(removed)
            return true
        }
        return false
    }

    private func release(_ removed: CacheShard.Removed) {
        let holders = removed.reply.holders.subtract(1, ordering: .acquiringAndReleasing).newValue
        let weight = removed.keyWeight + (holders == 0 ? removed.reply.weight : 0)
        shares.withLock { $0.release(removed.tenant, weight) }
    }
}
