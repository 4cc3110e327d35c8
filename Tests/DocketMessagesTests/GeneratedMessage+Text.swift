internal import CDocketMessages

extension GeneratedMessage {
    /// What protobuf-c reads in `body` with the contract's names, or nil when it cannot read it.
    ///
    /// Fields are `name: value` and `name { ... }`; one that it does not know is `unknown`.
    func text(of body: [UInt8]) -> String? {
        unsafe reading(body) { unsafe GeneratedText.fields(UnsafeRawPointer($0)) }
    }
}

/// A message of protobuf-c as text, by its descriptor.
private enum GeneratedText {
    static func fields(_ message: UnsafeRawPointer) -> String {
        let head = unsafe message.load(as: ProtobufCMessage.self)
        guard let descriptor = unsafe head.descriptor?.pointee else { return "" }
        var words: [String] = []
        for place in 0..<Int(unsafe descriptor.n_fields) {
            let field = unsafe descriptor.fields[place]
            words += unsafe values(field, message).map { value in
                unsafe String(cString: field.name) + value
            }
        }
        let unknown = unsafe Int(head.n_unknown_fields)
        return (words + Array(repeating: "unknown", count: unknown)).joined(separator: " ")
    }

    /// The values that are there: none of an unset field, all of a repeated one.
    private static func values(
        _ field: ProtobufCFieldDescriptor,
        _ message: UnsafeRawPointer
    ) -> [String] {
        let place = unsafe message + Int(unsafe field.offset)
        let quantifier = unsafe message + Int(unsafe field.quantifier_offset)
        if unsafe field.label == PROTOBUF_C_LABEL_REPEATED {
            let count = unsafe quantifier.load(as: Int.self)
            guard let list = unsafe place.load(as: UnsafeRawPointer?.self) else { return [] }
            return (0..<count).compactMap { element in
                unsafe value(field, list + element * size(field.type), isPresent: true)
            }
        }
        let isMember = unsafe field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0
        if isMember, unsafe quantifier.load(as: UInt32.self) != (unsafe field.id) { return [] }
        return unsafe value(field, place, isPresent: isMember).map { [$0] } ?? []
    }

    private static func size(_ type: ProtobufCType) -> Int {
        switch type {
        case PROTOBUF_C_TYPE_BOOL, PROTOBUF_C_TYPE_ENUM, PROTOBUF_C_TYPE_UINT32: 4
        case PROTOBUF_C_TYPE_BYTES: unsafe MemoryLayout<ProtobufCBinaryData>.stride
        default: 8
        }
    }

    /// A value, or nil for a default that need not be there.
    private static func value(
        _ field: ProtobufCFieldDescriptor,
        _ place: UnsafeRawPointer,
        isPresent: Bool
    ) -> String? {
        func number<Number: Numeric>(_ type: Number.Type) -> String? {
            let number = unsafe place.load(as: type)
            return number == .zero && !isPresent ? nil : ": \(number)"
        }
        switch unsafe field.type {
        case PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64: return number(Int64.self)
        case PROTOBUF_C_TYPE_UINT32: return number(UInt32.self)
        case PROTOBUF_C_TYPE_UINT64: return number(UInt64.self)
        case PROTOBUF_C_TYPE_DOUBLE: return number(Double.self)
        case PROTOBUF_C_TYPE_BOOL:
            let isTrue = unsafe place.load(as: protobuf_c_boolean.self) != 0
            return isTrue || isPresent ? ": \(isTrue)" : nil
        case PROTOBUF_C_TYPE_ENUM:
            let number = unsafe place.load(as: Int32.self)
            return number == 0 && !isPresent ? nil : unsafe ": \(name(of: number, field))"
        case PROTOBUF_C_TYPE_STRING:
            guard let text = unsafe place.load(as: UnsafePointer<CChar>?.self) else { return nil }
            let string = unsafe String(cString: text)
            return string.isEmpty && !isPresent ? nil : ": \"\(string)\""
        case PROTOBUF_C_TYPE_BYTES:
            let data = unsafe place.load(as: ProtobufCBinaryData.self)
            let bytes = unsafe Array(UnsafeBufferPointer(start: data.data, count: data.len))
            return bytes.isEmpty && !isPresent ? nil : ": \(bytes)"
        case PROTOBUF_C_TYPE_MESSAGE:
            let message = unsafe place.load(as: UnsafeRawPointer?.self)
            return unsafe message.map { unsafe " { \(fields($0)) }" }
        default: return ": of a type that the contract does not use"
        }
    }

    private static func name(of number: Int32, _ field: ProtobufCFieldDescriptor) -> String {
        let descriptor = unsafe field.descriptor?.assumingMemoryBound(
            to: ProtobufCEnumDescriptor.self
        )
        let value = unsafe protobuf_c_enum_descriptor_get_value(descriptor, number)
        return unsafe value.map { unsafe String(cString: $0.pointee.name) } ?? "\(number)"
    }
}
