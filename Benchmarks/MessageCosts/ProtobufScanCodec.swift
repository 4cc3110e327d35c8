internal import CDocketMessages

/// The linear look at a body that protobuf-c needs before it.
///
/// It judges depth, singular messages that come twice, and text that is no UTF-8 or holds NUL;
/// without it protobuf-c merges in quadratic time and recurses without a bound.
@safe
struct ProtobufScan {
    private static let depthMaximum = 16

    private var bytes: UnsafeRawBufferPointer
    private var place = 0

    static func accepts(
        _ body: UnsafeBufferPointer<UInt8>,
        _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    ) -> Bool {
        var scan = unsafe ProtobufScan(bytes: UnsafeRawBufferPointer(body))
        return unsafe scan.message(descriptor, end: body.count, depth: 1)
    }

    private mutating func message(
        _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
        end: Int,
        depth: Int
    ) -> Bool {
        guard depth <= Self.depthMaximum else { return false }
        var seen: UInt64 = 0
        while place < end {
            guard let tag = varint(end), tag >> 3 <= 1 << 29 else { return false }
            let number = UInt32(tag >> 3)
            let field = unsafe protobuf_c_message_descriptor_get_field(descriptor, number)
            if let field = unsafe field, unsafe field.pointee.type == PROTOBUF_C_TYPE_MESSAGE,
                unsafe field.pointee.label != PROTOBUF_C_LABEL_REPEATED
            {
                let bit = UInt64(1) << UInt64(number & 63)
                guard seen & bit == 0 else { return false }
                seen |= bit
            }
            guard unsafe value(tag & 7, field, end: end, depth: depth) else { return false }
        }
        return place == end
    }

    private mutating func value(
        _ wireType: UInt64,
        _ field: UnsafePointer<ProtobufCFieldDescriptor>?,
        end: Int,
        depth: Int
    ) -> Bool {
        switch wireType {
        case 0: return varint(end) != nil
        case 1: return skip(8, end)
        case 5: return skip(4, end)
        case 2:
            guard let length = varint(end), length <= UInt64(end - place) else { return false }
            let last = place + Int(length)
            guard let field = unsafe field else { return skip(Int(length), end) }
            switch unsafe field.pointee.type {
            case PROTOBUF_C_TYPE_MESSAGE:
                guard let inner = unsafe field.pointee.descriptor else { return false }
                let descriptor = unsafe inner.assumingMemoryBound(
                    to: ProtobufCMessageDescriptor.self
                )
                return unsafe message(descriptor, end: last, depth: depth + 1)
            case PROTOBUF_C_TYPE_STRING: return text(to: last)
            default: return skip(Int(length), end)
            }
        default: return false
        }
    }

    private mutating func text(to last: Int) -> Bool {
        defer { place = last }
        let text = unsafe UnsafeRawBufferPointer(rebasing: bytes[place..<last])
        guard unsafe !text.contains(0) else { return false }
        return unsafe (try? UTF8Span(validating: Span(_unsafeBytes: text))) != nil
    }

    private mutating func skip(_ count: Int, _ end: Int) -> Bool {
        guard count <= end - place else { return false }
        place += count
        return true
    }

    private mutating func varint(_ end: Int) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard place < end else { return nil }
            let byte = unsafe bytes[place]
            place += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
