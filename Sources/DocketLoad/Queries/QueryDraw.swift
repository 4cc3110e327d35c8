internal import DocketCommands
internal import DocketCore

/// Draws queries such as people might ask, the same ones for the same seed.
///
/// Each query begins with a document, whose words it takes: so words are as frequent in queries as
/// they are in documents, and those of one query occur together.
struct QueryDraw: Sendable {
    private static let wordsMaximum = 4
    /// Shorter words than this many bytes, such as "a" and "of", say nothing.
    private static let wordBytesMinimum = 3
    /// Tries at a word that a query does not have yet.
    private static let triesMaximum = 16

    private let documents: [Document]
    private let filtered: [String: AttributeType]
    private let faceted: [String]
    private var draw: SeededDraw

    /// Queries about `documents`, of which there is at least one, with these attributes.
    init(_ documents: [Document], _ attributes: [AttributeDefinition], _ draw: SeededDraw) {
        self.documents = documents
        self.draw = draw
        filtered = Dictionary(
            attributes.filter { $0.uses.contains(.filter) }.map { ($0.name, $0.type) }
        ) { first, _ in first }
        faceted = attributes.filter { $0.uses.contains(.facet) }.map(\.name)
    }

    /// The next query; its words may be none, where the document has none.
    mutating func next() -> QueryLine {
        let document = documents[draw.number(below: documents.count)]
        var line = QueryLine(query: words(of: document).joined(separator: " "))
        if draw.isOne(in: 5) { line.filter = filter(for: document) }
        if draw.isOne(in: 10), !faceted.isEmpty {
            line.facets = [faceted[draw.number(below: faceted.count)]]
        }
        return line
    }

    private mutating func words(of document: Document) -> [String] {
        let all = Self.words(in: document.title + " " + document.body)
        let count = 1 + draw.number(below: Self.wordsMaximum)
        var words: [String] = []
        for _ in 0..<Self.triesMaximum where words.count < count && !all.isEmpty {
            let word = all[draw.number(below: all.count)]
            if !words.contains(word) { words.append(word) }
        }
        return words
    }

    /// A condition that the document itself meets.
    private mutating func filter(for document: Document) -> String? {
        let attributes = document.attributes.filter {
            filtered[$0.name] != nil && !$0.values.isEmpty
        }
        guard !attributes.isEmpty else { return nil }
        let attribute = attributes[draw.number(below: attributes.count)]
        switch attribute.values[draw.number(below: attribute.values.count)] {
        case .string(let text):
            let sign = filtered[attribute.name] == .time ? ">=" : "="
            return "\(attribute.name) \(sign) \(Self.quoted(text))"
        case .number(let number): return "\(attribute.name) >= \(NumberText.plain(number))"
        case .boolean(let isTrue): return "\(attribute.name) = \(isTrue)"
        case .time(let microseconds):
            return "\(attribute.name) >= \(Self.quoted(Timestamp.text(microseconds: microseconds)))"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// Runs of letters and digits in lower case; bytes beyond ASCII count as letters.
    static func words(in text: String) -> [String] {
        text.utf8.map(letter).split(separator: 0)
            .filter { $0.count >= wordBytesMinimum }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The byte in lower case, 0 for one that separates words.
    private static func letter(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
        default: byte < 0x80 ? 0 : byte
        }
    }
}
