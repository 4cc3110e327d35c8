internal import DocketSystem

/// Parameters in PostgreSQL's binary form: numbers are big-endian, an array is its count of
/// dimensions, flags, the elements' type, length and first index, then each element with its
/// length.
enum ArrayCodec {
    /// PostgreSQL's number of a type, the same in every database.
    enum TypeNumber: UInt32 {
        case boolean = 16
        case bytes = 17
        case integer = 20
        case text = 25
        case booleans = 1000
        case byteArrays = 1001
        case texts = 1009
        case integers = 1016
    }

    static func type(of value: SQLValue) -> TypeNumber {
        switch value {
        case .integer: .integer
        case .boolean: .boolean
        case .text: .text
        case .bytes: .bytes
        case .integers, .optionalIntegers: .integers
        case .booleans: .booleans
        case .texts: .texts
        case .byteArrays: .byteArrays
        }
    }

    /// nil for NULL.
    static func encode(_ value: SQLValue) -> [UInt8]? {
        switch value {
        case .integer(let integer): integer.map(bytes)
        case .boolean(let boolean): [boolean ? 1 : 0]
        case .text(let text): text.map { Array($0.utf8) }
        case .bytes(let bytes): bytes
        case .integers(let values): array(.integer, values, bytes)
        case .optionalIntegers(let values): array(.integer, values) { $0.map(bytes) }
        case .booleans(let values): array(.boolean, values) { [$0 ? 1 : 0] }
        case .texts(let values): array(.text, values) { text in text.map { Array($0.utf8) } }
        case .byteArrays(let values): array(.bytes, values) { $0 }
        }
    }

    private static func bytes(_ integer: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBigEndian(integer)
        return bytes
    }

    private static func array<Element>(
        _ type: TypeNumber,
        _ elements: [Element],
        _ encode: (Element) -> [UInt8]?
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        // An array without elements has no dimension.
        bytes.appendBigEndian(UInt32(elements.isEmpty ? 0 : 1))
        bytes.appendBigEndian(UInt32(1))
        bytes.appendBigEndian(type.rawValue)
        guard !elements.isEmpty else { return bytes }
        bytes.appendBigEndian(UInt32(truncatingIfNeeded: elements.count))
        bytes.appendBigEndian(UInt32(1))
        for element in elements {
            if let element = encode(element) {
                bytes.appendBigEndian(UInt32(truncatingIfNeeded: element.count))
                bytes += element
            } else {
                bytes.appendBigEndian(UInt32.max)
            }
        }
        return bytes
    }

    /// A whole number of 2, 4 or 8 bytes, or of one for a boolean; nil for other lengths.
    static func integer(_ bytes: RawSpan) -> Int64? {
        switch bytes.byteCount {
        case 1: Int64(bytes.byte(at: 0))
        case 2:
            Int64(Int16(truncatingIfNeeded: Int(bytes.byte(at: 0)) << 8 | Int(bytes.byte(at: 1))))
        case 4: Int64(Int32(bitPattern: bytes.bigEndian32(at: 0)))
        case 8: Int64(bitPattern: bytes.bigEndian64(at: 0))
        default: nil
        }
    }

    /// The elements of an array of whole numbers; those that are NULL are left out.
    static func integers(_ bytes: RawSpan) -> [Int64] {
        var elements: [Int64] = []
        var place = 20
        while place + 4 <= bytes.byteCount {
            let length = Int(Int32(bitPattern: bytes.bigEndian32(at: place)))
            place += 4
            guard length == 8, place + length <= bytes.byteCount else { continue }
            elements.append(Int64(bitPattern: bytes.bigEndian64(at: place)))
            place += length
        }
        return elements
    }
}
