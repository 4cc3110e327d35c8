import DocketWire

extension [UInt8] {
    /// The bytes of `text`: pairs of hexadecimal digits; all else but `#` comments is ignored.
    init(hex text: String) {
        var digits: [UInt8] = []
        for line in text.split(separator: "\n") {
            digits += line.prefix { $0 != "#" }.compactMap(\.hexDigitValue).map(UInt8.init)
        }
        self = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// Lower-case hexadecimal digits without spaces.
    var hex: String {
        reduce(into: "") { text, byte in
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
}

/// What `body` writes.
func written(_ body: (inout ByteWriter) -> Void) -> [UInt8] {
    var writer = ByteWriter()
    body(&writer)
    return writer.bytes
}
