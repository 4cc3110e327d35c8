internal import DocketCore
internal import DocketSystem

/// What a cursor holds, before it is sealed.
struct PageCursor: Hashable {
    var position: SearchPosition
    /// The best unscaled score of the first page, so that later pages scale alike; 0 for none.
    var bestScore = 0.0
    /// Places of the query's terms that do not count, so that the same documents match on all
    /// pages; below 65,536.
    var ignoredTerms: [Int] = []
    /// Alternatives of terms by place, for the same reason; places below 65,536, words below 256
    /// bytes, fewer than 256 of each.
    var corrections: [Int: [String]] = [:]
}

/// A cursor as bytes.
///
/// Kind of the position (1: 1 after, 2 without, 3 rest), best score (8), count of ignored terms (2)
/// and their places (2 each). Count of corrected terms (1), and of each its place (2), count of
/// alternatives (1) and these, each a length (1) and bytes. Then, of `after`: number (8), count of
/// values (1), and each value: a kind (0 none, 1 string, 2 number, 3 boolean, 4 time) and its
/// bytes; strings have a length of 2 before them. Of `without`: the numbers shown. Of `rest`:
/// number (8), the numbers shown. Big-endian.
enum PositionCodec {
    static func encode(_ cursor: PageCursor) -> [UInt8] {
        var bytes: [UInt8] = [kind(of: cursor.position)]
        bytes.appendBigEndian(cursor.bestScore.bitPattern)
        bytes.appendBigEndian(UInt16(clamping: cursor.ignoredTerms.count))
        for place in cursor.ignoredTerms { bytes.appendBigEndian(UInt16(clamping: place)) }
        append(cursor.corrections, to: &bytes)
        switch cursor.position {
        case .after(let values, let number):
            bytes.appendBigEndian(number)
            bytes.append(UInt8(clamping: values.count))
            for value in values { append(value, to: &bytes) }
        case .without(let shown): bytes += shown.bytes
        case .rest(let number, let shown):
            bytes.appendBigEndian(number)
            bytes += shown.bytes
        }
        return bytes
    }

    private static func append(_ corrections: [Int: [String]], to bytes: inout [UInt8]) {
        bytes.append(UInt8(clamping: corrections.count))
        for (place, alternatives) in corrections.sorted(by: { $0.key < $1.key }).prefix(255) {
            bytes.appendBigEndian(UInt16(clamping: place))
            bytes.append(UInt8(clamping: alternatives.count))
            for word in alternatives.prefix(255) {
                bytes.append(UInt8(truncatingIfNeeded: word.utf8.count))
                bytes += word.utf8
            }
        }
    }

    private static func kind(of position: SearchPosition) -> UInt8 {
        switch position {
        case .after: 1
        case .without: 2
        case .rest: 3
        }
    }

    private static func append(_ value: AttributeValue?, to bytes: inout [UInt8]) {
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

    /// nil for bytes that `encode` does not make: they were sealed, so that means an older format.
    static func decode(_ bytes: [UInt8]) -> PageCursor? {
        var reader = PositionReader(bytes: bytes)
        guard let kind = reader.takeInteger(1), let score = reader.takeInteger(8),
            let count = reader.takeInteger(2)
        else { return nil }
        var ignored: [Int] = []
        for _ in 0..<count {
            guard let place = reader.takeInteger(2) else { return nil }
            ignored.append(Int(place))
        }
        guard let corrections = reader.takeCorrections(),
            let position = position(kind, &reader), reader.isAtEnd
        else { return nil }
        return PageCursor(
            position: position,
            bestScore: Double(bitPattern: score),
            ignoredTerms: ignored,
            corrections: corrections
        )
    }

    private static func position(_ kind: UInt64, _ reader: inout PositionReader) -> SearchPosition?
    {
        switch kind {
        case 1:
            guard let number = reader.takeInteger(8), let count = reader.takeInteger(1) else {
                return nil
            }
            var values: [AttributeValue?] = []
            for _ in 0..<count {
                guard let value = reader.takeValue() else { return nil }
                values.append(value.value)
            }
            return .after(values: values, number: number)
        case 2: return ShownDocuments(bytes: reader.takeRest()).map { .without($0) }
        case 3:
            guard let number = reader.takeInteger(8) else { return nil }
            return ShownDocuments(bytes: reader.takeRest()).map {
                .rest(after: number, without: $0)
            }
        default: return nil
        }
    }
}

private struct PositionReader {
    /// A value that may be missing, apart from a failure to read one.
    struct Taken { var value: AttributeValue? }

    let bytes: [UInt8]
    private var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func takeRest() -> ArraySlice<UInt8> {
        defer { place = bytes.count }
        return bytes[place...]
    }

    mutating func takeInteger(_ size: Int) -> UInt64? {
        guard place + size <= bytes.count else { return nil }
        defer { place += size }
        return bytes[place..<place + size].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A string with a length of `size` bytes before it.
    private mutating func takeString(_ size: Int) -> String? {
        guard let length = takeInteger(size), place + Int(length) <= bytes.count else {
            return nil
        }
        defer { place += Int(length) }
        return String(decoding: bytes[place..<place + Int(length)], as: UTF8.self)
    }

    mutating func takeCorrections() -> [Int: [String]]? {
        guard let count = takeInteger(1) else { return nil }
        var corrections: [Int: [String]] = [:]
        for _ in 0..<count {
            guard let place = takeInteger(2), let words = takeInteger(1) else { return nil }
            var alternatives: [String] = []
            for _ in 0..<words {
                guard let word = takeString(1) else { return nil }
                alternatives.append(word)
            }
            corrections[Int(place)] = alternatives
        }
        return corrections
    }

    mutating func takeValue() -> Taken? {
        switch takeInteger(1) {
        case 0: return Taken(value: nil)
        case 1: return takeString(2).map { Taken(value: .string($0)) }
        case 2:
            return takeInteger(8).map { Taken(value: .number(Double(bitPattern: $0))) }
        case 3: return takeInteger(1).map { Taken(value: .boolean($0 == 1)) }
        case 4:
            return takeInteger(8).map { Taken(value: .time(microseconds: Int64(bitPattern: $0))) }
        default: return nil
        }
    }
}
