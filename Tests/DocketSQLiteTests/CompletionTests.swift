import DocketSystem
import DocketTestKit
import Testing

@testable import DocketSQLite

@Suite("Completions by the index", .timeLimit(.minutes(2)))
struct CompletionTests {
    /// What a document has.
    private struct Content {
        var words: [String]
        var whole: String
        var origin: UInt32
    }

    private let folder: TestFolder
    private let index: TestIndex

    init() throws {
        folder = try TestFolder()
        index = try TestIndex(folder)
    }

    private static func word(_ random: inout SeededGenerator) -> String {
        let letters: [Character] = ["a", "b", "é", "ж"]
        return String(
            (0..<Int.random(in: 1...4, using: &random)).map { _ in
                letters.randomElement(using: &random) ?? "a"
            }
        )
    }

    private func completions(
        _ vocabulary: Vocabulary,
        _ beginning: String,
        count: Int = 20,
        looks: Int = .max
    ) throws -> CompletionsHandle {
        try CompletionsHandle(
            index.statements,
            index.segments.inUse(),
            vocabulary,
            beginningWith: beginning,
            count: count,
            looks: looks
        )
    }

    /// Adds a segment; those that are there already are replaced.
    private func add(
        _ numbers: [UInt32],
        to documents: inout [UInt32: Content],
        _ random: inout SeededGenerator
    ) throws {
        let id = try index.segments.newID()
        for number in numbers.sorted() {
            if let old = documents[number] {
                try index.segments.markDead(number, from: old.origin, words: 3)
            }
            let words = (0..<3).map { _ in Self.word(&random) }
            // One that very many documents have.
            let whole = number % 2 == 0 ? "a b" : "\(words[0]) \(words[1])"
            documents[number] = Content(words: words, whole: whole, origin: id)
        }
        let made = documents
        try index.add(
            numbers.sorted().map { ($0, [[], [made[$0]?.words.joined(separator: " ") ?? ""]]) },
            wholes: { made[$0].map { [$0.whole, $0.whole] } ?? [] }
        )
    }

    /// The terms that begin so, with the documents that have each.
    private func expected(
        _ vocabulary: Vocabulary,
        _ beginning: String,
        _ documents: [UInt32: Content]
    ) -> [String: Set<UInt32>] {
        var holders: [String: Set<UInt32>] = [:]
        for (number, content) in documents {
            for term in vocabulary == .words ? content.words : [content.whole] {
                let term = term.replacing("é", with: "e")
                if term.utf8.starts(with: beginning.utf8) {
                    holders[term, default: []].insert(number)
                }
            }
        }
        return holders
    }

    private static func sorted(_ holders: [String: Set<UInt32>]) -> [CompletionsHandle.Term] {
        holders.map { CompletionsHandle.Term(text: $0, documents: $1.count) }.sorted {
            $0.documents != $1.documents
                ? $0.documents > $1.documents
                : $0.text.utf8.lexicographicallyPrecedes($1.text.utf8)
        }
    }

    @Test("are those that a look at each document finds, whatever is replaced and merged")
    func bruteForce() throws {
        var random = SeededGenerator(seed: 8)
        var documents: [UInt32: Content] = [:]
        for size in [700, 200, 30, 4] {
            let numbers = (0..<size).map { _ in UInt32.random(in: 1...2000, using: &random) }
            try add(Array(Set(numbers)), to: &documents, &random)
        }
        for isMerged in [false, true] {
            if isMerged {
                let inputs = try index.segments.inUse()
                let merge = try index.merge(inputs, into: 1000)
                while try !merge.step(until: .now() + .seconds(1)) {}
                try index.finish(merge, inputs, 1000)
            }
            let segments = try index.segments.inUse()
            for vocabulary in [Vocabulary.words, .wholes] {
                for beginning in ["a", "ae", "e", "ж", "жж", "a b", "x", "aaaaaaaa"] {
                    let holders = expected(vocabulary, beginning, documents)
                    let found = try completions(vocabulary, beginning, count: 500)
                    #expect(!found.isCut)
                    // Until they are merged away the dead count.
                    if isMerged { #expect(found.terms == Self.sorted(holders)) }
                    let first = try completions(vocabulary, beginning, count: 5).terms
                    #expect(first == Array(found.terms.prefix(5)))
                    for term in found.terms {
                        let living = try index.statements.livingDocument(
                            with: term.text,
                            of: vocabulary,
                            segments
                        )
                        let known = holders[term.text] ?? []
                        #expect(living.map { known.contains(UInt32($0)) } ?? known.isEmpty)
                    }
                }
            }
        }
        #expect(try completions(.wholes, "a b").terms.first.map { $0.documents > 96 } == true)
    }

    @Test("say when not all were looked at")
    func bounded() throws {
        try index.add([(1, [["ab ac ad b"]]), (2, [["ac b"]])])
        let all = try completions(.words, "a", looks: 4)
        #expect(!all.isCut && all.terms.map(\.text) == ["ac", "ab", "ad"])
        let some = try completions(.words, "a", looks: 2)
        #expect(some.isCut && some.terms.map(\.text) == ["ac", "ab"])
        #expect(try completions(.words, "a", count: 0).terms.isEmpty)
    }

    @Test("of titles go as far as 64 bytes, cut at a letter")
    func longWholes() throws {
        let long = String(repeating: "ж", count: 40)
        let words = Array(repeating: "abcdefg", count: 20).joined(separator: " ")
        let texts = [long, words, "++", "", "x " + String(repeating: "y", count: 100)]
        try index.add([(1, [["one"]])]) { _ in texts }
        let found = try completions(.wholes, "", count: 10).terms.map(\.text)
        let expected = [
            String(words.prefix(63)), "x " + String(repeating: "y", count: 62),
            String(repeating: "ж", count: 32),
        ]
        #expect(found == expected)
    }
}
