internal import DocketSystem
internal import Synchronization

/// A part of the cache under a lock of its own.
final class CacheShard: Sendable {
    /// What was taken out and is to be given back to the shares, outside the lock.
    struct Removed: Sendable {
        let tenant: UInt64
        let keyWeight: Int
        let reply: CachedReply
    }

    struct Counts: Sendable {
        var hits = 0
        var stale = 0
        var misses = 0
        var evicted = 0
        var keys = 0
    }

    /// A class, so that a lookup retains one object instead of all it refers to.
    private final class Node: Sendable {
        let digest: KeyDigest
        let scope: CacheScope
        let key: [UInt8]
        let reply: CachedReply

        init(digest: KeyDigest, scope: CacheScope, key: [UInt8], reply: CachedReply) {
            self.digest = digest
            self.scope = scope
            self.key = key
            self.reply = reply
        }

        var removed: Removed {
            Removed(tenant: scope.tenant, keyWeight: ReplyCache.keyWeight(key.count), reply: reply)
        }
    }

    private struct State {
        var table = DigestTable()
        var nodes: [Node?] = []
        var freeSlots: [Int32] = []
        var policy = EvictionPolicy()
        var counts = Counts()

        mutating func insert(_ node: Node) {
            let slot = freeSlots.popLast().map { Int($0) } ?? nodes.count
            if slot == nodes.count { nodes.append(node) } else { nodes[slot] = node }
            table.insert(node.digest, slot: slot)
            policy.inserted(slot, tenant: node.scope.tenant)
        }

        mutating func remove(_ slot: Int) -> Removed? {
            guard let node = nodes[slot] else { return nil }
            nodes[slot] = nil
            freeSlots.append(Int32(slot))
            table.remove(node.digest)
            policy.removed(slot, tenant: node.scope.tenant)
            return node.removed
        }
    }

    private let state = Mutex(State())

    /// What is known under the key, and a reply that was taken out because it must not be shown.
    func lookup(
        _ digest: KeyDigest,
        _ scope: CacheScope,
        _ bytes: RawSpan,
        confirmedSince: UInt64
    ) -> (CacheLookup, Removed?) {
        state.withLock { state in
            guard let slot = state.table.slot(of: digest), let node = state.nodes[slot],
                node.scope == scope, bytes.hasSameBytes(as: node.key)
            else {
                state.counts.misses += 1
                return (.miss, nil)
            }
            let found = node.reply.standing(confirmedSince: confirmedSince)
            switch found {
            case .miss:
                state.counts.misses += 1
                return (.miss, state.remove(slot))
            case .fresh: state.counts.hits += 1
            case .outdated, .unconfirmed, .overtaken: state.counts.stale += 1
            }
            state.policy.used(slot)
            return (found, nil)
        }
    }

    /// Stores a reply whose weight was charged; gives back what was there.
    func insert(
        _ digest: KeyDigest,
        _ scope: CacheScope,
        _ key: [UInt8],
        _ reply: CachedReply
    ) -> Removed? {
        state.withLock { state in
            let old = state.table.slot(of: digest).flatMap { state.remove($0) }
            state.insert(Node(digest: digest, scope: scope, key: key, reply: reply))
            return old
        }
    }

    /// Takes out what was not used for the longest time, of one tenant or of all.
    func evict(of tenant: UInt64?) -> Removed? {
        state.withLock { state in
            guard let slot = state.policy.victim(of: tenant) else { return nil }
            state.counts.evicted += 1
            return state.remove(slot)
        }
    }

    /// Takes out at most `maximum` keys of a tenant.
    func remove(tenant: UInt64, maximum: Int) -> [Removed] {
        state.withLock { state in
            var removed: [Removed] = []
            while removed.count < maximum, let slot = state.policy.victim(of: tenant),
                let one = state.remove(slot)
            {
                removed.append(one)
            }
            return removed
        }
    }

    var counts: Counts {
        state.withLock { state in
            var counts = state.counts
            counts.keys = state.table.count
            return counts
        }
    }
}
