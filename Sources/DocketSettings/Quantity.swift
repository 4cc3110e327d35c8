/// Numbers with units, as people write them.
package enum Quantity {
    private static let byteUnits = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    private static let timeUnits: [(String, Duration)] = [
        ("d", .seconds(86_400)), ("h", .seconds(3600)), ("m", .seconds(60)), ("s", .seconds(1)),
        ("ms", .milliseconds(1)), ("us", .microseconds(1)),
    ]

    /// The number of bytes that `text` says: digits, then nothing, B, KiB, MiB, GiB or TiB.
    package static func bytes(_ text: String) -> Int? {
        guard let (number, unit) = split(text) else { return nil }
        guard !unit.isEmpty else { return number }
        guard let size = byteUnits.first(where: { $0.0 == unit })?.1 else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: size)
        return overflow ? nil : bytes
    }

    /// The duration that `text` says: digits, then us, ms, s, m, h or d; at most 1,000 years.
    package static func duration(_ text: String) -> Duration? {
        guard let (number, unit) = split(text),
            let one = timeUnits.first(where: { $0.0 == unit })?.1,
            Double(number) * (one / .seconds(1)) < 3.2e10
        else { return nil }
        return one * number
    }

    /// The shortest whole form, such as `64MiB`.
    package static func bytesText(_ bytes: Int) -> String {
        guard bytes > 0, let unit = byteUnits.first(where: { bytes % $0.1 == 0 }), unit.1 > 1 else {
            return "\(bytes)"
        }
        return "\(bytes / unit.1)\(unit.0)"
    }

    /// The shortest whole form, such as `30s`.
    package static func durationText(_ duration: Duration) -> String {
        guard duration != .zero else { return "0s" }
        for (name, unit) in timeUnits {
            let count = Int((duration / unit).rounded())
            if unit * count == duration { return "\(count)\(name)" }
        }
        return "\(duration)"
    }

    /// What is wrong with a value that was read as `value`.
    static func problem<Value: Comparable>(
        _ value: Value?,
        _ form: String,
        _ range: ClosedRange<Value>,
        _ text: (Value) -> String
    ) -> String? {
        guard let value else { return "is not \(form)" }
        guard range.contains(value) else {
            return "is not between \(text(range.lowerBound)) and \(text(range.upperBound))"
        }
        return nil
    }

    private static func split(_ text: String) -> (Int, String)? {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let number = Int(Substring(digits)) else { return nil }
        return (number, String(text.dropFirst(digits.count)))
    }
}

/// What a URL of a setting must be like.
enum URLCheck {
    static func problem(_ text: String, schemes: [String]) -> String? {
        guard let colon = text.firstRange(of: "://") else { return "is not a URL" }
        let scheme = String(text[..<colon.lowerBound])
        guard schemes.contains(scheme) else {
            return "is not a URL of " + schemes.joined(separator: " or ")
        }
        let authority = text[colon.upperBound...].prefix { !"/?#".contains($0) }
        guard let user = authority.lastIndex(of: "@") else {
            return authority.isEmpty ? "has no host" : nil
        }
        // Before the host, or the whole text would be shown again in lists of processes and logs.
        return authority[..<user].contains(":") ? "has a password in it" : nil
    }

    /// Whether the text may hold a password, so that no message repeats it.
    static func mayHoldPassword(_ text: String) -> Bool { text.contains("@") }
}
