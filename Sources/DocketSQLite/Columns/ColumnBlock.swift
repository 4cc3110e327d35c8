internal import DocketCore

/// The values of one attribute for the documents of a span of numbers, read from its row.
///
/// The different values stand once, in ascending order, and are named by codes from 1 on; each
/// document has the codes of its values, ascending, each once. So a filter looks at values once for
/// all documents of a block, and a facet counts codes. The bytes, all little-endian:
///
///     kind (1), widths (1), span (2), values (2), codes (2)
///     of lists: where the codes of each place begin, span + 1 times (2)
///     the codes; without lists one for each place, 0 for none
///     of strings: where each ends (2 or 4), then their UTF-8
///     of ordinals: shift (1), width (1), least (8), and for each how far it is from the least,
///     without `shift` bits that are 0 in all of them
///
/// Nothing of a row is trusted: what does not fit is no block, and what contradicts itself within
/// one reads as no value.
struct ColumnBlock {
    /// Numbers that a block covers at most.
    static let spanMaximum = 1000
    /// Bytes of a block of two or more documents: what is written fits a page of SQLite.
    static let bytesMaximum = 3900

    static let headerBytes = 8
    static let ordinalHeaderBytes = 10
    /// In the widths: codes of two bytes, ends of strings of four, lists.
    static let wideCodes: UInt8 = 1
    static let wideEnds: UInt8 = 2
    static let hasLists: UInt8 = 4

    /// The first number that it covers.
    let first: UInt32
    /// How many numbers it covers.
    let span: Int
    let kind: AttributeBlobCodec.Kind
    /// How many different values it has.
    let values: Int

    private let bytes: [UInt8]
    private let widths: UInt8
    private let codes: Int
    private let codesStart: Int
    private let valuesStart: Int
    /// Of strings, where the first begins.
    private let textStart: Int
    /// Of ordinals.
    private let least: Int64
    private let shift: UInt64
    private let width: Int

    /// nil for bytes that are none.
    init?(_ bytes: [UInt8], first: UInt32) {
        guard bytes.count >= Self.headerBytes,
            let kind = AttributeBlobCodec.Kind(rawValue: bytes[0]), bytes[1] < 8
        else { return nil }
        self.bytes = bytes
        self.first = first
        self.kind = kind
        widths = bytes[1]
        span = bytes.load(at: 2, width: 2)
        values = bytes.load(at: 4, width: 2)
        codes = bytes.load(at: 6, width: 2)
        let isList = widths & Self.hasLists != 0
        guard span <= Self.spanMaximum, isList || codes == span else { return nil }
        codesStart = Self.headerBytes + (isList ? 2 * (span + 1) : 0)
        valuesStart = codesStart + codes * (widths & Self.wideCodes != 0 ? 2 : 1)
        guard kind != .string else {
            textStart = valuesStart + values * (widths & Self.wideEnds != 0 ? 4 : 2)
            (least, shift, width) = (0, 0, 0)
            guard textStart <= bytes.count else { return nil }
            return
        }
        textStart = valuesStart + Self.ordinalHeaderBytes
        guard textStart <= bytes.count else { return nil }
        shift = UInt64(bytes[valuesStart])
        width = Int(bytes[valuesStart + 1])
        least = Int64(truncatingIfNeeded: bytes.load(at: valuesStart + 2, width: 8))
        guard shift < 64, width <= 8, values * width <= bytes.count - textStart else { return nil }
    }

    /// The number after the last that it covers.
    var end: Int64 { Int64(first) + Int64(span) }

    /// Where the codes of a document stand; `place` is its number without ``first``.
    func positions(of place: Int) -> Range<Int> {
        guard place >= 0, place < span else { return 0..<0 }
        guard widths & Self.hasLists != 0 else { return place..<place + 1 }
        let start = bytes.load(at: Self.headerBytes + 2 * place, width: 2)
        let end = bytes.load(at: Self.headerBytes + 2 * place + 2, width: 2)
        return start <= end && end <= codes ? start..<end : 0..<0
    }

    /// The code at a position of ``positions(of:)``; 0 for no value.
    func code(at position: Int) -> Int {
        let code =
            widths & Self.wideCodes == 0
            ? Int(bytes[codesStart + position])
            : bytes.load(at: codesStart + 2 * position, width: 2)
        return code <= values ? code : 0
    }

    /// Of a code from 1 to ``values``.
    func ordinal(_ code: Int) -> Int64 {
        guard kind != .string else { return 0 }
        let distance = bytes.load(at: textStart + (code - 1) * width, width: width)
        return least &+ Int64(truncatingIfNeeded: UInt64(truncatingIfNeeded: distance) << shift)
    }

    /// The UTF-8 of a code from 1 to ``values``.
    func string(_ code: Int) -> ArraySlice<UInt8> {
        guard kind == .string else { return [] }
        let start = code == 1 ? 0 : stringEnd(code - 1)
        let end = stringEnd(code)
        guard start <= end, end <= bytes.count - textStart else { return [] }
        return bytes[textStart + start..<textStart + end]
    }

    private func stringEnd(_ code: Int) -> Int {
        let width = widths & Self.wideEnds != 0 ? 4 : 2
        return bytes.load(at: valuesStart + (code - 1) * width, width: width)
    }

    func sortValue(_ code: Int) -> SortValue {
        kind == .string ? .string(Array(string(code))) : .ordinal(ordinal(code))
    }

    /// Marks which documents have a value whose code is accepted, by code from 0 on.
    func mark(_ documents: DocumentRun, _ accepted: [Bool]) -> [Bool] {
        var marks = [Bool](repeating: false, count: documents.count)
        for index in 0..<documents.count {
            for position in positions(of: documents.place(index, from: first)) {
                if accepted[code(at: position)] {
                    marks[index] = true
                    break
                }
            }
        }
        return marks
    }

    /// Adds to `counts` how many of the marked documents have each code.
    func count(_ documents: DocumentRun, _ marks: [Bool], into counts: inout [Int]) {
        for index in 0..<documents.count where marks[index] {
            for position in positions(of: documents.place(index, from: first)) {
                counts[code(at: position)] += 1
            }
        }
    }

    /// The code of a document's least or greatest value; 0 where it has none.
    func code(_ number: UInt32, greatest: Bool) -> Int {
        let positions = positions(of: Int(number) - Int(first))
        guard let first = positions.first, let last = positions.last else { return 0 }
        return code(at: greatest ? last : first)
    }

    /// The first code whose value `isBefore` refuses; `values + 1` where there is none.
    func firstCode(where isBefore: (_ code: Int) -> Bool) -> Int {
        var (low, high) = (1, values + 1)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension [UInt8] {
    /// The little-endian integer of `width` bytes, up to 8, at `place`, which is inside.
    func load(at place: Int, width: Int) -> Int {
        var value: UInt64 = 0
        for offset in 0..<width { value |= UInt64(self[place + offset]) << UInt64(8 * offset) }
        return Int(truncatingIfNeeded: value)
    }
}

extension ArraySlice<UInt8> {
    /// How the bytes order before or after `other`, byte for byte.
    func compare(with other: some RandomAccessCollection<UInt8>) -> Int {
        var (left, right) = (startIndex, other.startIndex)
        while left < endIndex, right < other.endIndex {
            if self[left] != other[right] { return self[left] < other[right] ? -1 : 1 }
            left += 1
            right = other.index(after: right)
        }
        return count - other.count
    }
}
