/// A generator whose seed repeats a failure.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

enum RandomText {
    private static let pieces = [
        "run", "running", "naïve", "日本語", "ß", "don't", "'", "’", " ", "\n", "-", "👩‍👩‍👧", "e\u{301}",
        "\u{301}", "ไทย", "İ", "العَرَبِيَّة", "42", "\0", "x", "カタ", "\u{200D}", "\u{AD}", "한국",
    ]

    /// 0 to 39 pieces of what tokenizers stumble over.
    static func make(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0..<40, using: &random))
            .map { _ in pieces[Int.random(in: pieces.indices, using: &random)] }
            .joined()
    }
}
