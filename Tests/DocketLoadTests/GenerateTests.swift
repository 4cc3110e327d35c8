import DocketCommands
import DocketCore
import Foundation
import Testing

@testable import DocketLoad

@Suite("Documents that are generated", .timeLimit(.minutes(5)))
struct GenerateTests {
    /// Documents of every kind of attribute, whose words are as frequent as Zipf has it.
    private static let sample = {
        var draw = SeededDraw(seed: 9)
        let words = WeightedDraw((1...3000).map { 100_000 / $0 })
        return (0..<2000).map { number in
            let body = (0..<(20 + draw.number(below: 40))).map { _ in
                "word\(words.index(&draw))"
            }
            var attributes: [Attribute] = [
                Attribute("size", .number(Double(draw.number(below: 1_000_000)))),
                Attribute("free", .boolean(draw.number(below: 4) > 0)),
                Attribute("kind", .string(["book", "film", "song"][draw.number(below: 3)])),
                Attribute("day", .string("2026-01-\(10 + draw.number(below: 20))")),
                Attribute("note", .string("\(body[0]) and \(body[1]) of \(number)")),
            ]
            if number.isMultiple(of: 2) {
                let tags = Set((0..<3).map { _ in "tag\(draw.number(below: 50))" }).sorted()
                attributes.append(Attribute("tags", tags.map { .string($0) }))
            }
            return Document(
                id: "\(number)",
                title: "A \"title\" \\ of \(body[2])",
                body: body.joined(separator: " "),
                attributes: attributes
            )
        }
    }()

    private static func learned(_ documents: [Document]) throws -> DocumentCounts {
        var counts = DocumentCounts(SeededDraw(seed: 0))
        for document in documents { try counts.add(document) }
        return counts
    }

    private static func lines(_ draw: DocumentDraw, _ count: Int) -> [UInt8] {
        var draw = draw
        var bytes: [UInt8] = []
        for _ in 0..<count { draw.appendLine(to: &bytes) }
        return bytes
    }

    private static func documents(_ draw: DocumentDraw, _ count: Int) -> [Document] {
        var reader = DocumentReader()
        var documents: [Document] = []
        for line in lines(draw, count).split(separator: UInt8(ascii: "\n")) {
            guard case .document(let document) = reader.read(Array(line)) else { continue }
            documents.append(document)
        }
        return documents
    }

    private static func words(_ text: String) -> [Substring] { text.split(separator: " ") }

    private static func mean(_ documents: [Document], _ length: (Document) -> Int) -> Double {
        Double(documents.reduce(0) { $0 + length($1) }) / Double(documents.count)
    }

    @Test("draws by weight, and never what has none")
    func weights() {
        var draw = SeededDraw(seed: 4)
        let weights = [5, 0, 1, 70, 24]
        let table = WeightedDraw(weights)
        var counts = [0, 0, 0, 0, 0]
        for _ in 0..<100_000 { counts[table.index(&draw)] += 1 }
        #expect(counts[1] == 0)
        for (count, weight) in zip(counts, weights) {
            #expect(abs(count - 1000 * weight) < 700)
        }
    }

    @Test("coins another word for each number")
    func coined() {
        var seen: Set<[UInt8]> = []
        for number in 0..<50_000 {
            var word: [UInt8] = []
            CoinedWords.append(number: number, to: &word)
            #expect(word.count >= 6)
            #expect(seen.insert(word).inserted)
        }
        var longest: [UInt8] = []
        CoinedWords.append(number: 1 << 50, to: &longest)
        #expect(longest.count <= 18)
    }

    @Test("are what servers take, each with an id of its own and the attributes of the file")
    func attributes() throws {
        let draw = DocumentDraw(try Self.learned(Self.sample), seed: 1)
        let documents = Self.documents(draw, 1000)
        #expect(Set(documents.map(\.id)).count == 1000)
        #expect(documents.allSatisfy { $0.title.utf8.count <= 2048 })
        for name in ["size", "free", "kind", "day", "note"] {
            #expect(documents.allSatisfy { $0[name].count == 1 })
        }
        let tagged = documents.count { !$0["tags"].isEmpty }
        #expect((400...600).contains(tagged))
        for document in documents {
            guard case .number(let size) = document["size"][0] else {
                Issue.record("a size that is no number")
                continue
            }
            #expect((0..<1_000_000).contains(size) && size == size.rounded())
            guard case .string(let day) = document["day"][0] else { continue }
            #expect(Timestamp.microseconds(parsing: day) != nil)
            #expect(Set(document["tags"]).count == document["tags"].count)
        }
        let isFree = documents.count { $0["free"] == [.boolean(true)] }
        #expect((680...820).contains(isFree))
        let kinds = documents.count { ["book", "film", "song"].contains($0["kind"][0]) }
        #expect(kinds > 980)
        let notes = Set(documents.map { $0["note"][0] })
        #expect(notes.count > 900)
    }

    @Test("have lengths and frequent words like those of the file")
    func texts() throws {
        let draw = DocumentDraw(try Self.learned(Self.sample), seed: 1)
        let documents = Self.documents(draw, 2000)
        for part in [\Document.title, \.body] {
            let length = { (document: Document) in Self.words(document[keyPath: part]).count }
            let (own, other) = (Self.mean(documents, length), Self.mean(Self.sample, length))
            #expect(abs(own / other - 1) < 0.05)
        }
        func share(_ documents: [Document], _ word: String) -> Double {
            let all = documents.flatMap { Self.words($0.body) }
            return Double(all.count { $0 == word }) / Double(all.count)
        }
        for word in ["word0", "word1", "word9"] {
            let ratio = share(documents, word) / share(Self.sample, word)
            #expect((0.85...1.15).contains(ratio), "\(word): \(ratio)")
        }
    }

    @Test("have a vocabulary that grows as Heaps' law says")
    func growth() {
        let tokens = (0..<200).map { (token: "word\($0)", count: 10_000 / ($0 + 1)) }
        for exponent in [0.5, 0.7] {
            let words = TokenDraw(tokens, unseen: 1, of: 20, heapsExponent: exponent)
            var draw = SeededDraw(seed: 3)
            var coined: Set<[UInt8]> = []
            var sizes: [Double] = []
            for number in 1...1_600_000 {
                if words.next(&draw) == nil {
                    var word: [UInt8] = []
                    words.appendCoined(to: &word, &draw)
                    coined.insert(word)
                }
                if number == 400_000 || number == 1_600_000 { sizes.append(Double(coined.count)) }
            }
            let measured = log2(sizes[1] / sizes[0]) / 2
            #expect(abs(measured - exponent) < 0.06, "\(measured) for \(exponent)")
        }
    }

    @Test("learn how fast the vocabulary of a text grows")
    func exponent() {
        let tokens = [(token: "the", count: 10)]
        let words = TokenDraw(tokens, unseen: 1, of: 2, heapsExponent: 0.7)
        var draw = SeededDraw(seed: 3)
        var counts = TokenCounts(capacity: 1_000_000, bytesMaximum: 64)
        #expect(counts.heapsExponent == 0.6)
        for _ in 0..<500_000 {
            var word: [UInt8] = []
            if words.next(&draw) == nil { words.appendCoined(to: &word, &draw) }
            counts.add(String(decoding: word, as: UTF8.self))
        }
        #expect(abs(counts.heapsExponent - 0.7) < 0.08)
    }

    @Test("are the same for the same seed, others for another, and more for a larger number")
    func seeds() throws {
        let learned = try Self.learned(Self.sample)
        let first = Self.lines(DocumentDraw(learned, seed: 1), 50)
        #expect(first == Self.lines(DocumentDraw(try Self.learned(Self.sample), seed: 1), 50))
        #expect(Self.lines(DocumentDraw(learned, seed: 1), 60).starts(with: first))
        let other = Self.documents(DocumentDraw(learned, seed: 2), 50)
        let ids = Set(Self.documents(DocumentDraw(learned, seed: 1), 50).map(\.id))
        #expect(other.allSatisfy { !ids.contains($0.id) })
        #expect(!Self.documents(.plain(seed: 1), 10).contains { $0.body.isEmpty })
    }

    @Test("refuse what no collection holds, and name the field")
    func refusals() throws {
        var mixed = try Self.learned([Document(id: "1", attributes: [Attribute("a", 1)])])
        let error = #expect(throws: UsageError.self) {
            try mixed.add(Document(id: "2", attributes: [Attribute("a", "x")]))
        }
        #expect(error?.message == "attributes.a is a string here, and was a number before")
        let many = (0..<65).map { Attribute("a\($0)", 1) }
        let other = #expect(throws: UsageError.self) {
            try Self.learned([Document(id: "1", attributes: many)])
        }
        #expect(other?.message.contains("over 64") == true)
    }
}

@Suite("Command generate", .timeLimit(.minutes(5)))
struct GenerateCommandTests {
    private let output = Output()

    private func run(_ arguments: String...) async -> DocketCommands.ExitStatus {
        await LoadProgram(console: output.console, environment: [:]).run(arguments)
    }

    @Test("writes as many lines as are asked for")
    func lines() async {
        #expect(await run("generate", "3000", "--seed", "7") == .allWell)
        let lines = output.out.split(separator: "\n")
        #expect(lines.count == 3000)
        #expect(lines.first?.hasPrefix(#"{"id":"7-1","title":""#) == true)
    }

    @Test("refuses a number that is none", arguments: ["0", "-1", "ten", "1e6", "10000000001"])
    func number(text: String) async {
        #expect(await run("generate", "--", text) == .wrongUsage)
        #expect(output.error.contains("N: \"\(text)\" is not a whole number from 1 to"))
    }

    @Test("names the line of a file that it cannot learn from")
    func file() async throws {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("docket-generate-\(UUID()).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        let lines = [#"{"id":"1","attributes":{"a":1}}"#, #"{"id":"2","attributes":{"a":"x"}}"#]
        try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        #expect(await run("generate", "5", "--like", file.path) == .wrongUsage)
        #expect(output.error.contains(":2: attributes.a is a string here"))
        try "\n".write(to: file, atomically: true, encoding: .utf8)
        #expect(await run("generate", "5", "--like", file.path) == .wrongUsage)
        #expect(output.error.contains("holds no document"))
        #expect(await run("generate", "5", "--like", file.path + ".none") != .allWell)
    }
}
