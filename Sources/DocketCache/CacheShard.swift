internal import DocketSystem
internal import Synchronization

/// A part of the cache's keys under a lock of its own, where lookups find them.
///
/// It notes which replies were found, for the policy to hear of it later; what is stored and taken
/// out is changed only by who holds the lock of the policy.
final class CacheShard: Sendable {
    typealias Ticket = CachePolicy.Ticket

    struct Counts: Sendable {
        var hits = 0
        var stale = 0
        var misses = 0
        var keys = 0
    }

    /// A class, so that a lookup retains one object instead of all it refers to.
    final class Node: Sendable {
        let digest: KeyDigest
        let scope: CacheScope
        let key: [UInt8]
        let reply: CachedReply
        /// The policy's name for the reply.
        let ticket: Ticket

        init(
            digest: KeyDigest,
            scope: CacheScope,
            key: [UInt8],
            reply: CachedReply,
            ticket: Ticket
        ) {
            self.digest = digest
            self.scope = scope
            self.key = key
            self.reply = reply
            self.ticket = ticket
        }
    }

    /// What a lookup leaves to be done outside the lock.
    enum FollowUp: Sendable {
        case none
        /// So many uses were noted that the policy should hear of them.
        case tellUses
        /// The reply must not be shown any more.
        case remove(Ticket)
    }

    /// A reply that was found, so many times in a row.
    struct Use: Sendable {
        /// More of a row say no more: no reply is taken to be more popular.
        static let timesMaximum = FrequencySketch.frequencyMaximum

        let ticket: Ticket
        fileprivate(set) var times = 1
    }

    private struct State {
        var table = DigestTable()
        var nodes: [Node?] = []
        var freeSlots: [Int32] = []
        var uses: [Use] = []
        var counts = Counts()

        /// Notes that a reply was found; says whether the policy should hear of it.
        mutating func note(_ ticket: Ticket) -> Bool {
            let last = uses.count - 1
            if last >= 0, uses[last].ticket == ticket {
                if uses[last].times < Use.timesMaximum { uses[last].times += 1 }
                return false
            }
            if uses.count < usesMaximum { uses.append(Use(ticket: ticket)) }
            return uses.count == usesMaximum
        }
    }

    /// Uses that are noted; those beyond it count for nothing.
    static let usesMaximum = 64

    private let state: Mutex<State>

    init() {
        var state = State()
        state.uses.reserveCapacity(Self.usesMaximum)
        self.state = Mutex(state)
    }

    /// What is known under the key, and what is left to be done.
    func lookup(
        _ digest: KeyDigest,
        _ scope: CacheScope,
        _ bytes: RawSpan,
        confirmedSince: UInt64
    ) -> (CacheLookup, FollowUp) {
        state.withLock { state in
            guard let slot = state.table.slot(of: digest), let node = state.nodes[slot],
                node.scope == scope, bytes.hasSameBytes(as: node.key)
            else {
                state.counts.misses += 1
                return (.miss, .none)
            }
            let found = node.reply.standing(confirmedSince: confirmedSince)
            switch found {
            case .miss:
                state.counts.misses += 1
                return (.miss, .remove(node.ticket))
            case .fresh: state.counts.hits += 1
            case .outdated, .unconfirmed, .overtaken: state.counts.stale += 1
            }
            return (found, state.note(node.ticket) ? .tellUses : .none)
        }
    }

    /// Exchanges the uses noted for `empty`, which has room for as many.
    func takeUses(for empty: inout [Use]) {
        state.withLock { state in
            guard !state.uses.isEmpty else { return }
            swap(&state.uses, &empty)
        }
    }

    /// The ticket of the reply that this key leads to, whatever it is worth.
    func ticket(under digest: KeyDigest) -> Ticket? {
        state.withLock { state in
            state.table.slot(of: digest).flatMap { state.nodes[$0]?.ticket }
        }
    }

    /// The reply that this key leads to, whatever it is worth; nobody is counted as its user.
    func reply(under digest: KeyDigest) -> CachedReply? {
        state.withLock { state in
            state.table.slot(of: digest).flatMap { state.nodes[$0]?.reply }
        }
    }

    /// Stores a key that is not there.
    func insert(_ node: Node) {
        state.withLock { state in
            let slot = state.freeSlots.popLast().map { Int($0) } ?? state.nodes.count
            if slot == state.nodes.count {
                state.nodes.append(node)
            } else {
                state.nodes[slot] = node
            }
            state.table.insert(node.digest, slot: slot)
        }
    }

    /// Takes out a key, if it is there.
    func remove(_ digest: KeyDigest) {
        state.withLock { state in
            guard let slot = state.table.slot(of: digest) else { return }
            state.nodes[slot] = nil
            state.freeSlots.append(Int32(slot))
            state.table.remove(digest)
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
