internal import Glibc

/// The system's clocks.
enum ClockHandle {
    /// The time of day in microseconds since 1970.
    static func microseconds() -> Int64 {
        var now = timespec()
        // Cannot fail for this clock.
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }
}
