/// Draws documents that resemble those of a file, without end and within a fixed memory.
struct DocumentDraw: Sendable {
    private static let titleBytesMaximum = 2048
    /// Half of what a server takes of one document, so that attributes have room beside it.
    private static let bodyBytesMaximum = 512 << 10

    private let titles: TextDraw
    private let bodies: TextDraw
    private let attributes: [AttributeDraw]
    private let seed: UInt64
    private var draw: SeededDraw
    private var number = 0

    /// Documents as `learned`, of which there is at least one.
    init(_ learned: DocumentCounts, seed: UInt64) {
        self.init(
            titles: TextDraw(learned.titles, bytesMaximum: Self.titleBytesMaximum),
            bodies: TextDraw(learned.bodies, bytesMaximum: Self.bodyBytesMaximum),
            attributes: learned.attributes.map {
                AttributeDraw($0.name, $0.counts, documents: learned.documents)
            },
            seed: seed
        )
    }

    private init(titles: TextDraw, bodies: TextDraw, attributes: [AttributeDraw], seed: UInt64) {
        self.titles = titles
        self.bodies = bodies
        self.attributes = attributes
        self.seed = seed
        draw = SeededDraw(seed: seed)
    }

    /// Documents without attributes like no file: titles of 3 to 9 words, bodies of 20 to 80, of
    /// 20,000 coined words by Zipf's law, and a hundredth of others.
    static func plain(seed: UInt64) -> DocumentDraw {
        let tokens = (0..<20_000).map { rank -> (token: String, count: Int) in
            var word: [UInt8] = []
            CoinedWords.append(number: rank, to: &word)
            // Zipf and Mandelbrot: the first ranks of real texts are less apart.
            return (String(decoding: word, as: UTF8.self), 10_000_000 / (rank + 3))
        }
        let words = TokenDraw(tokens, unseen: 1, of: 100, heapsExponent: 0.6)
        return DocumentDraw(
            titles: TextDraw(words, lengths: Array(3...9), bytesMaximum: titleBytesMaximum),
            bodies: TextDraw(words, lengths: Array(20...80), bytesMaximum: bodyBytesMaximum),
            attributes: [],
            seed: seed
        )
    }

    /// Appends the next document as a line of JSON; its id is `SEED-NUMBER`.
    mutating func appendLine(to bytes: inout [UInt8]) {
        number += 1
        bytes += "{\"id\":\"\(seed)-\(number)\",\"title\":\"".utf8
        titles.append(to: &bytes, &draw)
        let start = bytes.count
        bytes += "\",\"body\":\"".utf8
        let empty = bytes.count
        bodies.append(to: &bytes, &draw)
        // A document without a body has no such member.
        if bytes.count == empty { bytes.removeLast(empty - start) }
        bytes += "\"".utf8
        appendAttributes(to: &bytes)
        bytes += "}\n".utf8
    }

    private mutating func appendAttributes(to bytes: inout [UInt8]) {
        let before = bytes.count
        bytes += ",\"attributes\":{".utf8
        var isFirst = true
        for attribute in attributes {
            if attribute.append(to: &bytes, isFirst: isFirst, &draw) { isFirst = false }
        }
        guard !isFirst else { return bytes.removeLast(bytes.count - before) }
        bytes += "}".utf8
    }
}
