import DocketCore
import DocketTestKit
import Testing

@Suite("Documents shown", .timeLimit(.minutes(5)))
struct ShownDocumentsTests {
    private func sample(_ seed: UInt64) -> [UInt64] {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 0...300, using: &random)
        let range: UInt64 = [10, 400, 100_000, .max].randomElement(using: &random) ?? 10
        let start = UInt64.random(in: 0...(.max - range), using: &random)
        return (0..<count).map { _ in start + UInt64.random(in: 0...range, using: &random) }
    }

    @Test(
        "come back from their bytes, ascending and each once",
        arguments: 0..<300 as Range<UInt64>
    )
    func roundTrip(_ seed: UInt64) throws {
        let numbers = sample(seed)
        let shown = ShownDocuments(numbers)
        #expect(shown.numbers == Set(numbers).sorted(), "seed \(seed)")
        #expect(ShownDocuments(bytes: shown.bytes) == shown, "seed \(seed)")
        let more = shown.adding([7, 7, .max])
        #expect(more.numbers == Set(numbers + [7, .max]).sorted())
    }

    @Test("take a bit where they stand close, and few bytes where they do not")
    func sizes() {
        #expect(ShownDocuments().bytes.count == 1)
        #expect(ShownDocuments(Array(0..<10_000)).bytes.count <= 1262)
        #expect(ShownDocuments((0..<10_000).map { 1_000_000 + $0 * 60 }).bytes.count <= 10_010)
        #expect(ShownDocuments([0, .max]).bytes.count <= 12)
    }

    @Test("are full at 10,000, or at 24 KiB")
    func full() {
        #expect(!ShownDocuments(Array(0..<9_999)).isFull)
        #expect(ShownDocuments(Array(0..<10_000)).isFull)
        // Differences of eight bytes each.
        let far = (0..<2_000).map { UInt64.max / 2_000 * $0 }
        #expect(!ShownDocuments(far).isFull)
        let farther = (0..<3_200).map { UInt64.max / 3_200 * $0 }
        let shown = ShownDocuments(farther)
        #expect(shown.isFull && shown.bytes.count > ShownDocuments.bytesMaximum)
    }

    @Test("are read from any bytes without trapping")
    func anyBytes() {
        var read = 0
        for seed in 0..<2000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var bytes = ShownDocuments(sample(seed)).bytes
            for _ in 0...3 {
                let place = Int.random(in: bytes.indices, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            guard let shown = ShownDocuments(bytes: bytes) else { continue }
            read += 1
            #expect(shown.numbers == Set(shown.numbers).sorted(), "seed \(seed)")
        }
        #expect((100...1900).contains(read), "\(read) of 2000 were read")
        for bytes: [UInt8] in [[], [0], [3], [1, 0x80], [1, 5, 0], [2]] {
            #expect(ShownDocuments(bytes: bytes) == nil, "\(bytes)")
        }
    }
}
