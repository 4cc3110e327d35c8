import DocketTestKit
import Testing

@testable import DocketText

@Suite("Highlighter", .timeLimit(.minutes(5)))
struct HighlighterTests {
    private static func marked(_ fragment: HighlightedFragment?) -> [String] {
        guard let fragment else { return [] }
        let bytes = Array(fragment.text.utf8)
        return fragment.ranges.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    @Test("marks inflections, exact words and prefixes")
    func kinds() {
        var highlighter = Highlighter()
        highlighter.add(inflected: "run")
        highlighter.add(exact: "Cats")
        highlighter.add(prefix: "uni")
        let text = "Running cats; a cat ran to the University. RUNS!"
        #expect(
            Self.marked(highlighter.fragment(of: text)) == [
                "Running", "cats", "University", "RUNS",
            ]
        )
    }

    @Test("counts terms in texts as they are written, none over two texts, up to a bound")
    func counts() {
        var counter = TermCounter(.unknown)
        counter.add(inflected: "run")
        counter.add(exact: "new york")
        counter.add(prefix: "uni")
        let texts = ["Running, RUNS and runs; run runs", "new", "York New  York"]
        let counts = counter.count(in: texts)
        #expect(counts.map(\.times) == [5, 1, 0])
        #expect(counts.map(\.writings) == [["Running", "RUNS", "runs"], ["New  York"], []])
        let filling = String(repeating: "x ", count: Highlighter.textBytesMaximum / 2 - 4)
        let cut = counter.count(in: [filling + "run", "run", "running", "run"])
        #expect(cut.map(\.times) == [2, 0, 0])
        #expect(TermCounter(.unknown).count(in: ["run"]).isEmpty)
    }

    @Test("marks a phrase where it stands, and not its words elsewhere")
    func phrases() throws {
        var highlighter = Highlighter()
        highlighter.add(exact: "new york")
        let city = try #require(highlighter.fragment(of: "new york is new, York new York"))
        #expect(Self.marked(city) == ["new", "york", "new", "York"])
        #expect(city.ranges == [0..<3, 4..<8, 22..<25, 26..<30])
        #expect(highlighter.fragment(of: "york, new") == nil)
        // Found, too, and marked where nothing better is.
        #expect(Self.marked(highlighter.fragment(of: "a new, york")) == ["new", "york"])
        var doubled = Highlighter()
        doubled.add(exact: "a a b")
        #expect(Self.marked(doubled.fragment(of: "a a a b a")) == ["a", "a", "b"])
        var beginning = Highlighter()
        beginning.add(prefix: "new yo")
        #expect(
            Self.marked(beginning.fragment(of: "you new new young")) == ["new", "young"]
        )
    }

    @Test("marks the words of a compound where it stands nowhere whole")
    func compounds() {
        var highlighter = Highlighter()
        highlighter.add(inflected: "ABC-12345")
        #expect(
            Self.marked(highlighter.fragment(of: "12345, abc-12345, abc")) == ["abc", "12345"]
        )
        #expect(Self.marked(highlighter.fragment(of: "12345, the abc")) == ["12345", "abc"])
        highlighter.add(inflected: "abc")
        #expect(
            Self.marked(highlighter.fragment(of: "12345, abc-12345, abc"))
                == ["abc", "12345", "abc"]
        )
    }

    @Test("shows the place of a phrase, not the one of its words")
    func phraseWindow() throws {
        var highlighter = Highlighter()
        highlighter.add(exact: "alpha beta")
        let filler = String(repeating: "filler words ", count: 40)
        let fragment = try #require(
            highlighter.fragment(of: "beta alpha " + filler + "alpha beta " + filler)
        )
        #expect(fragment.text.contains("alpha beta"))
        #expect(Self.marked(fragment) == ["alpha", "beta"])
    }

    @Test("has nothing to show for a text without the words")
    func nothing() {
        var highlighter = Highlighter()
        #expect(highlighter.isEmpty)
        highlighter.add(inflected: "++")
        #expect(highlighter.isEmpty)
        highlighter.add(inflected: "absent")
        #expect(highlighter.fragment(of: "present") == nil)
        #expect(highlighter.fragment(of: "") == nil)
    }

    @Test("shows the place with the most different words")
    func bestWindow() throws {
        var highlighter = Highlighter()
        highlighter.add(inflected: "alpha beta")
        let filler = String(repeating: "filler words ", count: 40)
        let text = "alpha alpha alpha " + filler + "here beta and alpha meet " + filler
        let fragment = try #require(highlighter.fragment(of: text))
        #expect(Self.marked(fragment) == ["beta", "alpha"])
        #expect((100...Highlighter.fragmentBytes).contains(fragment.text.utf8.count))
        #expect(fragment.text.hasPrefix("filler") || fragment.text.hasPrefix("words"))
    }

    @Test("does not look beyond 64 KiB")
    func bound() {
        var highlighter = Highlighter()
        highlighter.add(inflected: "needle")
        let far = String(repeating: "é", count: Highlighter.textBytesMaximum / 2) + " needle"
        #expect(highlighter.fragment(of: far) == nil)
        let near = String(repeating: "a ", count: 30_000) + "needle " + far
        #expect(Self.marked(highlighter.fragment(of: near)) == ["needle"])
    }

    @Test("a word as long as a book is shown cut")
    func longWord() throws {
        var highlighter = Highlighter()
        highlighter.add(prefix: "é")
        let text = String(repeating: "é", count: 20_000)
        let fragment = try #require(highlighter.fragment(of: text))
        #expect(fragment.text.utf8.count <= 2 * Highlighter.fragmentBytes)
        #expect(fragment.ranges == [0..<fragment.text.utf8.count])
    }

    @Test("ranges ascend, lie inside the piece and on code points, for any text")
    func randomTexts() {
        var random = SeededGenerator(seed: 3)
        var found = 0
        for _ in 0..<400 {
            let text = (0..<20).map { _ in RandomText.make(&random) }.joined()
            var highlighter = Highlighter()
            highlighter.add(inflected: RandomText.make(&random))
            highlighter.add(prefix: RandomText.make(&random))
            guard let fragment = highlighter.fragment(of: text) else { continue }
            found += 1
            let bytes = Array(fragment.text.utf8)
            #expect(Array(text.utf8).contains(bytes))
            #expect(bytes.count <= 2 * Highlighter.fragmentBytes)
            var end = 0
            for range in fragment.ranges {
                #expect(range.lowerBound >= end && range.upperBound <= bytes.count)
                #expect(bytes[range.lowerBound] & 0xC0 != 0x80)
                #expect(range.upperBound == bytes.count || bytes[range.upperBound] & 0xC0 != 0x80)
                end = range.upperBound
            }
            #expect(!fragment.ranges.isEmpty)
        }
        #expect(found > 200)
    }
}
