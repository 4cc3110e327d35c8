internal import CDocketSystem

/// The time of day, which may jump: for what people and other machines read, never for deadlines.
package enum WallClock {
    /// Microseconds since 1970-01-01 00:00 UTC.
    package static func microseconds() -> Int64 { docket_wall_clock_microseconds() }
}
