/// Cursors as words of the command line: base64 for URLs, without padding.
enum CursorText {
    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
    )

    static func text(_ cursor: [UInt8]) -> String {
        var text: [UInt8] = []
        var start = 0
        while start < cursor.count {
            let count = min(3, cursor.count - start)
            var bits: UInt32 = 0
            for place in 0..<3 {
                bits = bits << 8 | (place < count ? UInt32(cursor[start + place]) : 0)
            }
            for place in 0...count {
                text.append(letters[Int(bits >> UInt32(18 - 6 * place)) & 63])
            }
            start += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The cursor, or nil for what `text(_:)` never writes.
    static func bytes(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var held = 0
        for letter in text.utf8 {
            guard let value = letters.firstIndex(of: letter) else { return nil }
            bits = bits << 6 | UInt32(value)
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
        }
        // What is left over are the zeros of the last letter.
        return held < 6 && bits & ((1 << UInt32(held)) - 1) == 0 ? bytes : nil
    }
}
