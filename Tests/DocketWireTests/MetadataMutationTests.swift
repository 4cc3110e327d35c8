import DocketTestKit
import DocketWire
import Testing

/// Wrong metadata is refused or read as something harmless: it never traps.
///
/// What is read can be written and read again. A share of the mutations is read, so that a decoder
/// which refuses everything fails.
@Suite("Hostile metadata", .timeLimit(.minutes(5)))
struct MetadataMutationTests {
    @Test("cut short at any byte", arguments: MetadataSample.all)
    func truncations(_ sample: MetadataSample) {
        #expect(isRead(sample, sample.golden, "whole"))
        for count in 0..<sample.golden.count {
            isRead(sample, Array(sample.golden[..<count]), "first \(count) bytes")
        }
    }

    @Test("with any byte replaced by any other", arguments: MetadataSample.all)
    func replacements(_ sample: MetadataSample) {
        var read = 0
        for place in sample.golden.indices {
            for value in stride(from: 0, through: 255, by: 3) {
                var bytes = sample.golden
                bytes[place] = UInt8(value)
                if isRead(sample, bytes, "byte \(place) is \(value)") { read += 1 }
            }
        }
        let all = sample.golden.count * 86
        #expect((all / 20...all * 19 / 20).contains(read), "\(read) of \(all) were read")
    }

    @Test("mutated at random", arguments: MetadataSample.all)
    func mutations(_ sample: MetadataSample) {
        var read = 0
        for seed in 0..<4000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var bytes = sample.golden
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                Self.mutate(&bytes, &random)
            }
            if isRead(sample, bytes, "seed \(seed)") { read += 1 }
        }
        #expect((200...3800).contains(read), "\(read) of 4000 were read")
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 0..<8, using: &random))
        switch random.next() % 5 {
        case 0: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        case 1: bytes.removeSubrange(place..<end)
        case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 3: bytes.replaceSubrange(place..<end, with: repeatElement(0xff, count: end - place))
        default: if place < bytes.count { bytes[place] ^= 1 << UInt8(random.next() % 8) }
        }
    }

    /// Whether the bytes are read; what is read is written and read again as the same.
    @discardableResult
    private func isRead(_ sample: MetadataSample, _ bytes: [UInt8], _ what: String) -> Bool {
        guard let once = try? sample.recode(bytes) else { return false }
        #expect(once.count <= 2 * max(bytes.count, 64), "\(sample.name), \(what)")
        let again = try? sample.recode(once)
        #expect(again == once, "\(sample.name), \(what): \(bytes.hex)")
        return true
    }
}
