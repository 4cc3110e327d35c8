/// Buckets of a histogram: each power of two is cut into equal parts.
///
/// Values below `2^partBits` have a bucket each; above, a bucket is at most `2^-partBits` of its
/// value wide, so 10 bits keep three significant digits.
struct LogLinearScale: Hashable, Sendable {
    let partBits: Int

    private var parts: Int { 1 << partBits }

    func index(of value: UInt64) -> Int {
        guard value >= UInt64(parts) else { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount
        let part = Int(value >> UInt64(exponent - partBits)) - parts
        return (exponent - partBits + 1) << partBits + part
    }

    /// The smallest value of the bucket.
    func lowerBound(of index: Int) -> UInt64 {
        let octave = index >> partBits
        guard octave > 0 else { return UInt64(index) }
        return UInt64(parts + index & (parts - 1)) << UInt64(octave - 1)
    }

    /// The largest value of the bucket.
    func upperBound(of index: Int) -> UInt64 {
        let octave = index >> partBits
        guard octave > 1 else { return UInt64(index) }
        return lowerBound(of: index) + (1 << UInt64(octave - 1) - 1)
    }
}
