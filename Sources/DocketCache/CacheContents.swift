internal import Synchronization

/// Which replies are stored under which keys, and the policy that says for how long.
///
/// Whoever holds its lock may change the shards; see ``ReplyCache``.
struct CacheContents: Sendable {
    private struct Stored: Sendable {
        let tenant: UInt64
        let reply: CachedReply
        /// Those that lead to it, at least one, the oldest first.
        var keys: [(digest: KeyDigest, weight: Int)]
    }

    /// Keys of one reply: its canonical form and so many bodies that mean the same.
    private static let keysMaximum = 8

    private let shards: [CacheShard]
    private var policy: CachePolicy
    /// By the slot of the policy.
    private var stored: [Stored?] = []
    private(set) var evictedCount = 0
    // Used again for each event, so that they allocate nothing.
    private var evicted: [Int] = []
    private var uses: [CacheShard.Use] = []

    init(shards: [CacheShard], policy: CachePolicy) {
        self.shards = shards
        self.policy = policy
        uses.reserveCapacity(CacheShard.usesMaximum)
    }

    var bytes: Int { policy.bytes }

    func bytes(of tenant: UInt64) -> Int { policy.bytes(of: tenant) }

    /// What a key costs: its bytes, its node, its place in the table.
    static func keyWeight(_ byteCount: Int) -> Int { byteCount + 256 }

    /// Lets the policy hear which replies were found in a shard.
    mutating func hearUses(of shard: CacheShard) {
        shard.takeUses(for: &uses)
        for use in uses {
            for _ in 0..<use.times { policy.used(use.ticket) }
        }
        uses.removeAll(keepingCapacity: true)
    }

    /// Stores a reply under a key, in the place of what was there; says whether it was kept.
    mutating func store(
        _ digest: KeyDigest,
        _ scope: CacheScope,
        _ key: [UInt8],
        _ reply: CachedReply
    ) -> Bool {
        for shard in shards { hearUses(of: shard) }
        // A search that took long comes after one that knew of more removals: that one stays.
        if let known = shards[digest.shard].reply(under: digest), known.state === reply.state,
            known.mark.hard > reply.mark.hard
        {
            return false
        }
        release(digest)
        let weight = Self.keyWeight(key.count)
        let isSecond = self.isStored(reply, for: scope.tenant)
        let ticket =
            isSecond
            ? addKey(digest, weight, to: reply) : add(reply, scope.tenant, digest, weight)
        takeOutEvicted()
        guard policy.slot(of: ticket) != nil else { return false }
        shards[digest.shard].insert(
            CacheShard.Node(digest: digest, scope: scope, key: key, reply: reply, ticket: ticket)
        )
        return true
    }

    /// Takes out a reply with all its keys, if it is still there.
    mutating func remove(_ ticket: CachePolicy.Ticket) {
        guard let slot = policy.slot(of: ticket) else { return }
        policy.remove(ticket)
        takeOut(slot)
    }

    /// Takes out at most `maximum` replies of a tenant; says whether it may have more.
    mutating func remove(of tenant: UInt64, maximum: Int) -> Bool {
        let hasMore = policy.remove(of: tenant, maximum: maximum, &evicted)
        for slot in evicted { takeOut(slot) }
        evicted.removeAll(keepingCapacity: true)
        return hasMore
    }

    // MARK: Keys

    private func isStored(_ reply: CachedReply, for tenant: UInt64) -> Bool {
        let ticket = CachePolicy.Ticket(word: reply.ticket.load(ordering: .relaxed))
        guard let slot = policy.slot(of: ticket), let known = stored[slot] else { return false }
        return known.reply === reply && known.tenant == tenant
    }

    private mutating func add(
        _ reply: CachedReply,
        _ tenant: UInt64,
        _ digest: KeyDigest,
        _ weight: Int
    ) -> CachePolicy.Ticket {
        let ticket = policy.insert(
            of: tenant,
            hash: digest.low,
            weight: weight + reply.weight,
            benefit: reply.benefit,
            &evicted
        )
        reply.ticket.store(ticket.word, ordering: .relaxed)
        // A slot is used again only after what was in it has been taken out below.
        let slot = Int(ticket.slot)
        if slot >= stored.count {
            stored.append(contentsOf: repeatElement(nil, count: slot + 1 - stored.count))
        }
        stored[slot] = Stored(tenant: tenant, reply: reply, keys: [(digest, weight)])
        return ticket
    }

    private mutating func addKey(
        _ digest: KeyDigest,
        _ weight: Int,
        to reply: CachedReply
    ) -> CachePolicy.Ticket {
        let ticket = CachePolicy.Ticket(word: reply.ticket.load(ordering: .relaxed))
        let slot = Int(ticket.slot)
        var change = weight
        if let keys = stored[slot]?.keys, keys.count == Self.keysMaximum {
            // The first is the canonical form, which all requests of this meaning come to.
            shards[keys[1].digest.shard].remove(keys[1].digest)
            stored[slot]?.keys.remove(at: 1)
            change -= keys[1].weight
        }
        stored[slot]?.keys.append((digest, weight))
        policy.change(ticket, by: change, &evicted)
        return ticket
    }

    /// Takes out what is stored under a key; a reply that has no other key goes with it.
    private mutating func release(_ digest: KeyDigest) {
        guard let ticket = shards[digest.shard].ticket(under: digest),
            let slot = policy.slot(of: ticket), let known = stored[slot],
            let place = known.keys.firstIndex(where: { $0.digest == digest })
        else { return }
        guard known.keys.count > 1 else { return remove(ticket) }
        shards[digest.shard].remove(digest)
        stored[slot]?.keys.remove(at: place)
        policy.change(ticket, by: -known.keys[place].weight, &evicted)
    }

    private mutating func takeOutEvicted() {
        evictedCount += evicted.count
        for slot in evicted { takeOut(slot) }
        evicted.removeAll(keepingCapacity: true)
    }

    private mutating func takeOut(_ slot: Int) {
        for key in stored[slot]?.keys ?? [] { shards[key.digest.shard].remove(key.digest) }
        stored[slot] = nil
    }
}
