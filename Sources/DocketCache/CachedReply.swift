internal import Synchronization

/// One encoded reply, with what decides how long it may be given.
package final class CachedReply: Sendable {
    /// The body as it goes to the wire, before compression.
    package let body: [UInt8]
    /// Microseconds since 1970 that the body is known to hold for.
    package let asOfMicroseconds: Int64
    /// Totals or facets of the reply are bounds.
    package let isApproximate: Bool
    package let source: Source
    /// How long it took to make this server have it.
    package let costMicroseconds: Int
    package let mark: FillMark
    package let state: CollectionState
    /// From 0 up to 1: tells replies of one moment apart, so that not all are renewed at once.
    package let spread = Double.random(in: 0..<1)
    /// The word of the ticket that the policy of a cache gave it last, 0 for none.
    let ticket = Atomic<UInt64>(0)

    /// Who made this server have it.
    package enum Source: Sendable {
        case engine
        /// The cache that servers share.
        case shared
    }

    /// A reply whose query began after `state` gave `mark`.
    package init(
        body: [UInt8],
        asOfMicroseconds: Int64,
        isApproximate: Bool,
        source: Source = .engine,
        costMicroseconds: Int = 0,
        mark: FillMark,
        state: CollectionState
    ) {
        self.body = body
        self.asOfMicroseconds = asOfMicroseconds
        self.isApproximate = isApproximate
        self.source = source
        self.costMicroseconds = costMicroseconds
        self.mark = mark
        self.state = state
    }

    /// What the reply is worth now, if generations count that were confirmed since then.
    func standing(confirmedSince: UInt64) -> CacheLookup {
        guard state.holds(mark) else {
            return state.holdsButForRemovals(mark) ? .overtaken(self) : .miss
        }
        guard state.isConfirmed(since: confirmedSince) else { return .unconfirmed(self) }
        return state.isNewest(mark) ? .fresh(self) : .outdated(self)
    }

    /// Whether something newer may be seen than it shows.
    package var isOutdated: Bool { !state.isNewest(mark) }

    /// What the reply itself costs the cache, keys apart.
    var weight: Int { body.count + 512 }

    /// What a request that finds it saves, for the policy: 1 up to 128 µs, one more for each
    /// doubling, up to 16 from 2 s.
    ///
    /// Not in proportion to the time: of two searches that were each made once, the slower is not
    /// as much more likely to come again as it is slower.
    var benefit: Int {
        let units = min(max(costMicroseconds, 0) >> 7, 1 << 14)
        return units < 1 ? 1 : Int.bitWidth - units.leadingZeroBitCount + 1
    }
}

/// What the cache knows of a request.
package enum CacheLookup: Sendable {
    /// As new as the last soft generation known.
    case fresh(CachedReply)
    /// Something new may be seen since; for callers whose freshness allows it.
    case outdated(CachedReply)
    /// Nobody has confirmed the generations for too long: only as a degraded answer.
    case unconfirmed(CachedReply)
    /// Documents were removed since, which it may show: only as a degraded answer, once the truth
    /// was asked for each of its hits.
    case overtaken(CachedReply)
    case miss
}
