internal import DocketTestKit

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
