internal import DocketJSON
internal import Testing

@Suite("Lines", .timeLimit(.minutes(5)))
struct LineSplitterTests {
    private func split(_ text: [UInt8], by size: Int, maximum: Int = 100) -> [String?] {
        var splitter = LineSplitter(byteMaximum: maximum)
        var lines: [LineSplitter.Line] = []
        for start in stride(from: 0, to: text.count, by: size) {
            lines += splitter.append(text[start..<min(start + size, text.count)])
        }
        if let last = splitter.finish() { lines.append(last) }
        #expect(lines.map(\.number) == Array(1..<(lines.count + 1)))
        return lines.map { $0.bytes.map { String(decoding: $0, as: UTF8.self) } }
    }

    @Test("cuts the same lines however the bytes come", arguments: 1...12)
    func pieces(size: Int) {
        let text = [0xEF, 0xBB, 0xBF] + Array("one\r\n\ntwo words\nthree".utf8)
        #expect(split(text, by: size) == ["one", "", "two words", "three"])
        #expect(split(Array("a\nb\n".utf8), by: size) == ["a", "b"])
        #expect(split([], by: size) == [])
        #expect(split(Array("\n".utf8), by: size) == [""])
    }

    @Test("skips lines that are too long, and goes on behind them", arguments: [1, 3, 7, 1000])
    func tooLong(size: Int) {
        let text = "12345\n123456\n" + String(repeating: "x", count: 500) + "\n12345\r\n1234567"
        #expect(split(Array(text.utf8), by: size, maximum: 5) == ["12345", nil, nil, "12345", nil])
    }
}
