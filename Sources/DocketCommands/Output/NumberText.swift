/// Numbers and times as people read them.
package enum NumberText {
    /// `1234567` as `1,234,567`.
    package static func grouped(_ number: Int) -> String {
        var digits = Array(String(number.magnitude))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return (number < 0 ? "-" : "") + String(digits)
    }

    /// `1 document`, `25,200 documents`.
    static func counted(_ number: Int, _ noun: String) -> String {
        grouped(number) + " " + noun + (number == 1 ? "" : "s")
    }

    /// `4,878/s`; nil below one a second, where the number would say nothing.
    static func rate(_ count: Int, in duration: Duration) -> String? {
        let seconds = duration / .seconds(1)
        guard count > 0, seconds > 0 else { return nil }
        let rate = Double(count) / seconds
        guard rate >= 1, let whole = Int(exactly: rate.rounded()) else { return nil }
        return grouped(whole) + "/s"
    }

    /// A whole number without a point, anything else as it is.
    package static func plain(_ number: Double) -> String {
        guard let whole = Int(exactly: number), whole.magnitude < 1 << 53 else {
            return "\(number)"
        }
        return String(whole)
    }

    /// With `digits` after the point.
    package static func fixed(_ number: Double, digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (number.magnitude * scale).rounded()
        guard scaled < 9e15 else { return "\(number)" }
        let whole = String(Int(scaled / scale))
        let sign = number < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + whole }
        let fraction = String(Int(scaled) % Int(scale))
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return sign + whole + "." + zeros + fraction
    }

    /// `850 µs`, `12.3 ms`, `4.56 s`.
    package static func duration(_ duration: Duration) -> String {
        let seconds = duration / .seconds(1)
        switch seconds {
        case ..<0.001: return fixed(seconds * 1e6, digits: 0) + " µs"
        case ..<1: return fixed(seconds * 1e3, digits: 1) + " ms"
        default: return fixed(seconds, digits: 2) + " s"
        }
    }

    /// `0:07`, `12:34`, `1:02:03`.
    static func clock(_ duration: Duration) -> String {
        let seconds = max(0, Int(duration / .seconds(1)))
        let pair = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        let minutes = seconds / 60 % 60
        return seconds < 3600
            ? "\(minutes):\(pair(seconds % 60))"
            : "\(seconds / 3600):\(pair(minutes)):\(pair(seconds % 60))"
    }

    /// `512 B`, `1.5 MiB`.
    static func bytes(_ bytes: Int) -> String {
        var size = Double(bytes)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if size < 1024 { return fixed(size, digits: unit == "B" ? 0 : 1) + " " + unit }
            size /= 1024
        }
        return fixed(size, digits: 1) + " TiB"
    }
}
