import DocketCore
import DocketTestKit
import Testing

@testable import DocketText

@Suite("Tokenizer", .timeLimit(.minutes(5)))
struct TokenizerTests {
    /// Longest folded word in bytes; what is longer is cut.
    private static let wordBytes = 64

    private struct NoMemory: Error {}

    private static func words(_ text: String, _ code: String? = nil) throws -> [Word] {
        guard var tokenizer = TokenizerHandle() else { throw NoMemory() }
        return tokenizer.words(in: text, of: TextLanguage(code: code))
    }

    private static func words(_ bytes: [UInt8]) throws -> [Word] {
        guard var tokenizer = TokenizerHandle() else { throw NoMemory() }
        return tokenizer.words(in: bytes.span)
    }

    @Test("cuts texts into words and stems, one after the other")
    func cutter() {
        let cutter = WordCutter()
        let texts = ["Searches, found", "", "searches don't FIND"]
        let cut = texts.map { cutter.cut($0, of: .unknown) }
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
            ("straße", "strasse"), ("İstanbul", "istanbul"), ("ılık", "ilik"),
            ("Łódź Ørsted đ þorn", "lodz orsted d thorn"), ("œuvre Æsop", "oeuvre aesop"),
            ("مكتبـــة على آخر", "مكتبه علي اخر"), ("کتابی ۱۲ ١٢ १२", "كتابي 12 12 12"),
            ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
            ("日本語", "日 本 語"), ("カタカナ", "か た か な"), ("ｶﾅ ｶﾞ", "か な か\u{3099}"),
            ("ｆｕｌｌ", "full"), ("コーヒー", "こ ー ひ ー"), ("한국어", "한 국 어"),
            ("ﬁne x⁵", "fine x5"), ("👩‍👩‍👧 yes 🎉", "yes"), ("co\u{AD}operate", "cooperate"),
            ("ไทย", "ไ ท ย"), ("ที่", "ที่"), ("العَرَبِيَّة", "العربيه"), ("שָׁלוֹם", "שלום"),
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
        // The ends of syllables come after their vowels, some of them after composed syllables.
        #expect(try Self.words("\u{AC00}\u{11A8}").map(\.folded) == ["\u{AC01}"])
        #expect(try Self.words("が").map(\.folded) == Self.words("か\u{3099}").map(\.folded))
        #expect(try Self.words("が").map(\.folded) != Self.words("か").map(\.folded))
    }

    @Test(
        "stems words by their alphabets where no language is set, and leaves others alone",
        arguments: [
            ("ecole", "ecol"), ("école", "ecol"), ("الكتاب", "كتاب"), ("الف", "الف"),
            ("Çocuğun", "cocugun"),
            ("running", "run"), ("universities", "univers"), ("Universität", "universitat"),
            ("flies", "fli"), ("is", "is"), ("2024", "2024"), ("книги", "книг"), ("новый", "нов"),
            ("θάλασσες", "θαλασσ"), ("किताबें", "किताब"), ("כתבים", "כתבים"), ("کتاب", "كتاب"),
        ]
    )
    func stems(_ text: String, _ stem: String) throws {
        #expect(try Self.words(text).map(\.stem) == [stem])
    }

    @Test("knows the languages that schemas have", arguments: Language.allCases)
    func languages(_ language: Language) {
        #expect(TextLanguage(code: language.code) != .unknown)
        #expect(TextLanguage(code: "xx") == .unknown && TextLanguage(code: "") == .unknown)
    }

    @Test(
        "words that one stem stands for, by language",
        arguments: [
            ("ar", "الكتاب كتاب وكتاب"), ("ca", "l'home home homes"), ("da", "husene huset hus"),
            ("de", "Müller Mueller Muller MÜLLER"), ("de", "Häuser Haus Hauses Haeuser"),
            ("de", "Straße Strasse STRASSEN"), ("el", "ΒΙΒΛΊΑ βιβλία βιβλια"),
            ("en", "running runs run"), ("es", "canciones canción CANCIÓN"),
            ("eu", "liburuak liburu"), ("fi", "taloissa talot talo"),
            ("fr", "l'école école écoles l’ÉCOLE"), ("fr", "qu'élève élèves d'élève"),
            ("ga", "bhean bean"), ("hi", "किताबें किताब किताबों"), ("hu", "házak házban ház"),
            ("hy", "աշխատանքներ աշխատանքի"), ("id", "membaca dibaca baca"),
            ("it", "dell'acqua acqua l'acqua"), ("lt", "namas namai namo"),
            ("nl", "huizen huize"), ("no", "husene huset hus"), ("pt", "canções canção"),
            ("ro", "cărților cărți cărţi"), ("ru", "новая новый новую"),
            ("ru", "книги книга книгой"), ("sr", "књига књиге knjiga"),
            ("sv", "flickorna flickor flicka"), ("ta", "மரங்கள் மரங்களை"),
            ("tr", "kitaplar kitap KİTAP"),
            ("tr", "KIZ kız kızlar"),
        ]
    )
    func languageStems(_ code: String, _ text: String) throws {
        let stems = try Self.words(text, code).map(\.stem)
        #expect(Set(stems).count == 1, "\(stems)")
    }

    @Test(
        "leaves out elided articles in the languages that have them, and nothing else",
        arguments: [
            ("fr", "l'école d’été qu'il aujourd'hui", "ecole ete il aujourdhui"),
            ("fr", "l'", "l"), ("fr", "L'l'eau", "eau"), ("it", "dell'arte un'idea", "arte idea"),
            ("ca", "l'aigua d'or", "aigua or"),
            ("en", "l'école don't O'Brien", "lecole dont obrien"),
            ("", "l'école don't O'Brien", "lecole dont obrien"),
        ]
    )
    func elision(_ code: String, _ text: String, _ expected: String) throws {
        let words = try Self.words(text, code)
        #expect(words.map(\.folded).joined(separator: " ") == expected)
        for word in words where word.folded.utf8.count == word.range.count {
            let bytes = Array(text.utf8)[word.range]
            #expect(String(decoding: bytes, as: UTF8.self).lowercased() == word.folded)
        }
    }

    @Test("words of other alphabets than the language's have the stems of theirs")
    func foreignWords() throws {
        for code in ["fr", "de", "ar", "ja", "hi"] {
            #expect(try Self.words("новая книга", code).map(\.stem) == ["нов", "книг"])
        }
        #expect(try Self.words("école book", "ru").map(\.stem) == ["ecol", "book"])
        for code in ["ru", "ar", "ja", "zh", "th", "el", "hi"] {
            #expect(try Self.words("running servers", code).map(\.stem) == ["run", "server"])
        }
    }

    @Test(
        "letters of scripts without spaces have pairs and runs",
        arguments: [
            ("京都", "京都 =京都"), ("東京都は", "東京 京都 =東京都 都は"), ("猫", "=猫"), ("は", ""),
            ("コーヒーを", "こー ーひ ひー =こーひー ーを"), ("京・都", "=京 =都"),
            ("학교에서", "학교 교에 에서 =학교에서 =학교"), ("책을", "책을 =책을 =책"), ("에서", "에서 =에서"),
            ("AIの本", "の本 =本"), ("ไทย", "ไท ทย =ไทย"), ("plain words", ""),
            ("一二三四五六七八九", "一二 二三 三四 四五 五六 六七 七八 八九"),
        ]
    )
    func grams(_ text: String, _ expected: String) {
        #expect(WordCutter().cut(text, of: .unknown).grams == expected)
    }

    @Test("a text of marks only, or a letter with many, stays within its bounds")
    func manyMarks() throws {
        let marks = String(repeating: "\u{E31}", count: 10_000)
        let cut = WordCutter().cut("ก" + marks + "ข" + marks, of: .unknown)
        #expect(cut.words.split(separator: " ").allSatisfy { $0.utf8.count <= Self.wordBytes })
        #expect(cut.grams.split(separator: " ").allSatisfy { $0.utf8.count <= Self.wordBytes })
        let accents = "e" + String(repeating: "\u{301}", count: 10_000) + "s"
        for language in Language.allCases {
            #expect(try Self.words(accents, language.code).map(\.folded) == ["es"])
        }
    }

    @Test("a remembered stem is the one that is made", arguments: ["", "de", "fr", "ru"])
    func remembersStems(_ code: String) throws {
        guard var tokenizer = TokenizerHandle() else { throw NoMemory() }
        var random = SeededGenerator(seed: 1)
        let endings = ["s", "ing", "ed", "ation", "y", "ies", "ness", "", "é", "ы", "ün"]
        let language = TextLanguage(code: code)
        for _ in 0..<5_000 {
            let letters = (0..<Int.random(in: 1...33, using: &random)).map { _ in
                Character(Unicode.Scalar(UInt8.random(in: 97...101, using: &random)))
            }
            let text = String(letters) + endings[Int.random(in: endings.indices, using: &random)]
            let other = TextLanguage(code: Bool.random(using: &random) ? "it" : code)
            _ = tokenizer.words(in: text, of: other)
            #expect(tokenizer.words(in: text, of: language) == (try Self.words(text, code)))
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

    @Test("any bytes give words of any language, and grams, within bounds")
    func randomLetters() throws {
        var random = SeededGenerator(seed: 12)
        let letters: [Unicode.Scalar] = [
            "a", "é", "'", "’", "л", "й", "ا", "ل", "ة", "京", "都", "あ", "ア", "ー", "ﾞ", "가", "은",
            "ก", "ั", "\u{1100}", "\u{1161}", "\u{11A8}", " ", "I", "İ", "ı", "ß", "ü", "\u{308}",
        ]
        guard var tokenizer = TokenizerHandle() else { throw NoMemory() }
        for _ in 0..<3_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0..<40, using: &random) {
                text.append(letters[Int.random(in: letters.indices, using: &random)])
            }
            let place = Int.random(in: Language.allCases.indices, using: &random)
            let language = TextLanguage(code: Language.allCases[place].code)
            let string = String(text)
            for word in tokenizer.words(in: string, of: language) {
                #expect((1...Self.wordBytes).contains(word.stem.utf8.count), "\(string)")
                #expect(!word.stem.unicodeScalars.contains("\u{FFFD}"))
                // What is folded stays as it is.
                #expect(tokenizer.words(in: word.folded).map(\.folded) == [word.folded])
            }
            tokenizer.forEachGram(in: string.utf8.span) { gram, _ in
                #expect((1...Self.wordBytes).contains(gram.count))
            }
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
        #expect(TextNormalizer.canonical("東京は") == "東京|は")
        let texts = ["東京", "東 京", "東・京", "東きょう", "とうきょう"]
        #expect(Set(texts.map { TextNormalizer.canonical($0) }).count == 4)
        let french = TextLanguage(code: "fr")
        #expect(
            TextNormalizer.canonical("pêche", of: french)
                == TextNormalizer.canonical("PE\u{302}CHE", of: french)
        )
        #expect(TextNormalizer.canonical("l'été chaud", of: french) == "ete/ete chaud")
        #expect(TextNormalizer.canonical("новый") != TextNormalizer.canonical("новыи"))
    }
}
