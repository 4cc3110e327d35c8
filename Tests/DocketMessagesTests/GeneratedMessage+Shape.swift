internal import CDocketMessages

extension GeneratedMessage {
    /// The levels of messages inside this one, itself included, or nil for over 20.
    func levels() -> Int? {
        unsafe reading([]) { unsafe GeneratedShape.levels($0.pointee.descriptor, left: 20) } ?? nil
    }

    /// The fields of the message that has most, of this one and those inside it.
    func mostFields() -> Int {
        unsafe reading([]) { unsafe GeneratedShape.mostFields($0.pointee.descriptor, left: 20) }
            ?? 0
    }
}

/// What protobuf-c's descriptors say of a message and those inside it.
private enum GeneratedShape {
    static func levels(_ message: UnsafePointer<ProtobufCMessageDescriptor>, left: Int) -> Int? {
        guard left > 0 else { return nil }
        var most = 0
        let inner = unsafe messages(in: message)
        for place in unsafe inner.indices {
            guard let levels = unsafe levels(inner[place], left: left - 1) else { return nil }
            most = max(most, levels)
        }
        return most + 1
    }

    static func mostFields(_ message: UnsafePointer<ProtobufCMessageDescriptor>, left: Int) -> Int {
        let own = unsafe Int(message.pointee.n_fields)
        guard left > 0 else { return own }
        return unsafe messages(in: message).reduce(own) { most, inner in
            unsafe max(most, mostFields(inner, left: left - 1))
        }
    }

    private static func messages(
        in message: UnsafePointer<ProtobufCMessageDescriptor>
    ) -> [UnsafePointer<ProtobufCMessageDescriptor>] {
        unsafe (0..<Int(message.pointee.n_fields)).compactMap { place in
            let field = unsafe message.pointee.fields[place]
            guard unsafe field.type == PROTOBUF_C_TYPE_MESSAGE else { return nil }
            return unsafe field.descriptor?.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
        }
    }
}
