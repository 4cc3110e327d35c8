internal import CDocketMessages

/// One message of the contract as protobuf-c reads and writes it.
@safe struct GeneratedMessage: Sendable {
    private let unpacked: @Sendable ([UInt8]) -> UnsafeMutablePointer<ProtobufCMessage>?

    /// The message that `unpack`, a generated function, reads.
    @safe init<Fields>(
        _ unpack:
            @escaping @Sendable (
                UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?
            ) -> UnsafeMutablePointer<Fields>?
    ) {
        unsafe unpacked = { body in
            let fields = unsafe body.withUnsafeBufferPointer { bytes in
                unsafe unpack(nil, bytes.count, bytes.baseAddress)
            }
            // Because every generated message begins with the general one.
            return unsafe fields.map {
                unsafe UnsafeMutableRawPointer($0).assumingMemoryBound(to: ProtobufCMessage.self)
            }
        }
    }

    /// Whether protobuf-c reads `body`; what it made is freed.
    func accepts(_ body: [UInt8]) -> Bool {
        guard let message = unsafe unpacked(body) else { return false }
        unsafe protobuf_c_message_free_unpacked(message, nil)
        return true
    }

    /// What protobuf-c writes after it has read `body`, or nil when it cannot read it.
    func repacked(_ body: [UInt8]) -> [UInt8]? {
        guard let message = unsafe unpacked(body) else { return nil }
        defer { unsafe protobuf_c_message_free_unpacked(message, nil) }
        let count = unsafe protobuf_c_message_get_packed_size(message)
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { bytes, written in
            // Because an array of no capacity may have no address, and nothing is written then.
            guard let start = bytes.baseAddress else { return }
            written = unsafe protobuf_c_message_pack(message, start)
        }
    }

    /// How many fields protobuf-c did not know in `body`, at its top level.
    func unknownFields(in body: [UInt8]) -> Int? {
        guard let message = unsafe unpacked(body) else { return nil }
        defer { unsafe protobuf_c_message_free_unpacked(message, nil) }
        return unsafe Int(message.pointee.n_unknown_fields)
    }
}

extension GeneratedMessage {
    static let uploadRequest = GeneratedMessage {
        unsafe docket__v1__upload_request__unpack($0, $1, $2)
    }
    static let searchRequest = GeneratedMessage {
        unsafe docket__v1__search_request__unpack($0, $1, $2)
    }
    static let searchReply = GeneratedMessage {
        unsafe docket__v1__search_reply__unpack($0, $1, $2)
    }
    static let deleteRequest = GeneratedMessage {
        unsafe docket__v1__delete_request__unpack($0, $1, $2)
    }
    static let getReply = GeneratedMessage { unsafe docket__v1__get_reply__unpack($0, $1, $2) }
    static let statusReply = GeneratedMessage {
        unsafe docket__v1__status_reply__unpack($0, $1, $2)
    }
    static let streamPart = GeneratedMessage {
        unsafe docket__v1__stream_part__unpack($0, $1, $2)
    }
    static let collection = GeneratedMessage { unsafe docket__v1__collection__unpack($0, $1, $2) }
    static let createKeyReply = GeneratedMessage {
        unsafe docket__v1__create_key_reply__unpack($0, $1, $2)
    }
    static let quota = GeneratedMessage { unsafe docket__v1__quota__unpack($0, $1, $2) }
}
