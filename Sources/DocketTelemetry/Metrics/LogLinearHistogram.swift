/// How often which values were seen, to a fixed number of significant digits, in bounded memory.
///
/// Values are whole numbers of any unit, for the most part nanoseconds. With the default precision
/// a percentile is at most 0.1 % above the value that was recorded, and the whole range of an hour
/// takes 270 KB; memory grows with the largest value seen.
package struct LogLinearHistogram: Sendable, Equatable {
    private let scale: LogLinearScale
    private var counts: [UInt64] = []

    /// Values recorded.
    package private(set) var count: UInt64 = 0
    /// The sum of all values; stays at its maximum once it is reached.
    package private(set) var sum: UInt64 = 0
    /// The smallest value; 0 when there is none.
    package private(set) var minimum: UInt64 = 0
    /// The largest value; 0 when there is none.
    package private(set) var maximum: UInt64 = 0

    /// - Parameter precisionBits: A bucket is at most `2^-precisionBits` of its value; 1 to 12.
    package init(precisionBits: Int = 10) {
        scale = LogLinearScale(partBits: min(max(precisionBits, 1), 12))
    }

    package mutating func record(_ value: UInt64) { record(value, count: 1) }

    /// Records a duration in nanoseconds; negative ones count as zero.
    package mutating func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return record(0) }
        let (scaled, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        record(overflow ? .max : scaled.addingClamped(UInt64(attoseconds / 1_000_000_000)))
    }

    package mutating func record(_ value: UInt64, count more: UInt64) {
        guard more > 0 else { return }
        let index = scale.index(of: value)
        if index >= counts.count {
            counts.append(contentsOf: repeatElement(0, count: index + 1 - counts.count))
        }
        counts[index] += more
        minimum = count == 0 ? value : min(minimum, value)
        maximum = max(maximum, value)
        count += more
        let (product, overflow) = value.multipliedReportingOverflow(by: more)
        sum = sum.addingClamped(overflow ? .max : product)
    }

    /// Adds everything that `other` has recorded; both have the same precision.
    package mutating func merge(_ other: LogLinearHistogram) {
        precondition(scale == other.scale, "histograms of one precision merge")
        guard other.count > 0 else { return }
        minimum = count == 0 ? other.minimum : min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        if other.counts.count > counts.count {
            counts.append(contentsOf: repeatElement(0, count: other.counts.count - counts.count))
        }
        for (index, more) in other.counts.enumerated() { counts[index] += more }
        count += other.count
        sum = sum.addingClamped(other.sum)
    }

    package var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

    /// The value that `percent` of all values, 0 to 100, do not exceed; 0 when there is none.
    ///
    /// It is rounded up to the end of its bucket, but never above the largest value.
    package func percentile(_ percent: Double) -> UInt64 {
        guard count > 0 else { return 0 }
        guard percent > 0 else { return minimum }
        let rank = max(1, UInt64((min(percent, 100) / 100 * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for (index, more) in counts.enumerated() {
            seen += more
            if seen >= rank { return min(scale.upperBound(of: index), maximum) }
        }
        return maximum
    }

    /// How many values are above `value`'s bucket.
    package func countAbove(_ value: UInt64) -> UInt64 {
        let index = scale.index(of: value)
        return counts.dropFirst(index + 1).reduce(0, +)
    }
}

extension UInt64 {
    /// The sum, or the largest number.
    func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
