internal import Synchronization

/// One encoded reply, with what decides how long it may be given.
package final class CachedReply: Sendable {
    /// The body as it goes to the wire, before compression.
    package let body: [UInt8]
    /// Microseconds since 1970 that the body is known to hold for.
    package let asOfMicroseconds: Int64
    /// Totals or facets of the reply are bounds.
    package let isApproximate: Bool
    let mark: FillMark
    let state: CollectionState
    /// How many keys of the cache lead here.
    let holders = Atomic<Int>(0)

    /// A reply whose query began after `state` gave `mark`.
    package init(
        body: [UInt8],
        asOfMicroseconds: Int64,
        isApproximate: Bool,
        mark: FillMark,
        state: CollectionState
    ) {
        self.body = body
        self.asOfMicroseconds = asOfMicroseconds
        self.isApproximate = isApproximate
        self.mark = mark
        self.state = state
    }

    /// What the reply itself costs the cache, keys apart.
    var weight: Int { body.count + 128 }
}

/// What the cache knows of a request.
package enum CacheLookup: Sendable {
    /// As new as the last soft generation known.
    case fresh(CachedReply)
    /// Something new may be seen since; for callers whose freshness allows it.
    case outdated(CachedReply)
    /// Nobody has confirmed the generations for too long: only as a degraded answer.
    case unconfirmed(CachedReply)
    case miss
}
