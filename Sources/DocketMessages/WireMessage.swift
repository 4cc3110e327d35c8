package import DocketCore
package import DocketWire

/// A request or a reply as its protobuf body; the same code for the side that sends and the side
/// that receives.
package protocol WireMessage: Sendable {
    /// Reads the message. Unknown fields are skipped, a few; a field that is known and wrong
    /// throws.
    static func read(_ body: RawSpan) throws -> Self

    /// Appends the message's fields.
    func write(to writer: inout ByteWriter)
}

extension WireMessage {
    /// The message that `body` holds.
    ///
    /// - Throws: ``DocketError`` `invalidArgument` that says what cannot be read.
    package static func decode(_ body: RawSpan) throws(DocketError) -> Self {
        do {
            return try read(body)
        } catch let error as DocketError {
            throw error
        } catch {
            throw .invalid("body", "cannot be read: \(error)")
        }
    }

    /// The message's body.
    package func encode() -> [UInt8] {
        var writer = ByteWriter()
        write(to: &writer)
        return writer.bytes
    }
}

/// What is checked while one message is read: singular fields come once, unknown ones are few.
struct FieldCheck {
    /// Unknown fields of one message: a newer client has some, an attacker has many.
    private static let unknownMaximum = 32
    private let singular: UInt64
    private var seen: UInt64 = 0
    private var unknown = 0

    /// A check of a message whose fields of these numbers, below 64, are no lists.
    @inline(__always)
    init(singular numbers: Int...) {
        singular = numbers.reduce(0) { $0 | 1 << UInt64($1) }
    }

    /// The message's next field, or nil at its end.
    mutating func next(
        _ reader: inout ProtobufReader
    ) throws(ProtobufError) -> ProtobufField? {
        guard let field = try reader.nextField() else { return nil }
        let bit: UInt64 = field.number < 64 ? 1 << UInt64(field.number) : 0
        guard seen & bit == 0 else { throw .duplicateMessage(field: field.number) }
        seen |= bit & singular
        return field
    }

    /// Steps over a field that this version does not know.
    mutating func skip(
        _ field: ProtobufField,
        _ reader: inout ProtobufReader
    ) throws(ProtobufError) {
        unknown += 1
        guard unknown <= Self.unknownMaximum else { throw .outOfRange(field: field.number) }
        try reader.skip(field.wireType)
    }
}

extension ProtobufReader {
    /// Gives `append` the numbers of a list: all of a packed one, or the one that came alone.
    mutating func readNumbers(
        _ field: ProtobufField,
        _ append: (UInt64) throws(ProtobufError) -> Void
    ) throws(ProtobufError) {
        guard field.wireType == .bytes else { return try append(readNumber(field)) }
        var list = ProtobufReader(try readBytes(field))
        while !list.isAtEnd { try append(list.readVarint()) }
    }

    /// The value of a field of type double.
    mutating func readDouble(_ field: ProtobufField) throws(ProtobufError) -> Double {
        guard field.wireType == .fixed64 else { throw .unexpectedWireType(field: field.number) }
        return Double(bitPattern: try readFixed64())
    }

    /// The value of a field of type int64 that counts microseconds; zero means that there is none.
    mutating func readMicroseconds(_ field: ProtobufField) throws(ProtobufError) -> Int64? {
        let value = Int64(bitPattern: try readNumber(field))
        return value == 0 ? nil : value
    }
}

/// Bounds of repeated fields, beyond which nothing is read: the service's own limits are tighter.
enum WireLimits {
    static let documents = 10_000
    static let ids = 10_000
    static let attributes = 1000
    static let values = 10_000
    static let filterNodes = 1000
    static let names = 1000
    static let terms = 10_000
    static let hits = 100_000
}

extension Array {
    /// Appends one more element of a repeated field, within its bound.
    mutating func append(
        _ element: Element,
        _ field: ProtobufField,
        maximum: Int
    ) throws(ProtobufError) {
        guard count < maximum else { throw .outOfRange(field: field.number) }
        append(element)
    }
}

extension ByteWriter {
    /// Appends a sub-message, also an empty one.
    mutating func append(_ field: Int, message: some WireMessage) {
        appendMessage(field) { message.write(to: &$0) }
    }

    /// Appends strings, each as it is.
    mutating func append(_ field: Int, strings: [String]) {
        for string in strings { appendPresentField(field, text: string) }
    }

    /// Appends a signed number as int64, or nothing when it is zero.
    mutating func append(_ field: Int, int64 value: Int64) {
        appendField(field, UInt64(bitPattern: value))
    }

    /// Appends a double, also zero when it `isPresent`.
    mutating func append(_ field: Int, double value: Double, isPresent: Bool = false) {
        guard isPresent || value.bitPattern != 0 else { return }
        appendTag(field, .fixed64)
        append(value.bitPattern.byteSwapped)
    }

    /// Appends a packed list that `body` writes, or nothing when it writes nothing.
    mutating func appendPacked(_ field: Int, _ body: (inout ByteWriter) -> Void) {
        let start = count
        var isEmpty = true
        appendMessage(field) { list in
            let start = list.count
            body(&list)
            isEmpty = list.count == start
        }
        if isEmpty { truncate(to: start) }
    }
}

/// Signed numbers as protobuf's sint64 has them: small ones of either sign are short.
enum ZigZag {
    static func encode(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: value << 1) ^ UInt64(bitPattern: value >> 63)
    }

    static func decode(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
