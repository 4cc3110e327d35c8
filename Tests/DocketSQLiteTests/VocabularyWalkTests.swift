import DocketTestKit
import DocketText
import Testing

@testable import DocketSQLite

@Suite("Words of the index near another", .timeLimit(.minutes(2)))
struct VocabularyWalkTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// Words of few letters, so that many are near each other.
    private static func word(_ random: inout SeededGenerator) -> String {
        let letters: [Character] = ["a", "b", "c", "é", "ß", "ж", "1"]
        return String(
            (0..<Int.random(in: 1...9, using: &random)).map { _ in
                letters.randomElement(using: &random) ?? "a"
            }
        )
    }

    /// Of all words of all segments.
    private func words(_ index: TestIndex) throws -> [String: Int] {
        var documents: [String: Int] = [:]
        for segment in try index.segments.inUse() {
            let cursor = try WordCursorHandle(index.statements, segment)
            try cursor.advance(to: [])
            while let word = cursor.word {
                documents[String(decoding: word, as: UTF8.self), default: 0] += cursor.documents
                try cursor.advance(to: word + [0])
            }
        }
        return documents
    }

    private func walk(_ index: TestIndex, seeks: Int = 1_000_000) throws -> VocabularyWalk {
        VocabularyWalk(try index.statements, try index.segments.inUse(), seeks: seeks)
    }

    private func distance(_ one: String, _ other: String, _ maximum: Int) -> Int? {
        var distances = EditDistances(to: one.unicodeScalars.map(\.value), maximum: maximum)
        for letter in other.unicodeScalars { distances.append(letter.value) }
        return distances.distance
    }

    @Test("are those that a look at each word finds, by distance, documents and word")
    func bruteForce() throws {
        let index = try TestIndex(folder)
        var random = SeededGenerator(seed: 5)
        var number: UInt32 = 0
        for size in [400, 60, 3] {
            try index.add(
                (0..<size).map { _ in
                    number += 1
                    let words = (0..<4).map { _ in Self.word(&random) }
                    return (number, [[words.joined(separator: " ")]])
                }
            )
        }
        let known = try words(index)
        #expect(try index.segments.inUse().count == 3 && known.count > 500)
        let asked = (0..<60).map { _ in Self.word(&random) } + ["", "\u{10FFFF}", "zzzzzzzzzzzzz"]
        for (word, edits) in asked.flatMap({ word in (0...2).map { (word, $0) } }) {
            var walk = try walk(index)
            let shared = Int.random(in: 0...1, using: &random)
            let found = try walk.words(near: word, edits: edits, shared: shared)
            let beginning = Array(word.unicodeScalars.prefix(shared))
            let expected = known.filter { $0.key.unicodeScalars.starts(with: beginning) }
                .compactMap { text, documents in
                    distance(word, text, edits).map {
                        VocabularyWalk.Word(text: text, distance: $0, documents: documents)
                    }
                }.sorted { one, other in
                    if one.distance != other.distance { return one.distance < other.distance }
                    if one.documents != other.documents { return one.documents > other.documents }
                    return one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
                }
            #expect(found == expected, "\(word) \(edits)")
        }
    }

    @Test("are found by a look at few words, at no more than may be")
    func bounded() throws {
        let index = try TestIndex(folder)
        let words = (0..<5000).map { "word\($0 * 7919 % 100_000)x" }
        try index.add([(1, [[words.joined(separator: " ")]])])
        var walk = try walk(index, seeks: 300)
        #expect(try walk.words(near: "wrod15838x", edits: 1).map(\.text) == ["word15838x"])
        #expect(walk.seeksLeft > 0 && walk.seeksLeft < 300)
        _ = try walk.words(near: "wxyz15838x", edits: 2)
        _ = try walk.words(near: "word99999x", edits: 2)
        #expect(walk.seeksLeft == 0)
        #expect(try walk.words(near: "word15838x", edits: 1).isEmpty)
    }

    @Test("rows that are no lists are damage or other words, never a crash and never endless")
    func damage() throws {
        let index = try TestIndex(folder)
        var random = SeededGenerator(seed: 8)
        try index.add(
            (1...60).map { number in
                (number, [[(0..<6).map { _ in Self.word(&random) }.joined(separator: " ")]])
            }
        )
        let rows = try index.connection.all(
            """
            SELECT made.name FROM sqlite_schema AS made, pragma_table_info(made.name) AS part
            WHERE made.type = 'table' AND part.name = 'data'
            """,
            row: { $0.text(0) }
        ).flatMap { table in
            try index.connection.all("SELECT data FROM \(table)", row: { (table, $0.bytes(0)) })
        }
        for _ in 0..<500 {
            guard let (table, bytes) = rows.randomElement(using: &random), !bytes.isEmpty else {
                continue
            }
            var damaged = bytes
            damaged[Int.random(in: 0..<bytes.count, using: &random)] = .random(
                in: 0...255,
                using: &random
            )
            if Bool.random(using: &random) {
                damaged.removeLast(Int.random(in: 0...bytes.count, using: &random))
            }
            let statement = "UPDATE \(table) SET data = ?1 WHERE data = ?2"
            try index.connection.execute("BEGIN")
            try index.connection.run(statement, .blob(damaged), .blob(bytes))
            var walk = try walk(index)
            _ = try? walk.words(near: Self.word(&random), edits: 2)
            #expect(walk.seeksLeft > 0)
            try index.connection.execute("ROLLBACK")
        }
        var walk = try walk(index)
        #expect(try walk.words(near: "abcab", edits: 2).isEmpty == false)
    }
}
