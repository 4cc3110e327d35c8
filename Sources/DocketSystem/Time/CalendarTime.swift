internal import Glibc

/// A date and a time of day in UTC, by the proleptic Gregorian calendar.
package struct CalendarTime: Hashable, Sendable {
    package var year: Int
    /// 1 to 12.
    package var month: Int
    /// 1 to 31.
    package var day: Int
    package var hour = 0
    package var minute = 0
    package var second = 0
    package var microsecond = 0

    /// Midnight of a date; see ``isValid``.
    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The time that is `microseconds` after the beginning of 1970.
    package init(microseconds: Int64) {
        let (whole, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        // Microseconds count upwards in the years before 1970, too.
        var seconds = time_t(rest < 0 ? whole - 1 : whole)
        var parts = unsafe tm()
        // Cannot fail: the years of 64-bit microseconds fit into an `int`.
        unsafe gmtime_r(&seconds, &parts)
        year = unsafe Int(parts.tm_year) + 1900
        month = unsafe Int(parts.tm_mon) + 1
        day = unsafe Int(parts.tm_mday)
        hour = unsafe Int(parts.tm_hour)
        minute = unsafe Int(parts.tm_min)
        second = unsafe Int(parts.tm_sec)
        microsecond = Int(rest < 0 ? rest + 1_000_000 : rest)
    }

    /// Microseconds since 1970; a day after the end of its month counts into the next month.
    ///
    /// For years of at most four digits.
    package var microseconds: Int64 {
        var parts = unsafe tm()
        unsafe parts.tm_year = Int32(year - 1900)
        unsafe parts.tm_mon = Int32(month - 1)
        unsafe parts.tm_mday = Int32(day)
        unsafe parts.tm_hour = Int32(hour)
        unsafe parts.tm_min = Int32(minute)
        unsafe parts.tm_sec = Int32(second)
        return Int64(unsafe timegm(&parts)) * 1_000_000 + Int64(microsecond)
    }

    /// Whether there is such a date and time; leap seconds are not counted.
    package var isValid: Bool { CalendarTime(microseconds: microseconds) == self }

    /// `2026-01-31T10:00:00`, without fraction and zone; years 0 to 9999.
    package var text: String {
        "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))"
            + "T\(hour.padded(2)):\(minute.padded(2)):\(second.padded(2))"
    }

    /// The microseconds of the second, six digits.
    package var fraction: String { microsecond.padded(6) }
}

extension Int {
    fileprivate func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
    }
}
