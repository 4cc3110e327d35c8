internal import CDocketMessages
internal import DocketCore

extension ProtobufArena {
    var search: Way<SearchRequest> {
        Way(
            read: { body in
                try unsafe self.read(
                    body,
                    docket__v1__search_request__descriptor,
                    { unsafe docket__v1__search_request__unpack($0, $1, $2) }
                ) {
                    (message) throws(DocketError) in try unsafe ProtobufReading.search(message)
                }
            },
            write: { value in unsafe self.write { unsafe self.message(value) } }
        )
    }

    var found: Way<SearchReply> {
        Way(
            read: { body in
                try unsafe self.read(
                    body,
                    docket__v1__search_reply__descriptor,
                    { unsafe docket__v1__search_reply__unpack($0, $1, $2) }
                ) {
                    (message) throws(DocketError) in try unsafe ProtobufReading.found(message)
                }
            },
            write: { value in unsafe self.write { unsafe self.message(value) } }
        )
    }

    var upload: Way<UploadRequest> {
        Way(
            read: { body in
                try unsafe self.read(
                    body,
                    docket__v1__upload_request__descriptor,
                    { unsafe docket__v1__upload_request__unpack($0, $1, $2) }
                ) {
                    (message) throws(DocketError) in try unsafe ProtobufReading.upload(message)
                }
            },
            write: { value in unsafe self.write { unsafe self.message(value) } }
        )
    }

    private func read<Message, Value>(
        _ body: [UInt8],
        _ descriptor: ProtobufCMessageDescriptor,
        _ unpack: (
            UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?
        ) -> UnsafeMutablePointer<Message>?,
        _ convert: (Message) throws(DocketError) -> Value
    ) throws(DocketError) -> Value {
        defer { reset() }
        let message = unsafe body.withUnsafeBufferPointer { bytes in
            let isSafe = unsafe withUnsafePointer(to: descriptor) {
                unsafe ProtobufScan.accepts(bytes, $0)
            }
            return unsafe isSafe ? unpack(allocator, bytes.count, bytes.baseAddress) : nil
        }
        guard let message = unsafe message else { throw .invalid("body", "cannot be read") }
        return try unsafe convert(message.pointee)
    }

    private func write<Message>(_ build: () -> UnsafeMutablePointer<Message>) -> [UInt8] {
        defer { reset() }
        let message = unsafe UnsafeMutableRawPointer(build())
            .assumingMemoryBound(to: ProtobufCMessage.self)
        let count = unsafe protobuf_c_message_get_packed_size(message)
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { bytes, written in
            guard let start = bytes.baseAddress else { return }
            written = unsafe protobuf_c_message_pack(message, start)
        }
    }
}
