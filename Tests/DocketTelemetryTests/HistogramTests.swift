internal import DocketTestKit
internal import Testing

@testable internal import DocketTelemetry

@Suite("Log-linear histogram", .timeLimit(.minutes(5)))
struct HistogramTests {
    @Test("every value lies in its bucket, and buckets touch", arguments: [1, 3, 7, 10, 12])
    func scale(bits: Int) {
        let scale = LogLinearScale(partBits: bits)
        var values: [UInt64] = [0, .max, .max - 1]
        for exponent in 0..<64 {
            let power = UInt64(1) << UInt64(exponent)
            values += [power, power - 1, power + 1, power + power / 3]
        }
        for value in values {
            let index = scale.index(of: value)
            #expect(scale.lowerBound(of: index) <= value)
            #expect(scale.upperBound(of: index) >= value)
            let width = Double(scale.upperBound(of: index) - scale.lowerBound(of: index))
            #expect(width <= Double(value) / Double(1 << bits))
        }
        for index in 0..<(20 << bits) {
            #expect(scale.upperBound(of: index) + 1 == scale.lowerBound(of: index + 1))
        }
    }

    @Test("percentiles are those of the sorted values, to three digits", .seeded, arguments: 0..<5)
    func percentiles(shape: Int) {
        var random = SeededGenerator()
        var histogram = LogLinearHistogram()
        var values: [UInt64] = []
        for _ in 0..<10_000 {
            let value: UInt64 =
                switch shape {
                case 0: .random(in: 0...100, using: &random)
                case 1: .random(in: 0...1_000_000, using: &random)
                case 2:
                    UInt64.random(in: 1...1000, using: &random)
                        << UInt64.random(in: 0...40, using: &random)
                case 3: 42
                default: Bool.random(using: &random) ? 3 : 60_000_000_000
                }
            values.append(value)
            histogram.record(value)
        }
        values.sort()
        for percent in [0, 0.01, 1, 25, 50, 75, 90, 99, 99.9, 99.99, 100] {
            let rank = max(1, Int((percent / 100 * Double(values.count)).rounded(.up)))
            let exact = values[rank - 1]
            let found = histogram.percentile(percent)
            #expect(found >= exact)
            #expect(Double(found) <= Double(exact) * 1.001)
        }
        #expect(histogram.minimum == values.first)
        #expect(histogram.maximum == values.last)
        #expect(histogram.count == 10_000)
        #expect(histogram.sum == values.reduce(0, +))
        let median = values[5000]
        #expect(Int(histogram.countAbove(median)) <= values.filter { $0 > median }.count)
    }

    @Test("merging is recording all in one", .seeded)
    func merge() {
        var random = SeededGenerator()
        var (whole, left, right) = (
            LogLinearHistogram(), LogLinearHistogram(), LogLinearHistogram()
        )
        for _ in 0..<5000 {
            let value = UInt64.random(in: 0...1_000_000_000, using: &random)
            whole.record(value)
            if Bool.random(using: &random) { left.record(value) } else { right.record(value) }
        }
        left.merge(right)
        left.merge(LogLinearHistogram())
        #expect(left == whole)
        var empty = LogLinearHistogram()
        empty.merge(whole)
        #expect(empty == whole)
    }

    @Test("takes the largest values and negative durations, and nothing")
    func extremes() {
        var histogram = LogLinearHistogram()
        #expect(histogram.percentile(50) == 0)
        #expect(histogram.mean == 0)
        histogram.record(.seconds(-1))
        #expect(histogram.maximum == 0)
        histogram.record(.max)
        histogram.record(.max)
        histogram.record(.seconds(Int64.max))
        #expect(histogram.maximum == .max)
        #expect(histogram.percentile(100) == .max)
        #expect(histogram.sum == .max)
        histogram.record(.milliseconds(5))
        #expect(histogram.count == 5)
        histogram.record(7, count: 1000)
        #expect(histogram.percentile(50) == 7)
    }
}
