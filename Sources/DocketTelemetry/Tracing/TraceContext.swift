/// Where a call stands in a trace: the `traceparent` of W3C Trace Context, version 00.
package struct TraceContext: Hashable, Sendable {
    package var traceIDHigh: UInt64
    package var traceIDLow: UInt64
    package var spanID: UInt64
    /// Bit 0: the caller records this trace.
    package var flags: UInt8

    package init(traceIDHigh: UInt64, traceIDLow: UInt64, spanID: UInt64, flags: UInt8) {
        self.traceIDHigh = traceIDHigh
        self.traceIDLow = traceIDLow
        self.spanID = spanID
        self.flags = flags
    }

    package var isSampled: Bool { flags & 1 != 0 }

    /// A new trace from the system's random numbers.
    package static func random(isSampled: Bool = false) -> TraceContext {
        TraceContext(
            traceIDHigh: .random(in: .min ... .max),
            traceIDLow: .random(in: 1 ... .max),
            spanID: .random(in: 1 ... .max),
            flags: isSampled ? 1 : 0
        )
    }

    /// The same trace at a new span.
    package func child() -> TraceContext {
        var child = self
        child.spanID = .random(in: 1 ... .max)
        return child
    }

    /// Reads a `traceparent`; nil when it is not one, or of a trace or span of zero.
    ///
    /// Of versions after 00 the fields known to 00 are read, as the standard says.
    package init?(parsing text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 55, bytes[2] == Self.dash, bytes[35] == Self.dash,
            bytes[52] == Self.dash,
            let version = Hexadecimal.number(bytes[0..<2]), version != 0xFF,
            version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == Self.dash,
            let high = Hexadecimal.number(bytes[3..<19]),
            let low = Hexadecimal.number(bytes[19..<35]), high | low != 0,
            let span = Hexadecimal.number(bytes[36..<52]), span != 0,
            let flags = Hexadecimal.number(bytes[53..<55])
        else { return nil }
        self.init(
            traceIDHigh: high,
            traceIDLow: low,
            spanID: span,
            flags: UInt8(truncatingIfNeeded: flags)
        )
    }

    /// The `traceparent`, 55 characters.
    package var text: String { "00-\(traceID)-\(Hexadecimal.text(spanID))-\(flagDigits)" }

    /// The trace in 32 digits, as logs name it.
    package var traceID: String { Hexadecimal.text(traceIDHigh) + Hexadecimal.text(traceIDLow) }

    private var flagDigits: String { String(Hexadecimal.text(UInt64(flags)).suffix(2)) }

    private static let dash = UInt8(ascii: "-")
}

/// Numbers in lower-case hexadecimal digits, the only ones that trace context allows.
enum Hexadecimal {
    static func text(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }
}
