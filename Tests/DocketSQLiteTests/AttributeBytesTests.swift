import DocketCore
import DocketTestKit
import Testing

@testable import DocketSQLite

@Suite("Bytes of attributes", .timeLimit(.minutes(5)))
struct AttributeBytesTests {
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
