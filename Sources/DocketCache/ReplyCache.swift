internal import DocketSystem
internal import Synchronization

/// Encoded replies by the bytes of their requests: the cache in a server's own memory.
///
/// A lookup hashes the key, takes the lock of one shard of 16 and allocates nothing. What is kept
/// is for ``CachePolicy`` to say, which has a lock of its own: stores take it, and of the lookups
/// one in 64, if nobody else holds it. The bytes that are accounted never pass the limit.
///
/// Locks are taken in one order: that of the policy, then that of a shard.
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
        /// Replies that gave way to others.
        package var evicted = 0
        package var keys = 0
        package var bytes = 0
    }

    /// Longest request that is cached: 4 KiB.
    package static let keyMaximum = 4096
    /// Heaviest reply that is cached; and never more than 1 % of the limit.
    package static let entryMaximum = 256 << 10
    /// Replies of a tenant that are removed while the lock is held.
    private static let removalBatch = 256

    private let hasher = KeyedHash.random()
    private let shards: [CacheShard]
    private let contents: Mutex<CacheContents>
    private let entryLimit: Int
    private let confirmation: UInt64

    package init(_ configuration: Configuration = Configuration()) {
        shards = (0..<KeyDigest.shards).map { _ in CacheShard() }
        contents = Mutex(
            CacheContents(
                shards: shards,
                policy: CachePolicy(
                    limit: configuration.limitBytes,
                    sharePercent: configuration.tenantSharePercent
                )
            )
        )
        entryLimit = min(configuration.limitBytes / 100, Self.entryMaximum)
        confirmation = configuration.confirmationNanoseconds
    }

    /// What is known of the request `bytes` in `scope`; `now` is in monotonic nanoseconds.
    package func lookup(_ scope: CacheScope, _ bytes: RawSpan, now: UInt64) -> CacheLookup {
        guard bytes.byteCount <= Self.keyMaximum else { return .miss }
        let digest = hasher.digest(scope, bytes)
        let shard = shards[digest.shard]
        let (found, followUp) = shard.lookup(
            digest,
            scope,
            bytes,
            confirmedSince: confirmedSince(now)
        )
        switch followUp {
        case .none: break
        case .tellUses: _ = contents.withLockIfAvailable { $0.hearUses(of: shard) }
        case .remove(let ticket): contents.withLock { $0.remove(ticket) }
        }
        return found
    }

    /// What a reply that is not stored here is worth, by the same rules; `now` as for a lookup.
    package func standing(of reply: CachedReply, now: UInt64) -> CacheLookup {
        reply.standing(confirmedSince: confirmedSince(now))
    }

    private func confirmedSince(_ now: UInt64) -> UInt64 { now - min(now, confirmation) }

    /// Stores a reply under a key; under its second key as well, by a second call.
    ///
    /// Where documents were removed since its query began it is stored as well: it is given to
    /// nobody as it is, and is all that there may be when the engine is away.
    ///
    /// Returns false when it was not stored: it is too heavy, those that would go for it are worth
    /// more, the schema has changed since the reply's query began, or one is there that knows of
    /// more removals.
    @discardableResult
    package func store(_ scope: CacheScope, _ key: [UInt8], _ reply: CachedReply) -> Bool {
        let weight = CacheContents.keyWeight(key.count) + reply.weight
        guard key.count <= Self.keyMaximum, weight <= entryLimit,
            reply.state.holdsButForRemovals(reply.mark)
        else { return false }
        let digest = hasher.digest(scope, key.rawSpan)
        return contents.withLock { $0.store(digest, scope, key, reply) }
    }

    /// Takes out everything of a tenant.
    package func removeAll(of tenant: UInt64) {
        while contents.withLock({ $0.remove(of: tenant, maximum: Self.removalBatch) }) {}
    }

    package var statistics: Statistics {
        var sum = Statistics()
        for shard in shards {
            let counts = shard.counts
            sum.hits += counts.hits
            sum.stale += counts.stale
            sum.misses += counts.misses
            sum.keys += counts.keys
        }
        contents.withLock { contents in
            sum.evicted = contents.evictedCount
            sum.bytes = contents.bytes
        }
        return sum
    }

    /// Bytes that a tenant uses.
    package func bytes(of tenant: UInt64) -> Int { contents.withLock { $0.bytes(of: tenant) } }
}
