import DocketTestKit
import Testing

@testable import DocketText

@Suite("Tokenizer", .timeLimit(.minutes(5)))
struct TokenizerTests {
    /// Longest folded word in bytes; what is longer is cut.
    private static let wordBytes = 64

    private struct NoMemory: Error {}

    private static func words(_ text: String) throws -> [Word] {
        guard var tokenizer = TokenizerHandle() else { throw NoMemory() }
        return tokenizer.words(in: text)
    }

    private static func words(_ bytes: [UInt8]) throws -> [Word] {
        guard var tokenizer = TokenizerHandle() else { throw NoMemory() }
        return tokenizer.words(in: bytes.span)
    }

    @Test("cuts texts into words and stems, one after the other")
    func cutter() {
        let cutter = WordCutter()
        let texts = ["Searches, found", "", "searches don't FIND"]
        let cut = texts.map(cutter.cut)
        #expect(cut.map(\.words) == ["searches found", "", "searches dont find"])
        #expect(cut.map(\.stems) == ["search found", "", "search dont find"])
        #expect(cut.map(\.isEmpty) == [false, true, false])
    }

    @Test(
        "folds words of many scripts",
        arguments: [
            ("lib-foo", "lib foo"), ("C++ and C#", "c and c"), ("snake_case", "snake case"),
            ("don't", "dont"), ("the dog's bone", "the dog bone"), ("children’s", "children"),
            ("rock'n'roll", "rocknroll"), ("'quoted'", "quoted"), ("l'État", "letat"),
            ("naïve", "naive"), ("Ångström", "angstrom"), ("A\u{30A}ngstro\u{308}m", "angstrom"),
            ("straße", "strasse"), ("İstanbul", "istanbul"), ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
            ("日本語", "日 本 語"), ("カタカナ", "カタカナ"), ("ｶﾅ", "カナ"), ("ｆｕｌｌ", "full"),
            ("ﬁne x⁵", "fine x5"), ("👩‍👩‍👧 yes 🎉", "yes"), ("co\u{AD}operate", "cooperate"),
            ("ไทย", "ไ ท ย"), ("ที่", "ที่"), ("العَرَبِيَّة", "العربية"), ("שָׁלוֹם", "שלום"),
            ("हिन्दी", "हिन्दी"), ("3.14 1,000", "3 14 1 000"), ("MP3s", "mp3s"), ("", ""),
            ("--- !!! ' ’", ""), ("a\0b", "a b"), ("\u{301}x", "x"),
        ]
    )
    func folds(_ text: String, _ expected: String) throws {
        let folded = try Self.words(text).map(\.folded).joined(separator: " ")
        #expect(folded.unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    @Test("composed and decomposed texts have the same words")
    func normalForms() throws {
        #expect(
            try Self.words("한국어").map(\.folded)
                == Self.words("\u{1112}\u{1161}\u{11AB}국어").map(\.folded)
        )
        #expect(try Self.words("が").map(\.folded) == Self.words("か\u{3099}").map(\.folded))
        #expect(try Self.words("が").map(\.folded) != Self.words("か").map(\.folded))
    }

    @Test(
        "stems English words and leaves others alone",
        arguments: [
            ("running", "run"), ("universities", "univers"), ("Universität", "universitat"),
            ("flies", "fli"), ("is", "is"), ("2024", "2024"), ("книги", "книги"),
        ]
    )
    func stems(_ text: String, _ stem: String) throws {
        #expect(try Self.words(text).map(\.stem) == [stem])
    }

    @Test("a remembered stem is the one that is made")
    func remembersStems() throws {
        guard var tokenizer = TokenizerHandle() else { throw NoMemory() }
        var random = SeededGenerator(seed: 1)
        let endings = ["s", "ing", "ed", "ation", "y", "ies", "ness", ""]
        for _ in 0..<20_000 {
            let letters = (0..<Int.random(in: 1...33, using: &random)).map { _ in
                Character(Unicode.Scalar(UInt8.random(in: 97...101, using: &random)))
            }
            let text = String(letters) + endings[Int.random(in: endings.indices, using: &random)]
            #expect(tokenizer.words(in: text) == (try Self.words(text)))
        }
    }

    @Test("gives each word's place in bytes")
    func ranges() throws {
        #expect(try Self.words("né à Don't!").map(\.range) == [0..<3, 4..<6, 7..<12])
    }

    @Test("cuts the folded form of a long word at a code point and keeps its place")
    func longWord() throws {
        let long = try Self.words(String(repeating: "x", count: 1 << 20))
        #expect(long.map(\.range) == [0..<1 << 20])
        #expect(long[0].folded.utf8.count == Self.wordBytes)
        let wide = try Self.words("a" + String(repeating: "ж", count: 100))
        #expect(wide[0].folded == "a" + String(repeating: "ж", count: 31))
    }

    @Test("takes bytes that are no UTF-8 for separators, wherever they stand")
    func invalidBytes() throws {
        let text = Array("naïve Ångström 日本 end".utf8)
        for place in 0...text.count {
            for byte: UInt8 in [0x80, 0xC0, 0xED, 0xF8, 0xFF] {
                var broken = text
                broken.insert(byte, at: place)
                for word in try Self.words(broken) {
                    #expect(word.range.upperBound <= broken.count)
                    #expect(!word.folded.unicodeScalars.contains("\u{FFFD}"))
                }
            }
        }
        #expect(try Self.words([0x61, 0xFF, 0x62]).map(\.folded) == ["a", "b"])
        #expect(try Self.words([0x61, 0xE6, 0x97]).map(\.folded) == ["a"])
    }

    @Test("the words of two texts with a space between are the words of each")
    func chunks() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            let left = RandomText.make(&random)
            let right = RandomText.make(&random)
            let apart = try Self.words(left).map(\.folded) + Self.words(right).map(\.folded)
            #expect(try Self.words(left + " " + right).map(\.folded) == apart)
        }
    }

    @Test("any bytes give words inside the text, in order, of 1 to 64 bytes")
    func randomBytes() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0..<200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            var end = 0
            for word in try Self.words(bytes) {
                #expect(word.range.lowerBound >= end && !word.range.isEmpty)
                #expect((1...Self.wordBytes).contains(word.folded.utf8.count))
                #expect(word.stem.utf8.first == word.folded.utf8.first)
                end = word.range.upperBound
            }
            #expect(end <= bytes.count)
        }
    }

    @Test("texts of the same words have one canonical form")
    func canonical() {
        #expect(TextNormalizer.canonical("  Naïve\tLIB-foo ") == "naive lib foo")
        #expect(TextNormalizer.canonical("naive lib foo") == "naive lib foo")
        #expect(TextNormalizer.canonical("naive libfoo") != "naive lib foo")
        #expect(TextNormalizer.canonical("running") != TextNormalizer.canonical("run"))
    }
}
