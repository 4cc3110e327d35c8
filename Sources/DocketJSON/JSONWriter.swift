/// Writes JSON at the end of a byte array, without white space.
///
/// Commas and colons come by themselves. An object's body writes members, an array's values:
///
///     writer.object { $0.member("id", "a"); $0.member("tags") { $0.array { $0.value("x") } } }
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}

    /// What was written, as a string.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package mutating func object<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        begin(UInt8(ascii: "{"))
        try body(&self)
        end(UInt8(ascii: "}"))
    }

    package mutating func array<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        begin(UInt8(ascii: "["))
        try body(&self)
        end(UInt8(ascii: "]"))
    }

    /// Writes a member whose value `body` writes.
    package mutating func member<Failure: Error>(
        _ name: String,
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        value(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
        try body(&self)
    }

    package mutating func member(_ name: String, _ value: String) {
        member(name) { $0.value(value) }
    }

    package mutating func member(_ name: String, _ value: some BinaryInteger) {
        member(name) { $0.value(value) }
    }

    package mutating func member(_ name: String, _ value: Double) {
        member(name) { $0.value(value) }
    }

    package mutating func member(_ name: String, _ value: Bool) {
        member(name) { $0.value(value) }
    }

    package mutating func value(_ string: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                escape(byte)
            } else {
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func value(_ number: some BinaryInteger) {
        separate()
        bytes += "\(number)".utf8
    }

    /// Writes the shortest digits that are read as the same number, whole ones without a fraction.
    ///
    /// What JSON has no digits for, infinity and what is not a number, is written as null.
    package mutating func value(_ number: Double) {
        guard number.isFinite else { return null() }
        separate()
        let isWhole = number.magnitude < 1e15 && number == number.rounded()
        let hasSign = number == 0 && number.sign == .minus
        bytes += (isWhole && !hasSign ? "\(Int64(number))" : "\(number)").utf8
    }

    package mutating func value(_ boolean: Bool) {
        separate()
        bytes += (boolean ? "true" : "false").utf8
    }

    package mutating func null() {
        separate()
        bytes += "null".utf8
    }

    /// Ends a line, where each is one value; the next value begins the next one.
    package mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// Takes what was written, and begins anew.
    package mutating func take() -> [UInt8] {
        defer { self = JSONWriter() }
        return bytes
    }

    private mutating func begin(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        needsComma = false
    }

    private mutating func end(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): bytes += "\\n".utf8
        case UInt8(ascii: "\r"): bytes += "\\r".utf8
        case UInt8(ascii: "\t"): bytes += "\\t".utf8
        case 0..<0x20:
            bytes += "\\u00".utf8
            bytes.append(Self.digit(byte >> 4))
            bytes.append(Self.digit(byte & 15))
        default: bytes += [UInt8(ascii: "\\"), byte]
        }
    }

    private static func digit(_ number: UInt8) -> UInt8 {
        number < 10 ? UInt8(ascii: "0") + number : UInt8(ascii: "a") + number - 10
    }
}
