internal import Testing

@testable internal import DocketCommands

@Suite("Text made fit for terminals", .timeLimit(.minutes(5)))
struct PlainTextTests {
    @Test(
        "leaves what cannot steer a terminal as it is",
        arguments: ["", "3 words", "Erdős Pál", "数学", "مرحبا", "👩‍👩‍👧 e\u{301}", "a\u{A0}b"]
    )
    func harmless(text: String) {
        #expect(PlainText.line(text) == text)
        #expect(PlainText.json(text) == text)
    }

    @Test(
        "makes a space of what ends a line or moves along it",
        arguments: ["\t", "\n", "\r", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}", "\u{2029}"]
    )
    func space(text: String) {
        #expect(PlainText.line("a\(text)b") == "a b")
    }

    @Test("keeps each end of a line apart, so that nothing moves into its neighbour")
    func twoScalarEnd() {
        #expect(PlainText.line("a\r\nb") == "a  b")
    }

    @Test("shows every other control character as one that cannot be shown")
    func controls() {
        let spaces: Set<UInt32> = [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85]
        let directions = Array(0x202A...0x202E) + Array(0x2066...0x2069)
        let values = Array(0..<0x20) + Array(0x7F..<0xA0) + directions
        for value in values.map(UInt32.init) where !spaces.contains(value) {
            let scalar = Unicode.Scalar(value)
            let text = scalar.map { "a\(Character($0))b" }
            #expect(text.map(PlainText.line) == "a\u{FFFD}b", "\(value)")
        }
    }

    @Test("finds what steers a terminal inside a character of several scalars")
    func insideCharacter() {
        let line = PlainText.line("e\u{301}\u{202E}x\u{9B}\u{301}")
        #expect(line == "e\u{301}\u{FFFD}x\u{FFFD}\u{301}")
    }

    @Test("escapes in JSON what terminals obey, with 4 digits, and leaves its lines")
    func json() {
        let text = "{\"a\":\"\u{7F}\u{9B}2J\u{202E}\u{2069}é\u{1F600}\"}\n"
        let expected = #"{"a":"\u007f\u009b2J\u202e\u2069é"# + "\u{1F600}\"}\n"
        #expect(PlainText.json(text) == expected)
    }

    @Test("shortens to a number of characters, the last of which says so")
    func shortened() {
        #expect(PlainText.shortened("abcd", to: 4) == "abcd")
        #expect(PlainText.shortened("abcde", to: 4) == "abc…")
        #expect(PlainText.shortened("abcde", to: 1) == "…")
        #expect(PlainText.shortened("", to: 0).isEmpty)
        #expect(PlainText.shortened("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", to: 2) == "👩‍👩‍👧…")
    }
}
