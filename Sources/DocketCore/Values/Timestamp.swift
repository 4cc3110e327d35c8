internal import DocketSystem

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
            scanner.take("-"), let day = scanner.digits(2), year >= 1
        else { return nil }
        var time = CalendarTime(year: year, month: month, day: day)
        if scanner.isAtEnd { return time.isValid ? time.microseconds : nil }
        guard scanner.take("T") || scanner.take("t") || scanner.take(" "),
            let hour = scanner.digits(2), scanner.take(":"), let minute = scanner.digits(2),
            scanner.take(":"), let second = scanner.digits(2)
        else { return nil }
        (time.hour, time.minute, time.second) = (hour, minute, second)
        guard let fraction = scanner.fraction(), let offset = scanner.offset(), scanner.isAtEnd,
            time.isValid
        else { return nil }
        return time.microseconds - offset * 1_000_000 + fraction
    }

    /// The instant as `2026-01-31T10:00:00Z`, with six digits of a second where they are not zero.
    public static func text(microseconds: Int64) -> String {
        let time = CalendarTime(microseconds: microseconds)
        return time.text + (time.microsecond == 0 ? "" : "." + time.fraction) + "Z"
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

    mutating func digits(_ count: Int) -> Int? {
        guard place + count <= bytes.count else { return nil }
        var number = 0
        for byte in bytes[place..<place + count] {
            guard byte >= 48, byte <= 57 else { return nil }
            number = number * 10 + Int(byte - 48)
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
            if count < 6 { number = number * 10 + Int64(digit) }
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
        return Int64((hours * 3600 + minutes * 60) * (isWest ? -1 : 1))
    }
}
