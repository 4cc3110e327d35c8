internal import DocketSystem

/// Bytes of a frame or message as they are put together: numbers big-endian, protobuf on request.
///
/// It grows as needed; what bounds it is the caller, who knows which frame it writes.
package struct ByteWriter: Sendable {
    /// All that was written.
    package var bytes: [UInt8]

    /// An empty writer with room for `capacity` bytes.
    package init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Bytes written so far: the place at which the next one goes.
    @inlinable package var count: Int { bytes.count }

    /// Forgets the bytes and keeps the memory.
    @inlinable package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Forgets all but the first `count` bytes.
    package mutating func truncate(to count: Int) {
        bytes.removeLast(Swift.max(0, bytes.count - count))
    }
}

// MARK: - Numbers and bytes

extension ByteWriter {
    /// Appends one byte.
    package mutating func append(_ value: UInt8) { bytes.append(value) }

    /// Appends two bytes, big-endian.
    package mutating func append(_ value: UInt16) { bytes.appendBigEndian(value) }

    /// Appends four bytes, big-endian.
    package mutating func append(_ value: UInt32) { bytes.appendBigEndian(value) }

    /// Appends eight bytes, big-endian.
    package mutating func append(_ value: UInt64) { bytes.appendBigEndian(value) }

    /// Appends all bytes of `span`.
    package mutating func append(_ span: RawSpan) { span.append(to: &bytes) }

    /// Appends all of `array`.
    package mutating func append(_ array: [UInt8]) { bytes.append(contentsOf: array) }
}

// MARK: - Protobuf

/// The wire types of protobuf that Docket uses; groups (3, 4) are refused.
package enum ProtobufWireType: UInt8, Sendable {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
    case fixed32 = 5
}

extension ByteWriter {
    /// Appends `value` as a base-128 varint of one to ten bytes.
    package mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends the tag of `field`.
    package mutating func appendTag(_ field: Int, _ type: ProtobufWireType) {
        appendVarint(UInt64(field) << 3 | UInt64(type.rawValue))
    }

    /// Appends a number, or nothing when it is zero as proto3 wants it.
    package mutating func appendField(_ field: Int, _ value: some UnsignedInteger) {
        if value != 0 { appendPresentField(field, value) }
    }

    /// Appends a number even when it is zero: for fields whose presence means something.
    package mutating func appendPresentField(_ field: Int, _ value: some UnsignedInteger) {
        appendTag(field, .varint)
        appendVarint(UInt64(value))
    }

    /// Appends a boolean, or nothing when it is false.
    package mutating func appendField(_ field: Int, _ value: Bool) {
        appendField(field, value ? 1 as UInt8 : 0)
    }

    /// Appends a string as UTF-8, or nothing when it is empty.
    package mutating func appendField(_ field: Int, _ value: String) {
        if !value.isEmpty { appendPresentField(field, text: value) }
    }

    /// Appends a string as UTF-8 even when it is empty: an element or a member of a choice.
    package mutating func appendPresentField(_ field: Int, text value: String) {
        appendTag(field, .bytes)
        appendVarint(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    /// Appends bytes, or nothing when there are none.
    package mutating func appendField(_ field: Int, _ value: [UInt8]) {
        if !value.isEmpty { appendPresentField(field, bytes: value) }
    }

    /// Appends a length-delimited field even when it is empty: an element or a sub-message.
    package mutating func appendPresentField(_ field: Int, bytes value: [UInt8]) {
        appendTag(field, .bytes)
        appendVarint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// Appends a sub-message that `body` writes behind what there is.
    package mutating func appendMessage(_ field: Int, _ body: (inout ByteWriter) -> Void) {
        appendTag(field, .bytes)
        let start = bytes.count
        bytes.append(0)
        body(&self)
        var length = bytes.count - start - 1
        // Few messages need more than the one byte kept for their length; they move up.
        var place = start
        while length >= 0x80 {
            bytes[place] = UInt8(truncatingIfNeeded: length) | 0x80
            place += 1
            bytes.insert(0, at: place)
            length >>= 7
        }
        bytes[place] = UInt8(truncatingIfNeeded: length)
    }
}
