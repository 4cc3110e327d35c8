/// Attributes as the bytes that searches evaluate without making values of them.
///
/// One part for each attribute, ascending by slot: slot (1 byte), kind (1), count of values (2),
/// bytes that follow (4), values. Numbers, booleans and instants are 8 bytes that order as the
/// values do; a string is its length (2) and its UTF-8. All integers are little-endian.
package enum AttributeBlobCodec {
    /// What stands before the values of an attribute.
    package static let headerBytes = 8

    package enum Kind: UInt8, Sendable {
        case string = 1
        case number = 3
        case boolean = 4
        case time = 5
    }

    package static func encode(_ attributes: [BoundAttribute]) -> [UInt8] {
        var blob: [UInt8] = []
        for attribute in attributes {
            guard let first = attribute.values.first else { continue }
            var values: [UInt8] = []
            for value in attribute.values { append(value, to: &values) }
            blob.append(UInt8(truncatingIfNeeded: attribute.slot))
            blob.append(kind(of: first).rawValue)
            append(UInt64(attribute.values.count), bytes: 2, to: &blob)
            append(UInt64(values.count), bytes: 4, to: &blob)
            blob += values
        }
        return blob
    }

    /// nil for bytes that `encode` did not make.
    package static func decode(_ blob: RawSpan) -> [BoundAttribute]? {
        var attributes: [BoundAttribute] = []
        var place = 0
        while place < blob.byteCount {
            guard let part = AttributePart(at: place, in: blob) else { return nil }
            var values: [AttributeValue] = []
            values.reserveCapacity(part.count)
            part.forEachValue(in: blob) { value in
                values.append(attributeValue(value, part.kind, in: blob))
                return true
            }
            guard values.count == part.count else { return nil }
            attributes.append(BoundAttribute(slot: part.slot, values: values))
            place = part.values.upperBound
        }
        return attributes
    }

    package static func decode(_ blob: [UInt8]) -> [BoundAttribute]? {
        unsafe decode(blob.span.bytes)
    }

    private static func attributeValue(
        _ value: EncodedValue,
        _ kind: Kind,
        in blob: RawSpan
    ) -> AttributeValue {
        switch value {
        case .ordinal(let ordinal): Ordinal.value(ordinal, kind)
        case .string(let range): .string(String(decoding: blob.array(range), as: UTF8.self))
        }
    }

    package static func kind(of value: AttributeValue) -> Kind {
        switch value {
        case .string: .string
        case .number: .number
        case .boolean: .boolean
        case .time: .time
        }
    }

    private static func append(_ value: AttributeValue, to bytes: inout [UInt8]) {
        if case .string(let string) = value {
            var string = string
            string.withUTF8 { text in
                append(UInt64(text.count), bytes: 2, to: &bytes)
                unsafe bytes.append(contentsOf: text)
            }
        } else {
            append(UInt64(bitPattern: Ordinal.of(value)), bytes: 8, to: &bytes)
        }
    }

    private static func append(_ number: UInt64, bytes count: Int, to bytes: inout [UInt8]) {
        for shift in 0..<count {
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * shift)))
        }
    }
}

/// Numbers, booleans and instants as integers that order as they do.
package enum Ordinal {
    @inlinable package static func of(_ value: AttributeValue) -> Int64 {
        switch value {
        case .number(let number):
            let bits = Int64(bitPattern: number.bitPattern)
            return bits < 0 ? bits ^ .max : bits
        case .boolean(let boolean): return boolean ? 1 : 0
        case .time(let microseconds): return microseconds
        case .string: return 0
        }
    }

    @inlinable package static func value(
        _ ordinal: Int64,
        _ kind: AttributeBlobCodec.Kind
    ) -> AttributeValue {
        switch kind {
        case .number, .string:
            .number(Double(bitPattern: UInt64(bitPattern: ordinal < 0 ? ordinal ^ .max : ordinal)))
        case .boolean: .boolean(ordinal != 0)
        case .time: .time(microseconds: ordinal)
        }
    }
}

/// A value inside a blob.
package enum EncodedValue {
    case ordinal(Int64)
    /// The place of the UTF-8 in the blob.
    case string(Range<Int>)
}

/// Where one attribute stands in a blob.
package struct AttributePart {
    package let slot: Int
    package let kind: AttributeBlobCodec.Kind
    package let count: Int
    /// The values' bytes.
    package let values: Range<Int>

    /// The part whose header begins at `place`; nil for bytes that are none.
    @inlinable package init?(at place: Int, in blob: RawSpan) {
        guard let slot = blob.integer(UInt8.self, at: place),
            let kind = blob.integer(UInt8.self, at: place + 1).flatMap({
                AttributeBlobCodec.Kind(rawValue: $0)
            }),
            let count = blob.integer(UInt16.self, at: place + 2),
            let length = blob.integer(UInt32.self, at: place + 4)
        else { return nil }
        let start = place + AttributeBlobCodec.headerBytes
        guard Int(length) <= blob.byteCount - start else { return nil }
        self.slot = Int(slot)
        self.kind = kind
        self.count = Int(count)
        values = start..<start + Int(length)
    }

    /// The part of this slot, or nil.
    @inlinable package init?(slot: Int, in blob: RawSpan) {
        var place = 0
        while let part = AttributePart(at: place, in: blob), part.slot <= slot {
            if part.slot == slot {
                self = part
                return
            }
            place = part.values.upperBound
        }
        return nil
    }

    /// Calls `body` with each value in order until it returns false; true when it never did.
    @discardableResult
    @inlinable package func forEachValue(in blob: RawSpan, _ body: (EncodedValue) -> Bool) -> Bool {
        var place = values.lowerBound
        for _ in 0..<count {
            let value: EncodedValue
            if kind == .string {
                guard let length = blob.integer(UInt16.self, at: place).map(Int.init),
                    length <= values.upperBound - place - 2
                else { return true }
                value = .string(place + 2..<place + 2 + length)
                place += 2 + length
            } else {
                guard let bits = blob.integer(UInt64.self, at: place) else { return true }
                value = .ordinal(Int64(bitPattern: bits))
                place += 8
            }
            guard body(value) else { return false }
        }
        return true
    }
}

extension [UInt8] {
    /// Lends the bytes.
    @inlinable package func lent<Value>(_ body: (RawSpan) throws -> Value) rethrows -> Value {
        try body(unsafe span.bytes)
    }
}

extension RawSpan {
    /// The little-endian integer at `place`; nil when it is not all inside.
    @inlinable package func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type,
        at place: Int
    ) -> Value? {
        guard place >= 0, place <= byteCount - MemoryLayout<Value>.size else { return nil }
        return unsafe Value(
            littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: type)
        )
    }

    @inlinable package func array(_ range: Range<Int>) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= byteCount else { return [] }
        return unsafe extracting(range).withUnsafeBytes { unsafe Array($0) }
    }

    /// How the bytes of `range` order before or after `other`, byte for byte.
    @inlinable package func compare(_ range: Range<Int>, with other: [UInt8]) -> Int {
        unsafe extracting(range).withUnsafeBytes { left in
            let common = min(left.count, other.count)
            for place in 0..<common {
                let byte = unsafe left[place]
                if byte != other[place] { return byte < other[place] ? -1 : 1 }
            }
            return left.count - other.count
        }
    }

    /// Whether the bytes of `range` begin as `prefix`.
    @inlinable package func begins(_ range: Range<Int>, with prefix: [UInt8]) -> Bool {
        guard range.count >= prefix.count else { return false }
        return compare(range.lowerBound..<range.lowerBound + prefix.count, with: prefix) == 0
    }
}
