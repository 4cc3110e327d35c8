import DocketTestKit
import Testing

@testable import DocketText

@Suite("Distances between words", .timeLimit(.minutes(1)))
struct EditDistancesTests {
    @Test(
        "count insertions, deletions, substitutions and swaps of neighbours",
        arguments: [
            ("graph", "graph", 0), ("graph", "grpah", 1), ("graph", "grap", 1),
            ("graph", "graaph", 1), ("graph", "grasp", 2), ("ca", "abc", 3), ("", "ab", 2),
            ("größe", "größen", 1), ("größe", "grösße", 1), ("日本語", "日語本", 1),
        ]
    )
    func examples(_ word: String, _ other: String, _ distance: Int) {
        #expect(spelt(other, near: word, 3).distance == distance)
        #expect(spelt(word, near: other, 3).distance == distance)
        #expect(spelt(word, near: other, 0).distance == (distance == 0 ? 0 : nil))
    }

    private func spelt(_ other: String, near word: String, _ maximum: Int) -> EditDistances {
        var distances = EditDistances(to: word.unicodeScalars.map(\.value), maximum: maximum)
        for letter in other.unicodeScalars { distances.append(letter.value) }
        return distances
    }

    /// The distance by its definition: what the last letters cost, over all that comes before.
    private func defined(_ one: ArraySlice<UInt32>, _ other: ArraySlice<UInt32>) -> Int {
        guard let last = one.last, let otherLast = other.last else {
            return one.count + other.count
        }
        var least = min(
            defined(one.dropLast(), other) + 1,
            defined(one, other.dropLast()) + 1,
            defined(one.dropLast(), other.dropLast()) + (last == otherLast ? 0 : 1)
        )
        if one.count > 1, other.count > 1, one.dropLast().last == otherLast,
            other.dropLast().last == last
        {
            least = min(least, defined(one.dropLast(2), other.dropLast(2)) + 1)
        }
        return least
    }

    @Test("are those of the definition, after any letters that were taken back", arguments: 1...4)
    func oracle(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func word(_ lengths: ClosedRange<Int>) -> [UInt32] {
            (0..<Int.random(in: lengths, using: &random)).map { _ in
                [97, 98, 99, 0xD7FF, 0xE000, 0x1F600].randomElement(using: &random) ?? 97
            }
        }
        for _ in 0..<60 {
            let (one, maximum) = (word(0...5), Int.random(in: 0...2, using: &random))
            var distances = EditDistances(to: one, maximum: maximum)
            var spelt: [UInt32] = []
            for letter in word(0...7) {
                if !spelt.isEmpty, Bool.random(using: &random) {
                    spelt.removeLast(Int.random(in: 0...spelt.count, using: &random))
                    distances.keep(spelt.count)
                }
                spelt.append(letter)
                distances.append(letter)
                let distance = defined(one[...], spelt[...])
                #expect(distances.distance == (distance <= maximum ? distance : nil))
                #expect(distances.shared(with: spelt + [1]) == spelt.count)
            }
        }
    }

    @Test("an advance passes no word that is near, and ends", arguments: 0...2)
    func advance(_ maximum: Int) {
        let alphabet: [UInt32] = [97, 98, 99, 0xE000]
        /// All that have at most so many letters.
        func words(_ length: Int) -> [[UInt32]] {
            guard length > 0 else { return [[]] }
            return [[]] + words(length - 1).flatMap { word in alphabet.map { word + [$0] } }
        }
        let all = Set(words(5)).sorted { $0.lexicographicallyPrecedes($1) }
        for word: [UInt32] in [[], [97], [98, 97], [97, 98, 97], [97, 98, 0xE000]] {
            for shared in [0, word.isEmpty ? 0 : 1] {
                let near = all.filter {
                    $0.starts(with: word.prefix(shared)) && defined(word[...], $0[...]) <= maximum
                }
                var found: [[UInt32]] = []
                var distances = EditDistances(to: word, maximum: maximum)
                for letter in word.prefix(shared) { distances.append(letter) }
                var looks = 0
                while let next = all.first(where: {
                    !$0.lexicographicallyPrecedes(distances.spelt)
                }), next.starts(with: word.prefix(shared)) {
                    looks += 1
                    distances.keep(distances.shared(with: next))
                    while distances.isNear, distances.spelt.count < next.count {
                        distances.append(next[distances.spelt.count])
                    }
                    if distances.spelt.count == next.count, distances.distance != nil {
                        found.append(next)
                    }
                    guard distances.advance(keeping: shared) else { break }
                }
                #expect(found == near)
                #expect(looks <= all.count)
            }
        }
    }
}
