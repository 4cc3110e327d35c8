internal import Synchronization

/// A number that only grows; adding is one atomic instruction.
package final class Counter: Sendable {
    private let total = Atomic<UInt64>(0)

    package init() {}

    package func increment() { total.wrappingAdd(1, ordering: .relaxed) }

    /// Adds a number that is not negative.
    package func add(_ amount: Int) {
        total.wrappingAdd(UInt64(clamping: amount), ordering: .relaxed)
    }

    package var value: UInt64 { total.load(ordering: .relaxed) }
}

/// A number that goes up and down.
package final class Gauge: Sendable {
    private let current = Atomic<Int>(0)

    package init() {}

    package func set(_ value: Int) { current.store(value, ordering: .relaxed) }

    package func add(_ amount: Int) { current.wrappingAdd(amount, ordering: .relaxed) }

    package var value: Int { current.load(ordering: .relaxed) }
}

/// How long things took, or how large they were; recording is lock-free.
///
/// Each power of two has its own bucket, which is what Prometheus gets.
package final class Histogram: Sendable {
    /// What the values are.
    package enum Unit: Sendable {
        /// Shown in seconds, from 1 µs to 69 s.
        case nanoseconds
        /// Shown as they are, from 1 to 2^26.
        case count
    }

    private let unit: Unit
    private let buckets = InlineArray<65, Atomic<UInt64>> { _ in Atomic(0) }
    private let total = Atomic<UInt64>(0)

    package init(_ unit: Unit) { self.unit = unit }

    package func record(_ value: UInt64, count: UInt64 = 1) {
        // The bucket of the smallest power of two that is not less.
        let index = value <= 1 ? 0 : 64 - (value - 1).leadingZeroBitCount
        buckets[index].wrappingAdd(count, ordering: .relaxed)
        total.wrappingAdd(value &* count, ordering: .relaxed)
    }

    /// Records a duration in nanoseconds; negative ones count as zero.
    package func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !nanoseconds.overflow else { return record(seconds < 0 ? 0 : UInt64(Int64.max)) }
        record(UInt64(clamping: nanoseconds.partialValue &+ attoseconds / 1_000_000_000))
    }

    package var count: UInt64 {
        buckets.indices.reduce(0) { $0 &+ buckets[$1].load(ordering: .relaxed) }
    }

    package var sum: UInt64 { total.load(ordering: .relaxed) }

    /// What the exposition shows: for each bound how many values are not above it, and all.
    func snapshot() -> (buckets: [(bound: Double, count: UInt64)], count: UInt64, sum: Double) {
        let exponents = unit == .nanoseconds ? 10...36 : 0...26
        let scale = unit == .nanoseconds ? 1e-9 : 1
        var running: UInt64 = 0
        var shown: [(bound: Double, count: UInt64)] = []
        for index in buckets.indices {
            running &+= buckets[index].load(ordering: .relaxed)
            if exponents.contains(index) {
                shown.append((Double(UInt64(1) << UInt64(index)) * scale, running))
            }
        }
        return (shown, running, Double(sum) * scale)
    }
}
