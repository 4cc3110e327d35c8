import DocketSystem
import DocketTestKit
import DocketText
import Foundation
import Testing

@testable import DocketSQLite

@Suite("The search index", .timeLimit(.minutes(5)))
struct IndexTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test("plain terms find inflections, phrases and prefixes only words")
    func stems() throws {
        let index = try TestIndex(folder)
        try index.add(titles: ["running", "run", "runs fast", "rune"])
        func rows(_ text: String, _ kind: IndexTerm.Kind) throws -> [UInt32] {
            try index.found([index.term(text, kind)]).map(\.document)
        }
        #expect(try rows("runs", .inflected) == [1, 2, 3])
        #expect(try rows("runs", .exact) == [3])
        #expect(try rows("runs fast", .inflected) == [3])
        #expect(try rows("running fast", .inflected) == [3])
        #expect(try rows("run", .prefix) == [1, 2, 3, 4])
        #expect(try rows("runni", .prefix) == [1])
        #expect(try rows("runs fa", .prefix) == [3])
        #expect(try rows("", .inflected).isEmpty && rows("nothing", .exact).isEmpty)
    }

    @Test("a phrase is found in one value of one column, and terms in the columns they name")
    func places() throws {
        let index = try TestIndex(folder)
        try index.add([
            (1, [["new york"], ["york new"], ["red", "green"]]),
            (7, [["new"], ["york"], ["red green"]]),
        ])
        func rows(_ text: String, _ columns: UInt32? = nil) throws -> [UInt32] {
            try index.found([index.term(text, .exact, columns: columns)]).map(\.document)
        }
        #expect(try rows("new york") == [1])
        #expect(try rows("york new") == [1])
        #expect(try rows("new york", 0b10).isEmpty)
        #expect(try rows("york", 0b1) == [1] && rows("york", 0b10) == [1, 7])
        #expect(try rows("red green") == [7] && rows("green", 0b100) == [1, 7])
        #expect(try rows("green", 0).isEmpty)
    }

    @Test("the score is BM25 with k1 1.2 and b 0.75, whatever the terms")
    func score() throws {
        let index = try TestIndex(folder)
        let documents = [
            "red", "red red green", "green blue blue blue", "red blue", "x x x x x x x",
        ]
        try index.add(documents.enumerated().map { (UInt32($0 + 1), [[], [$1]]) })
        let lengths = documents.map { Double($0.split(separator: " ").count) }
        let average = lengths.reduce(0, +) / 5
        func idf(_ word: String) -> Double {
            let found = Double(documents.filter { $0.contains(word) }.count)
            return log(1 + (5 - found + 0.5) / (found + 0.5))
        }
        func expected(_ place: Int, times: Double = 1) -> Double {
            zip(["red", "blue"], [times, 1]).reduce(0.0) { sum, word in
                let words = documents[place].split(separator: " ")
                let count = Double(words.filter { $0 == word.0 }.count)
                let norm = 1.2 * (0.25 + 0.75 * lengths[place] / average)
                return sum + word.1 * idf(word.0) * count * 2.2 / (count + norm)
            }
        }
        let terms = [index.term("red"), index.term("blue")]
        let plain = try index.found(terms + [index.term("x", .exact, .excluded)])
        #expect(plain.map(\.document) == [1, 2, 3, 4])
        // The document with both words has more than any sum of the two.
        let weighed = try index.found(terms, weighsComplete: true)
        let complete = try index.found(terms, weighsComplete: true, .complete(isScored: true))
        let most = 1.5 * 2.2 * (idf("red") + idf("blue"))
        for (place, hit) in plain.enumerated() {
            #expect(abs(hit.score - expected(place)) < 1e-12)
            #expect(abs(weighed[place].score - hit.score - (place == 3 ? most : 0)) < 1e-12)
        }
        #expect(complete.map(\.document) == [4] && complete[0].score == weighed[3].score)
        let twice = try index.found([index.term("red", boost: 2), index.term("blue")])
        #expect(twice.enumerated().allSatisfy { abs($1.score - expected($0, times: 2)) < 1e-12 })
    }

    @Test("a word of the title counts four times, and all clauses in it a fifth of their rarity")
    func titles() throws {
        let index = try TestIndex(folder)
        let body = Array(repeating: "red", count: 4).joined(separator: " ")
        try index.add([
            (1, [["red"], ["a b"]]), (2, [[], [body + " a b"]]),
            (3, [["red blue"]]), (4, [["red"], ["blue blue blue blue"]]), (5, [["x"]]),
        ])
        let red = try index.found([index.term("red")])
        #expect(red[0].score == red[1].score && red[2].score == red[3].score)
        let both = try index.found([index.term("red"), index.term("blue")])
        let bonus: Double = 0.2 * (Self.idf(4, of: 5) + Self.idf(2, of: 5))
        #expect(abs(both[2].score - both[3].score - bonus) < 1e-12)
        let complete = try index.found(
            [index.term("red"), index.term("blue")],
            .complete(isScored: true)
        )
        #expect(complete.map(\.score) == both.suffix(2).map(\.score))
    }

    @Test("frequencies count up to 3 in the title and up to 63 elsewhere")
    func frequencies() throws {
        let index = try TestIndex(folder)
        func document(_ number: UInt32, _ title: Int, _ body: Int) -> (UInt32, [[String]]) {
            let texts = [title, body].map { Array(repeating: "red", count: $0) + ["x"] }
            return (number, texts.map { [$0.joined(separator: " ")] })
        }
        try index.add([document(1, 3, 63), document(2, 4, 59), document(3, 3, 59)])
        let scores = try index.found([index.term("red")]).map(\.score)
        let kept: [(tf: Double, length: Double)] = [(75, 80), (71, 80), (71, 76)]
        for (score, (tf, length)) in zip(scores, kept) {
            let norm: Double = 1.2 * (0.25 + 0.75 * length * 3 / 236)
            let expected: Double = Self.idf(3, of: 3) * tf * 2.2 / (tf + norm)
            #expect(abs(score - expected) < 1e-12)
        }
    }

    @Test("words next to each other score more, in either order and in one text")
    func neighbours() throws {
        let index = try TestIndex(folder)
        let texts = [
            ("x", "red blue y"), ("x", "blues red y"), ("x", "red x blue"), ("red blue", "y y"),
            ("red", "blue y y"), ("x", "red blue red"), ("x", "x y y"),
        ]
        try index.add(texts.enumerated().map { (UInt32($0 + 1), [[$1.0], [$1.1]]) })
        try index.add((0..<20).map { (UInt32(20 + $0), [["x"], ["y y y"]]) })
        let query = try index.query([index.term("red"), index.term("blue"), index.term("x")])
        try query.addPair(0, 1)
        // Half of the documents have "x".
        try query.addPair(1, 2)
        let weight: Double = 0.15 * 2 * Self.idf(6, of: 27)
        let mean: Double = (26 * 7 + 10) / 27
        func expected(_ tf: Double, _ length: Double) -> Double {
            let norm: Double = 1.2 * (0.25 + 0.75 * length / mean)
            return weight * tf * 2.2 / (tf + norm)
        }
        let one = expected(1, 7)
        let wanted = [one, one, 0, expected(4, 10), 0, expected(2, 7), 0]
        for (place, (title, body)) in texts.enumerated() {
            let (title, body) = (Array(title.utf8), Array(body.utf8))
            func read() throws {
                try query.read(title.rawSpan, .unknown, isTitle: true)
                try query.read(body.rawSpan, .unknown, isTitle: false)
            }
            try read()
            let score = try query.rank(UInt32(place + 1), 1)
            #expect(abs(score - 1 - wanted[place]) < 1e-12, "\(place)")
            try read()
            let parts = try query.explain(UInt32(place + 1)).pairs
            let told = parts.reduce(0) { $0 + $1.part.score }
            #expect(abs(told - wanted[place]) < 1e-12, "\(place)")
        }
    }

    private static func idf(_ found: Double, of documents: Double) -> Double {
        log(1 + (documents - found + 0.5) / (found + 0.5))
    }

    @Test("indexing counts the words of a document, those of the title four times")
    func countsWords() throws {
        let index = try TestIndex(folder)
        #expect(try index.add([(1, [["one two"], ["threes"]]), (2, [])]) == [9, 0])
    }

    @Test("documents of many segments are found in one order, whatever is merged or died")
    func merges() throws {
        let index = try TestIndex(folder)
        var random = SeededGenerator(seed: 11)
        /// The words of each document, and where it came into.
        var documents: [UInt32: (words: [Int], origin: UInt32)] = [:]
        var merge: (handle: SegmentMergeHandle, inputs: [Segment])?
        for round in 0..<40 {
            let numbers = Set((0..<60).map { _ in UInt32.random(in: 1...9000, using: &random) })
            for number in numbers {
                guard let old = documents[number] else { continue }
                try index.segments.markDead(number, from: old.origin, words: 8)
            }
            let id = try index.segments.newID()
            let added = numbers.sorted().map { number in
                (number, (0..<8).map { _ in Int.random(in: 0..<12, using: &random) })
            }
            for (number, words) in added { documents[number] = (words, id) }
            try index.add(
                added.map { ($0, [[], [$1.map { "w\($0)" }.joined(separator: " ")]]) }
            )
            if round == 12 {
                let inputs = try Array(index.segments.inUse().prefix(8))
                merge = (try index.merge(inputs, into: 1000), inputs)
            }
            // A term for each call, while documents die.
            guard let running = merge, try running.handle.step(until: .now()) else { continue }
            merge = nil
            try index.finish(running.handle, running.inputs, 1000)
        }
        #expect(merge == nil)
        for word in 0..<12 {
            let holders = documents.filter { $0.value.words.contains(word) }.keys.sorted()
            #expect(try index.found([index.term("w\(word)")]).map(\.document) == holders)
            let pairs = documents.filter { _, document in
                zip(document.words, document.words.dropFirst()).contains { $0 == (word, 3) }
            }
            let phrase = index.term("w\(word) w3", .exact)
            #expect(try index.found([phrase]).map(\.document) == pairs.keys.sorted())
        }
    }

    @Test("rows that are no lists are damage, never a crash")
    func damage() throws {
        var random = SeededGenerator(seed: 3)
        let index = try TestIndex(folder)
        let texts = (1...400).map { number in
            (UInt32(number), [["red green w\(number % 7)"], ["red blue"]])
        }
        try index.add(texts) { ["red \($0 % 7)"] }
        let terms = [
            index.term("red"), index.term("red blue", .exact), index.term("w", .prefix, .part),
        ]
        for table in [index.tables.blocks, index.tables.chunks] {
            let rows = try index.connection.all(
                "SELECT id, data FROM \(table)",
                row: { ($0.integer(0), $0.bytes(1)) }
            )
            for (id, bytes) in rows {
                for _ in 0..<200 {
                    var damaged = bytes
                    let place = Int.random(in: damaged.indices, using: &random)
                    damaged[place] = .random(in: 0...255, using: &random)
                    if Bool.random(using: &random) {
                        damaged.removeLast(.random(in: 0..<damaged.count, using: &random))
                    }
                    try index.write(damaged, table, id)
                    // Whatever it finds, or that it refuses.
                    for mode in [IndexQueryHandle.Mode.scored, .complete(isScored: true)] {
                        _ = try? index.found(terms, mode)
                    }
                    try? index.complete("red")
                    try? index.merge()
                }
                try index.write(bytes, table, id)
            }
        }
        let found = try index.found(terms, .complete(isScored: false))
        #expect(found.count == 400)
    }
}

extension TestIndex {
    fileprivate func write(_ bytes: [UInt8], _ table: String, _ id: Int64) throws {
        try connection.run(
            "UPDATE \(table) SET data = ?1 WHERE id = ?2",
            .blob(bytes),
            .integer(id)
        )
    }

    func merge(_ inputs: [Segment], into id: UInt32) throws -> SegmentMergeHandle {
        try segments.insert(Segment(id: id, first: 0, last: 0, documents: 0, words: 0), .inMaking)
        return try SegmentMergeHandle(connection, tables, inputs, into: id)
    }

    func finish(
        _ merge: SegmentMergeHandle,
        _ inputs: [Segment],
        _ id: UInt32
    ) throws {
        let made = Segment(
            id: id,
            first: inputs.map(\.first).min() ?? 0,
            last: inputs.map(\.last).max() ?? 0,
            documents: inputs.reduce(0) { $0 + $1.living },
            words: 0,
            dead: try merge.finish()
        )
        for input in inputs { try segments.setState(.obsolete, of: input.id) }
        try segments.insert(made, .inUse)
    }

    /// Completes a beginning of both vocabularies.
    fileprivate func complete(_ beginning: String) throws {
        let segments = try segments.inUse()
        for vocabulary in [Vocabulary.words, .wholes] {
            let found = try CompletionsHandle(
                statements,
                segments,
                vocabulary,
                beginningWith: beginning,
                count: 5,
                looks: 1000
            )
            for term in found.terms {
                _ = try statements.livingDocument(with: term.text, of: vocabulary, segments)
            }
        }
    }

    /// Merges what there is, and takes that back.
    fileprivate func merge() throws {
        try connection.execute("BEGIN")
        defer { try? connection.execute("ROLLBACK") }
        let handle = try SegmentMergeHandle(connection, tables, segments.inUse(), into: 77)
        while try !handle.step(until: .now() + .seconds(1)) {}
    }
}
