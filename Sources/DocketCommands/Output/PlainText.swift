/// Text of documents made fit for terminals and lines.
package enum PlainText {
    /// The text on one line: white space becomes spaces, and nothing in it can steer a terminal.
    static func line(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isSpace($0) || isUnprintable($0) }) else {
            return text
        }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(printable(scalar)) }
        return String(scalars)
    }

    /// The scalar, or what stands for it on a line.
    static func printable(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if isSpace(scalar) { return " " }
        return isUnprintable(scalar) ? "\u{FFFD}" : scalar
    }

    /// JSON whose strings hold no character that could steer a terminal: what JSON allows raw in a
    /// string and terminals obey is written as `\u....`.
    package static func json(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isUnprintable($0) && $0 != "\n" }) else {
            return text
        }
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isUnprintable(scalar), scalar != "\n", scalar.value <= 0xffff {
                let digits = String(scalar.value, radix: 16)
                let zeros = String(repeating: "0", count: 4 - digits.count)
                escaped.append(contentsOf: "\\u\(zeros)\(digits)".unicodeScalars)
            } else {
                escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    /// At most `width` characters, the last one `…` when something was left out.
    package static func shortened(_ text: String, to width: Int) -> String {
        text.count <= width ? text : text.prefix(max(0, width - 1)) + "…"
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\t", "\n", "\r", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }

    /// Control characters, and those that turn the direction of what follows.
    private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
