internal import DocketCore
internal import DocketJSON

/// Draws the values of one attribute.
struct AttributeDraw: Sendable {
    private enum Values: Sendable {
        case names(TokenDraw, coinedLengths: [Int])
        case texts(TextDraw)
        case numbers(QuantileDraw)
        case times(QuantileDraw)
        /// So many of so many are true.
        case booleans(trueCount: Int, of: Int)
    }

    /// The name with its colon, as members of JSON begin.
    private let start: [UInt8]
    private let values: Values
    private let counts: [Int]
    /// In so many of so many documents.
    private let share: (documents: Int, of: Int)

    /// Draws as `learned` of so many documents.
    init(_ name: String, _ learned: AttributeCounts, documents: Int) {
        var writer = JSONWriter()
        writer.value(name)
        start = writer.bytes + [UInt8(ascii: ":")]
        counts = learned.counts.elements
        share = (learned.documents, documents)
        values = Self.values(learned)
    }

    private static func values(_ learned: AttributeCounts) -> Values {
        switch learned.kind {
        case .number: return .numbers(QuantileDraw(learned.numbers.elements, units: [1]))
        case .boolean:
            return .booleans(trueCount: learned.trueCount, of: learned.counts.elements.reduce(0, +))
        case .string:
            if learned.holdsTimes {
                let units = [86_400e6, 1e6, 1]
                return .times(QuantileDraw(learned.numbers.elements, units: units))
            }
            if learned.holdsText {
                let maximum = AttributeCounts.valueBytesMaximum
                return .texts(TextDraw(learned.texts, bytesMaximum: maximum))
            }
            return .names(
                TokenDraw(learned.values),
                coinedLengths: learned.texts.lengths.elements.map { min(16, max(1, $0)) }
            )
        }
    }

    /// Appends the attribute as a member, after a comma where others stand before it; or nothing,
    /// for a document without it.
    func append(to bytes: inout [UInt8], isFirst: Bool, _ draw: inout SeededDraw) -> Bool {
        guard draw.number(below: share.of) < share.documents else { return false }
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        bytes += start
        let count = counts[draw.number(below: counts.count)]
        if count == 1 {
            appendValue(to: &bytes, &draw)
        } else {
            appendArray(of: count, to: &bytes, &draw)
        }
        return true
    }

    private func appendArray(of count: Int, to bytes: inout [UInt8], _ draw: inout SeededDraw) {
        bytes.append(UInt8(ascii: "["))
        var names: [Int] = []
        for place in 0..<count {
            let before = bytes.count
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            guard let name = appendValue(to: &bytes, &draw) else { continue }
            // A document has each name once; the first is never taken back.
            if names.contains(name) { bytes.removeLast(bytes.count - before) }
            names.append(name)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// Appends a value.
    ///
    /// - Returns: The number of a name that the file has, nil for any other value.
    @discardableResult
    private func appendValue(to bytes: inout [UInt8], _ draw: inout SeededDraw) -> Int? {
        switch values {
        case .names(let names, let lengths): return append(names, lengths, to: &bytes, &draw)
        case .texts(let texts):
            bytes.append(UInt8(ascii: "\""))
            texts.append(to: &bytes, &draw)
            bytes.append(UInt8(ascii: "\""))
        case .numbers(let numbers): Self.append(numbers.next(&draw), to: &bytes)
        case .times(let times):
            let text = Timestamp.text(microseconds: Int64(times.next(&draw)))
            bytes += "\"\(text)\"".utf8
        case .booleans(let trueCount, let count):
            bytes += (draw.number(below: count) < trueCount ? "true" : "false").utf8
        }
        return nil
    }

    private func append(
        _ names: TokenDraw,
        _ lengths: [Int],
        to bytes: inout [UInt8],
        _ draw: inout SeededDraw
    ) -> Int? {
        bytes.append(UInt8(ascii: "\""))
        defer { bytes.append(UInt8(ascii: "\"")) }
        if let name = names.next(&draw) {
            names.append(name, to: &bytes)
            return name
        }
        for place in 0..<lengths[draw.number(below: lengths.count)] {
            if place > 0 { bytes.append(UInt8(ascii: " ")) }
            names.appendCoined(to: &bytes, &draw)
        }
        return nil
    }

    private static func append(_ number: Double, to bytes: inout [UInt8]) {
        var writer = JSONWriter()
        writer.value(number)
        bytes += writer.bytes
    }
}
