import DocketCore
import DocketTestKit
import Foundation
import Testing

@testable import DocketSQLite

@Suite("Ranking", .timeLimit(.minutes(5)))
struct RankTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func table(_ options: String = "") throws -> ConnectionHandle {
        let connection = try ConnectionHandle(path: folder.path("t.db"), creates: true, vfs: nil)
        try connection.execute(
            "CREATE VIRTUAL TABLE t USING fts5(a, b, tokenize = 'docket'\(options))"
        )
        return connection
    }

    private static func rows(_ connection: ConnectionHandle, _ match: String) throws -> [Int64] {
        try connection.all(
            "SELECT rowid FROM t WHERE t MATCH ?1 ORDER BY rowid",
            .text(match),
            row: { $0.integer(0) }
        )
    }

    @Test("stems stand beside words: plain terms find inflections, phrases and prefixes only words")
    func stems() throws {
        let connection = try table()
        try connection.execute(
            "INSERT INTO t(a) VALUES ('running'), ('run'), ('runs fast'), ('rune')"
        )
        #expect(try Self.rows(connection, "\"\u{2}runs\"") == [1, 2, 3])
        #expect(try Self.rows(connection, "\" runs\"") == [3])
        #expect(try Self.rows(connection, "\"\u{2}runs fast\"") == [3])
        #expect(try Self.rows(connection, "\"\u{2}running fast\"") == [3])
        #expect(try Self.rows(connection, "\" run\" *") == [1, 2, 3, 4])
        #expect(try Self.rows(connection, "\" runni\" *") == [1])
        try connection.execute(
            "DELETE FROM t WHERE rowid = 3; UPDATE t SET a = 'walks' WHERE rowid = 1"
        )
        #expect(try Self.rows(connection, "\"\u{2}run\"") == [2])
        #expect(try Self.rows(connection, "\"\u{2}walking\"") == [1])
        try connection.execute("INSERT INTO t(t) VALUES ('integrity-check')")
    }

    @Test("the score is BM25 with k1 1.2 and b 0.5, whatever the phrases")
    func score() throws {
        let connection = try table()
        let documents = [
            "red", "red red green", "green blue blue blue", "red blue", "x x x x x x x",
        ]
        for text in documents { try connection.run("INSERT INTO t(a) VALUES (?1)", .text(text)) }
        let lengths = documents.map { Double($0.split(separator: " ").count) }
        let average = lengths.reduce(0, +) / 5
        let scores = try connection.all(
            """
            SELECT rowid, docket_score(t, NULL), docket_score(t, 3, 0, 2, NULL, 2.0)
            FROM t WHERE t MATCH 'red OR blue NOT x' ORDER BY rowid
            """,
            row: { (Int($0.integer(0)) - 1, $0.real(1), $0.real(2)) }
        )
        let demanding = try connection.all(
            "SELECT docket_score(t, NULL, 2, 2) FROM t WHERE t MATCH 'red OR blue' ORDER BY rowid",
            row: { $0.real(0) }
        )
        #expect(scores.map(\.0) == [0, 1, 2, 3])
        func idf(_ word: String) -> Double {
            let found = Double(documents.filter { $0.contains(word) }.count)
            return log(1 + (5 - found + 0.5) / (found + 0.5))
        }
        func expected(_ place: Int, _ length: Double, _ weight: Double) -> Double {
            ["red", "blue"].reduce(0.0) { sum, word in
                let idf = idf(word)
                let words = documents[place].split(separator: " ")
                let count = weight * Double(words.filter { $0 == word }.count)
                let norm = 1.2 * (0.5 + 0.5 * length / average)
                return sum + idf * count * 2.2 / (count + norm)
            }
        }
        let twice = try connection.all(
            "SELECT docket_score(t, NULL, 0, 2, x'0201') FROM t WHERE t MATCH 'red OR blue'",
            row: { $0.real(0) }
        )
        let once = try connection.all(
            "SELECT docket_score(t, NULL) FROM t WHERE t MATCH 'red'",
            row: { $0.real(0) }
        )
        #expect(twice[0] == 2 * once[0] && twice[1] == 2 * once[1])
        // The document with both words has more than any sum of the two.
        let most = 2.2 * (idf("red") + idf("blue"))
        for (place, own, given) in scores {
            let bonus = place == 3 ? most : 0
            #expect(abs(demanding[place] - expected(place, lengths[place], 1) - bonus) < 1e-9)
            #expect(abs(own - expected(place, lengths[place], 1)) < 1e-9)
            #expect(abs(given - expected(place, 3, 2)) < 1e-9)
        }
    }

    @Test("indexing counts the words of a document")
    func countsWords() throws {
        let connection = try table(", columnsize = 0")
        _ = connection.takeWords()
        try connection.run("INSERT INTO t(a, b) VALUES ('one two', 'threes')")
        #expect(connection.takeWords() == 3)
        #expect(connection.takeWords() == 0)
    }

    @Test("bytes that are no attributes are refused, never trapped on")
    func damagedAttributes() {
        var random = SeededGenerator(seed: 5)
        let good = AttributeBlobCodec.encode([
            BoundAttribute(slot: 1, values: [.string("abc"), .string("")]),
            BoundAttribute(slot: 2, values: [.number(-1.5)]),
            BoundAttribute(slot: 63, values: [.boolean(true), .time(microseconds: .min)]),
        ])
        #expect(AttributeBlobCodec.decode(good)?.map(\.slot) == [1, 2, 63])
        let filters: [BoundFilter] = [
            .startsWith(slot: 1, "ab"), .exists(slot: 63),
            .range(slot: 2, .init(lower: .number(0))),
            .oneOf(slot: 1, [.string("abc")]),
        ]
        let order = HitOrder([BoundSort(.slot(1), isDescending: true)])
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            _ = AttributeBlobCodec.decode(bytes)
            let blob = unsafe bytes.span.bytes
            for filter in filters { _ = CompiledFilter(filter).matches(blob) }
            _ = order.values(of: blob)
            var facet = FacetCounter(BoundFacet(slot: 1, limit: 10))
            facet.count(1, blob)
        }
    }

    @Test("ordinals order as their values do and come back")
    func ordinals() {
        let numbers: [Double] = [-.infinity, -1e300, -1, -0.5, 0, 1e-300, 1, 1e300, .infinity]
        let ordinals = numbers.map { Ordinal.of(.number($0)) }
        #expect(ordinals == ordinals.sorted() && Set(ordinals).count == ordinals.count)
        for (number, ordinal) in zip(numbers, ordinals) {
            #expect(Ordinal.value(ordinal, .number) == .number(number))
        }
    }
}
