internal import DocketSystem

/// Why bytes are not a protobuf message that Docket reads.
package enum ProtobufError: Error, Hashable, Sendable {
    /// The bytes end inside a field.
    case truncated
    /// A varint of more than ten bytes or more than 64 bits.
    case malformedVarint
    /// A field number of zero or above 2^29 - 1.
    case invalidFieldNumber
    /// A group or a wire type that does not exist.
    case unsupportedWireType
    /// A known field with a wire type that is not its own.
    case unexpectedWireType(field: Int)
    /// A number beyond what the field holds, or a string or list beyond its bound.
    case outOfRange(field: Int)
    /// A string that is not UTF-8 or holds a NUL.
    case invalidText(field: Int)
    /// A singular field that comes twice, or a second member of a choice.
    case duplicateMessage(field: Int)
    /// Messages inside messages, deeper than any of the contract.
    case tooDeep
    /// Many small parts, which take far more memory than their bytes.
    case tooLarge
}

extension ProtobufError: CustomStringConvertible {
    /// What is wrong, by the number that the field has in the contract.
    package var description: String {
        switch self {
        case .truncated: "the bytes end inside a field"
        case .malformedVarint: "a varint is longer than ten bytes or 64 bits"
        case .invalidFieldNumber: "a field has a number that no field can have"
        case .unsupportedWireType: "a field has a wire type that is not supported"
        case .unexpectedWireType(let field): "field \(field) has another wire type than its own"
        case .outOfRange(let field): "field \(field) is beyond its bound"
        case .invalidText(let field): "field \(field) is not UTF-8 or holds a NUL"
        case .duplicateMessage(let field): "field \(field) comes twice"
        case .tooDeep: "messages are nested too deep"
        case .tooLarge: "the parts take more memory than a body of this length is given"
        }
    }
}

/// The tag of a field: its number and how its value is written.
package struct ProtobufField: Hashable, Sendable {
    /// 1 to 2^29 - 1.
    package var number: Int
    /// How the value that follows is written.
    package var wireType: ProtobufWireType

    package init(number: Int, wireType: ProtobufWireType) {
        self.number = number
        self.wireType = wireType
    }
}

/// Reads one protobuf message front to back, in time linear in its length and without allocating.
///
/// It looks at one level: a sub-message comes back as bytes, for which the caller makes another
/// reader, so the caller decides on depth. No bytes make it trap.
package struct ProtobufReader: ~Escapable {
    private let bytes: RawSpan
    /// Where the next byte is read.
    package private(set) var offset = 0
    private var field = 0

    /// A reader at the start of `bytes`.
    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan) { self.bytes = bytes }

    /// True when every byte has been read.
    package var isAtEnd: Bool { offset >= bytes.byteCount }

    /// The next tag, or nil at the end; the caller then reads or skips the value.
    package mutating func nextField() throws(ProtobufError) -> ProtobufField? {
        if isAtEnd { return nil }
        let tag = try readVarint(bytes: 5)
        let number = tag >> 3
        guard (1...0x1fff_ffff).contains(number) else { throw .invalidFieldNumber }
        guard let type = ProtobufWireType(rawValue: UInt8(tag & 7)) else {
            throw .unsupportedWireType
        }
        field = Int(number)
        return ProtobufField(number: field, wireType: type)
    }

    /// Reads a varint; also one that is longer than it need be, as every protobuf reader does.
    package mutating func readVarint() throws(ProtobufError) -> UInt64 {
        try readVarint(bytes: 10)
    }

    /// Reads a varint of at most `count` bytes: tags and lengths have five, as 32-bit numbers.
    private mutating func readVarint(bytes count: Int) throws(ProtobufError) -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<count {
            guard offset < bytes.byteCount else { throw .truncated }
            let byte = bytes.byte(at: offset)
            offset += 1
            if place == 9, byte > 1 { throw .malformedVarint }
            value |= UInt64(byte & 0x7f) << UInt64(place * 7)
            if byte < 0x80 { return value }
        }
        throw .malformedVarint
    }

    /// Reads four bytes, little-endian as protobuf has them.
    package mutating func readFixed32() throws(ProtobufError) -> UInt32 {
        guard bytes.byteCount - offset >= 4 else { throw .truncated }
        defer { offset += 4 }
        return bytes.bigEndian32(at: offset).byteSwapped
    }

    /// Reads eight bytes, little-endian as protobuf has them.
    package mutating func readFixed64() throws(ProtobufError) -> UInt64 {
        guard bytes.byteCount - offset >= 8 else { throw .truncated }
        defer { offset += 8 }
        return bytes.bigEndian64(at: offset).byteSwapped
    }

    /// Reads a length and as many bytes: a string, bytes, a sub-message or a packed list.
    @_lifetime(copy self)
    package mutating func readBytes() throws(ProtobufError) -> RawSpan {
        let length = try readVarint(bytes: 5)
        guard length <= UInt64(bytes.byteCount - offset) else { throw .truncated }
        let start = offset
        offset += Int(length)
        return bytes.extracting(start..<offset)
    }

    /// Steps over the value of a field that the caller does not know.
    package mutating func skip(_ type: ProtobufWireType) throws(ProtobufError) {
        switch type {
        case .varint: _ = try readVarint()
        case .fixed64: _ = try readFixed64()
        case .bytes: _ = try readBytes()
        case .fixed32: _ = try readFixed32()
        }
    }
}

// MARK: - Values of a known field

extension ProtobufReader {
    /// The value of a `field` of an unsigned integer type, no larger than `maximum`.
    package mutating func readNumber<Number: FixedWidthInteger & UnsignedInteger>(
        _ field: ProtobufField,
        maximum: Number = .max
    ) throws(ProtobufError) -> Number {
        guard field.wireType == .varint else {
            throw .unexpectedWireType(field: field.number)
        }
        let value = try readVarint()
        guard value <= UInt64(maximum) else { throw .outOfRange(field: field.number) }
        return Number(value)
    }

    /// The value of a boolean field; anything but zero is true.
    package mutating func readBool(_ field: ProtobufField) throws(ProtobufError) -> Bool {
        try readNumber(field) as UInt64 != 0
    }

    /// The bytes of a length-delimited field of at most `maximum` bytes.
    @_lifetime(copy self)
    package mutating func readBytes(
        _ field: ProtobufField,
        maximum: Int = .max
    ) throws(ProtobufError) -> RawSpan {
        guard field.wireType == .bytes else { throw .unexpectedWireType(field: field.number) }
        let value = try readBytes()
        guard value.byteCount <= maximum else { throw .outOfRange(field: field.number) }
        return value
    }

    /// The text of a field of at most `maximum` bytes: valid UTF-8, without NUL.
    package mutating func readString(
        _ field: ProtobufField,
        maximum: Int = .max
    ) throws(ProtobufError) -> String {
        let utf8 = try readBytes(field, maximum: maximum)
        guard let text = utf8.text(), !utf8.containsZero else {
            throw .invalidText(field: field.number)
        }
        return text
    }
}
