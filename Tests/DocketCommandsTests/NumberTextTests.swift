internal import Testing

@testable internal import DocketCommands

@Suite("Numbers, cursors, tables and lines of progress", .timeLimit(.minutes(5)))
struct NumberTextTests {
    @Test("groups digits by thousands")
    func grouped() {
        let texts = [0, 7, 999, 1000, 1_234_567, -1000, -999].map(NumberText.grouped)
        #expect(texts == ["0", "7", "999", "1,000", "1,234,567", "-1,000", "-999"])
        #expect(NumberText.grouped(.min) == "-9,223,372,036,854,775,808")
    }

    @Test("writes whole numbers without a point, and rounds to the digits asked for")
    func numbers() {
        #expect([1974, -3, 0.5, 1e300].map(NumberText.plain) == ["1974", "-3", "0.5", "1e+300"])
        #expect(NumberText.fixed(0.125, digits: 2) == "0.13")
        #expect(NumberText.fixed(2.999, digits: 2) == "3.00")
        #expect(NumberText.fixed(1.05, digits: 3) == "1.050")
        #expect(NumberText.fixed(-0.001, digits: 1) == "0.0")
        #expect(NumberText.fixed(-1.5, digits: 0) == "-2")
        #expect(NumberText.fixed(.infinity, digits: 1) == "inf")
        #expect(NumberText.fixed(.nan, digits: 1) == "nan")
    }

    @Test("writes times and sizes in the unit that suits them")
    func units() {
        let durations: [Duration] = [
            .zero, .microseconds(850), .microseconds(12_340), .milliseconds(4560), .seconds(75),
        ]
        #expect(
            durations.map(NumberText.duration)
                == ["0 µs", "850 µs", "12.3 ms", "4.56 s", "75.00 s"]
        )
        let clocks: [Duration] = [.seconds(-1), .seconds(7), .seconds(754), .seconds(3723)]
        #expect(clocks.map(NumberText.clock) == ["0:00", "0:07", "12:34", "1:02:03"])
        let sizes = [0, 1023, 1024, 1536, 8 << 20, 1 << 40, 5 << 50].map(NumberText.bytes)
        #expect(
            sizes
                == ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "8.0 MiB", "1.0 TiB", "5120.0 TiB"]
        )
    }

    // MARK: Cursors

    @Test("takes back every cursor it has written, as one word")
    func cursor() {
        for count in 0...70 {
            let cursor = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
            let text = CursorText.text(cursor)
            #expect(
                text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
            )
            #expect(CursorText.bytes(text) == cursor)
        }
        #expect(CursorText.text([0xff, 0xef, 0x00]) == "_-8A")
    }

    @Test("refuses words that it never writes", arguments: ["A", "AB", "A=", "AA==", "a b", "é"])
    func badCursor(text: String) {
        #expect(CursorText.bytes(text) == nil)
        let error = #expect(throws: UsageError.self) { try ArgumentSyntax.cursor(text) }
        #expect(error?.message == "--cursor \(text): is not a cursor")
    }

    // MARK: Tables

    @Test("aligns columns, and leaves no space at the ends of lines")
    func table() {
        var table = TextTable([("NAME", .left), ("N", .right), ("NOTE", .left)])
        table.add(["a", "1,000", ""])
        table.add(["longer\u{1B}[1m", "7", "x\ty"])
        #expect(
            table.text(indent: 1) == """
                 NAME            N  NOTE
                 a           1,000
                 longer\u{FFFD}[1m      7  x y

                """
        )
    }

    // MARK: Progress

    @Test("shows a bar, a rate and the time left where the size is known")
    func progress() {
        var line = ProgressLine(totalBytes: 1000)
        line.update(documents: 1500, bytes: 250, elapsed: .seconds(2))
        #expect(line.text == "[######..................] 25 %  1,500 documents  750/s  0:06 left")
        line.update(documents: 6000, bytes: 1200, elapsed: .seconds(4))
        let full = String(repeating: "#", count: 24)
        #expect(line.text == "[\(full)] 100 %  6,000 documents  1,500/s  0:00 left")
    }

    @Test("shows the rate of the last seconds, not that of the beginning")
    func window() {
        var line = ProgressLine(totalBytes: nil)
        line.update(documents: 100_000, bytes: 1, elapsed: .seconds(10))
        for second in 11...20 {
            line.update(documents: 100_000 + (second - 10) * 5, bytes: 1, elapsed: .seconds(second))
        }
        #expect(line.text == "100,050 documents  5/s")
    }

    @Test("shows one document as one, and no rate before there is one")
    func beginning() {
        var line = ProgressLine(totalBytes: nil)
        #expect(line.text == "0 documents")
        line.update(documents: 900, bytes: 9, elapsed: .milliseconds(900))
        #expect(line.text == "900 documents")
        line = ProgressLine(totalBytes: nil)
        line.update(documents: 1, bytes: 9, elapsed: .seconds(5))
        #expect(line.text == "1 document")
        var sized = ProgressLine(totalBytes: 100)
        sized.update(documents: 0, bytes: 0, elapsed: .seconds(1))
        #expect(sized.text == "[........................] 0 %  0 documents  -:-- left")
    }
}
