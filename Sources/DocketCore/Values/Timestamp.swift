/// Instants in text, RFC 3339.
public enum Timestamp: Sendable {
    /// Microseconds since 1970 of `2026-01-31`, `2026-01-31T10:00:00Z` or
    /// `...T10:00:00.123456+01:00`.
    ///
    /// Years 0001 to 9999 of the proleptic Gregorian calendar; digits after the sixth of a second
    /// are dropped; a date alone is its midnight in UTC. nil for anything else.
    public static func microseconds(parsing text: String) -> Int64? {
        var scanner = TimestampScanner(text)
        guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2),
            scanner.take("-"), let day = scanner.digits(2), year >= 1, (1...12).contains(month),
            (1...daysInMonth(month, year)).contains(day)
        else { return nil }
        let midnight = daysSince1970(year, month, day) * 86_400
        if scanner.isAtEnd { return midnight * 1_000_000 }
        guard scanner.take("T") || scanner.take("t") || scanner.take(" "),
            let hour = scanner.digits(2), scanner.take(":"), let minute = scanner.digits(2),
            scanner.take(":"), let second = scanner.digits(2), hour < 24, minute < 60, second < 60
        else { return nil }
        guard let fraction = scanner.fraction(), let offset = scanner.offset(), scanner.isAtEnd
        else {
            return nil
        }
        let seconds = midnight + hour * 3600 + minute * 60 + second - offset
        return seconds * 1_000_000 + fraction
    }

    /// The instant as `2026-01-31T10:00:00Z`, with six digits of a second where they are not zero.
    public static func text(microseconds: Int64) -> String {
        let (seconds, fraction) = floorDivide(microseconds, by: 1_000_000)
        let (days, clock) = floorDivide(seconds, by: 86_400)
        let (year, month, day) = civil(daysSince1970: days)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let time =
            "\(padded(clock / 3600, 2)):\(padded(clock / 60 % 60, 2)):\(padded(clock % 60, 2))"
        return date + "T" + time + (fraction == 0 ? "" : "." + padded(fraction, 6)) + "Z"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func floorDivide(_ number: Int64, by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func daysInMonth(_ month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ? 29 : 28
        default: 31
        }
    }

    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = floorDivide(shifted, by: 400)
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The inverse, `civil_from_days` of the same source.
    private static func civil(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64)
    {
        let (era, dayOfEra) = floorDivide(days + 719_468, by: 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

private struct TimestampScanner {
    private static let bytesMaximum = 64

    private let bytes: [UInt8]
    private var place = 0

    init(_ text: String) { bytes = text.utf8.count > Self.bytesMaximum ? [] : Array(text.utf8) }

    var isAtEnd: Bool { place == bytes.count }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard place < bytes.count, bytes[place] == UInt8(ascii: scalar) else { return false }
        place += 1
        return true
    }

    mutating func digits(_ count: Int) -> Int64? {
        guard place + count <= bytes.count else { return nil }
        var number: Int64 = 0
        for byte in bytes[place..<place + count] {
            guard byte >= 48, byte <= 57 else { return nil }
            number = number * 10 + Int64(byte - 48)
        }
        place += count
        return number
    }

    /// Microseconds after a point; 0 without one; nil for a point without digits.
    mutating func fraction() -> Int64? {
        guard take(".") else { return 0 }
        var number: Int64 = 0
        var count = 0
        while let digit = digits(1) {
            if count < 6 { number = number * 10 + digit }
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in min(count, 6)..<6 { number *= 10 }
        return number
    }

    /// Seconds east of UTC.
    mutating func offset() -> Int64? {
        if take("Z") || take("z") { return 0 }
        let isWest: Bool
        if take("-") { isWest = true } else if take("+") { isWest = false } else { return nil }
        guard let hours = digits(2), take(":"), let minutes = digits(2), hours < 24, minutes < 60
        else { return nil }
        return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
    }
}
