internal import DocketSystem

/// The 128 bits by which a key is found.
struct KeyDigest: Hashable, Sendable {
    let low: UInt64
    let high: UInt64

    /// Parts that a cache has.
    static let shards = 16
    /// The part that the key is in, from 0.
    var shard: Int { Int(high >> 60) }
}

extension KeyedHash {
    /// The digest of a request in its scope.
    func digest(_ scope: CacheScope, _ bytes: RawSpan) -> KeyDigest {
        let (low, high) = digest(scope.words, bytes)
        return KeyDigest(low: low, high: high)
    }
}
