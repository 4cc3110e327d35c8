internal import CDocketSystem

/// A point on the clock that never goes back: nanoseconds since an arbitrary start (usually boot).
///
/// All deadlines and durations of the process are measured on it. Arithmetic saturates, so that a
/// deadline "in 10,000 years" is simply far away.
package struct MonotonicTime: Comparable, Hashable, Sendable {
    package let nanoseconds: UInt64

    @inlinable package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// Later than every other time: the deadline of what has none.
    package static let distantFuture = MonotonicTime(nanoseconds: .max)

    package static func now() -> MonotonicTime {
        MonotonicTime(nanoseconds: docket_monotonic_nanoseconds())
    }

    @inlinable package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    package static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
        let delta = duration.wholeNanoseconds
        let (sum, overflow) =
            delta < 0
            ? time.nanoseconds.subtractingReportingOverflow(delta.magnitude)
            : time.nanoseconds.addingReportingOverflow(delta.magnitude)
        guard overflow else { return MonotonicTime(nanoseconds: sum) }
        return MonotonicTime(nanoseconds: delta < 0 ? 0 : .max)
    }

    /// The time so many milliseconds later; cheaper than the sum with a `Duration`.
    package func after(milliseconds: UInt32) -> MonotonicTime {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(UInt64(milliseconds) * 1_000_000)
        return overflow ? .distantFuture : MonotonicTime(nanoseconds: sum)
    }

    /// Nanoseconds from `earlier` to this time, 0 when it is the later one.
    @inlinable package func nanoseconds(since earlier: MonotonicTime) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    package static func - (time: MonotonicTime, duration: Duration) -> MonotonicTime {
        time + (.zero - duration)
    }

    /// The time from `right` to `left`, negative when `left` is the earlier one.
    package static func - (left: MonotonicTime, right: MonotonicTime) -> Duration {
        left >= right
            ? .nanoseconds(Int64(clamping: left.nanoseconds - right.nanoseconds))
            : .zero - .nanoseconds(Int64(clamping: right.nanoseconds - left.nanoseconds))
    }
}

extension Duration {
    /// This duration in nanoseconds, at most `Int64.max` (292 years) in either direction.
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, overflows) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflows ? (seconds < 0 ? .min : .max) : sum
    }
}
