internal import DocketCore
internal import DocketSystem

/// A place in an order as bytes, before it is sealed.
///
/// Number (8), best score (8), count of values (1), then each value: a kind (0 none, 1 string,
/// 2 number, 3 boolean, 4 time) and its bytes; strings have a length of 2 before them. Big-endian.
enum PositionCodec {
    /// The position of a plain walk in the order of document numbers.
    static func encode(number: UInt64) -> [UInt8] {
        encode(SearchPosition(values: [], number: number, bestScore: 0))
    }

    static func encode(_ position: SearchPosition) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBigEndian(position.number)
        bytes.appendBigEndian(position.bestScore.bitPattern)
        bytes.append(UInt8(clamping: position.values.count))
        for value in position.values {
            switch value {
            case nil: bytes.append(0)
            case .string(let string)?:
                let utf8 = Array(string.utf8)
                bytes.append(1)
                bytes.appendBigEndian(UInt16(truncatingIfNeeded: utf8.count))
                bytes += utf8
            case .number(let number)?:
                bytes.append(2)
                bytes.appendBigEndian(number.bitPattern)
            case .boolean(let boolean)?: bytes += [3, boolean ? 1 : 0]
            case .time(let microseconds)?:
                bytes.append(4)
                bytes.appendBigEndian(microseconds)
            }
        }
        return bytes
    }

    /// nil for bytes that `encode` does not make: they were sealed, so that means an older format.
    static func decode(_ bytes: [UInt8]) -> SearchPosition? {
        var reader = PositionReader(bytes: bytes)
        guard let number = reader.takeInteger(8), let score = reader.takeInteger(8),
            let count = reader.takeInteger(1)
        else { return nil }
        var values: [AttributeValue?] = []
        for _ in 0..<count {
            guard let value = reader.takeValue() else { return nil }
            values.append(value.value)
        }
        guard reader.isAtEnd else { return nil }
        return SearchPosition(
            values: values,
            number: number,
            bestScore: Double(bitPattern: score)
        )
    }
}

private struct PositionReader {
    /// A value that may be missing, apart from a failure to read one.
    struct Taken { var value: AttributeValue? }

    let bytes: [UInt8]
    private var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func takeInteger(_ size: Int) -> UInt64? {
        guard place + size <= bytes.count else { return nil }
        defer { place += size }
        return bytes[place..<place + size].reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func takeValue() -> Taken? {
        switch takeInteger(1) {
        case 0: return Taken(value: nil)
        case 1:
            guard let length = takeInteger(2), place + Int(length) <= bytes.count else {
                return nil
            }
            defer { place += Int(length) }
            let string = String(decoding: bytes[place..<place + Int(length)], as: UTF8.self)
            return Taken(value: .string(string))
        case 2:
            return takeInteger(8).map { Taken(value: .number(Double(bitPattern: $0))) }
        case 3: return takeInteger(1).map { Taken(value: .boolean($0 == 1)) }
        case 4:
            return takeInteger(8).map { Taken(value: .time(microseconds: Int64(bitPattern: $0))) }
        default: return nil
        }
    }
}
