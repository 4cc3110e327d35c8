/// Finds slots by digest: open addressing with linear probing, no tombstones.
///
/// Digests are of a keyed hash, so their bits are used as they are.
struct DigestTable: Sendable {
    private struct Bucket {
        var digest = KeyDigest(low: 0, high: 0)
        /// -1 for none.
        var slot: Int32 = -1
    }

    private var buckets = [Bucket](repeating: Bucket(), count: 16)
    private(set) var count = 0

    func slot(of digest: KeyDigest) -> Int? {
        let slot = buckets[position(of: digest)].slot
        return slot < 0 ? nil : Int(slot)
    }

    /// Puts a digest that is not there yet.
    mutating func insert(_ digest: KeyDigest, slot: Int) {
        if 4 * (count + 1) > 3 * buckets.count { grow() }
        buckets[position(of: digest)] = Bucket(digest: digest, slot: Int32(slot))
        count += 1
    }

    mutating func remove(_ digest: KeyDigest) {
        var hole = position(of: digest)
        guard buckets[hole].slot >= 0 else { return }
        count -= 1
        // Moves up what was displaced, so that every run stays without a gap.
        var next = (hole + 1) & mask
        while buckets[next].slot >= 0 {
            let distance = (next - home(of: buckets[next].digest)) & mask
            if distance >= (next - hole) & mask {
                buckets[hole] = buckets[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        buckets[hole].slot = -1
    }

    private var mask: Int { buckets.count - 1 }

    private func home(of digest: KeyDigest) -> Int {
        Int(truncatingIfNeeded: digest.low) & mask
    }

    /// The bucket of the digest, or the empty one where it would be.
    private func position(of digest: KeyDigest) -> Int {
        var position = home(of: digest)
        while buckets[position].slot >= 0, buckets[position].digest != digest {
            position = (position + 1) & mask
        }
        return position
    }

    private mutating func grow() {
        let old = buckets
        buckets = [Bucket](repeating: Bucket(), count: 2 * old.count)
        for bucket in old where bucket.slot >= 0 { buckets[position(of: bucket.digest)] = bucket }
    }
}
