/// The documents that the pages of a search by score have shown, by number.
///
/// A cursor carries them, so that each page is the best of what matches now without those. As bytes
/// they are what takes less: the differences of ascending numbers, or a bit for each number of
/// their range.
package struct ShownDocuments: Hashable, Sendable {
    /// Documents beyond which no more are kept, but for the last page.
    package static let countMaximum = 10_000
    /// Bytes beyond which no more are kept, but for the last page.
    package static let bytesMaximum = 24 << 10

    private enum Form: UInt8 {
        case differences = 1
        case bits = 2
    }

    /// Ascending, each once.
    package let numbers: [UInt64]

    package init(_ numbers: [UInt64] = []) {
        self.numbers = Set(numbers).sorted()
    }

    package func adding(_ others: [UInt64]) -> ShownDocuments { ShownDocuments(numbers + others) }

    /// Whether these are so many that the rest of a search goes by number.
    package var isFull: Bool {
        numbers.count >= Self.countMaximum
            || min(differencesSize, bitsSize) > Self.bytesMaximum
    }

    /// The numbers as bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        if differencesSize <= bitsSize {
            bytes.append(Form.differences.rawValue)
            forEachDifference { Self.append($0, to: &bytes) }
        } else {
            bytes.append(Form.bits.rawValue)
            let first = numbers.first ?? 0
            Self.append(first, to: &bytes)
            let start = bytes.count
            bytes += [UInt8](repeating: 0, count: bitCount / 8 + 1)
            for number in numbers {
                let place = Int(number - first)
                bytes[start + place / 8] |= 1 << UInt8(place % 8)
            }
        }
        return bytes
    }

    /// nil for bytes that are no numbers.
    package init?(bytes: some RandomAccessCollection<UInt8>) {
        guard let form = bytes.first.flatMap(Form.init(rawValue:)) else { return nil }
        var rest = bytes.dropFirst()
        var numbers: [UInt64] = []
        switch form {
        case .differences:
            while !rest.isEmpty {
                guard let difference = Self.take(from: &rest) else { return nil }
                let (sum, overflows) = (numbers.last ?? 0).addingReportingOverflow(difference)
                // Only the first number may be 0.
                guard !overflows, difference > 0 || numbers.isEmpty else { return nil }
                numbers.append(sum)
            }
        case .bits:
            guard let first = Self.take(from: &rest) else { return nil }
            for (place, byte) in rest.enumerated() where byte != 0 {
                for bit in 0..<8 where byte & 1 << UInt8(bit) != 0 {
                    let (number, overflows) = first.addingReportingOverflow(
                        UInt64(8 * place + bit)
                    )
                    guard !overflows else { return nil }
                    numbers.append(number)
                }
            }
        }
        self.numbers = numbers
    }

    /// From the first number to the last; `Int.max` where that is more.
    private var bitCount: Int {
        guard let first = numbers.first, let last = numbers.last else { return 0 }
        return Int(clamping: last - first)
    }

    private var bitsSize: Int { bitCount / 8 + 11 }

    private var differencesSize: Int {
        var size = 1
        forEachDifference { size += Self.size(of: $0) }
        return size
    }

    private func forEachDifference(_ body: (UInt64) -> Void) {
        var previous: UInt64 = 0
        for number in numbers {
            body(number - previous)
            previous = number
        }
    }

    private static func size(of number: UInt64) -> Int {
        max(1, (UInt64.bitWidth - number.leadingZeroBitCount + 6) / 7)
    }

    /// Seven bits a byte, the lowest first.
    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private static func take<Bytes: RandomAccessCollection<UInt8>>(
        from bytes: inout Bytes
    ) -> UInt64? where Bytes.SubSequence == Bytes {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            guard shift < 63 || byte <= 1 else { return nil }
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
        }
        return nil
    }
}
