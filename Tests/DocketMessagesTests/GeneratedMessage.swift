internal import CDocketMessages
internal import Glibc

/// One message of the contract as protobuf-c reads and writes it.
@safe struct GeneratedMessage: Sendable {
    private typealias Unpack =
        @Sendable (
            UnsafeMutablePointer<ProtobufCAllocator>?, [UInt8]
        ) -> UnsafeMutablePointer<ProtobufCMessage>?

    private let unpack: Unpack

    /// The message that `unpack`, a generated function, reads.
    @safe init<Fields>(
        _ unpack:
            @escaping @Sendable (
                UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?
            ) -> UnsafeMutablePointer<Fields>?
    ) {
        unsafe self.unpack = { allocator, body in
            let fields = unsafe body.withUnsafeBufferPointer { bytes in
                unsafe unpack(allocator, bytes.count, bytes.baseAddress)
            }
            // Because every generated message begins with the general one.
            return unsafe fields.map {
                unsafe UnsafeMutableRawPointer($0).assumingMemoryBound(to: ProtobufCMessage.self)
            }
        }
    }

    /// What `use` makes of the message that protobuf-c reads in `body`, or nil when it cannot read
    /// it with 64 bytes of memory for each byte.
    func reading<Result>(
        _ body: [UInt8],
        _ use: (UnsafeMutablePointer<ProtobufCMessage>) -> Result
    ) -> Result? {
        var budget = 4096 + 64 * body.count
        return unsafe withUnsafeMutablePointer(to: &budget) { budget in
            var allocator = unsafe ProtobufCAllocator(
                alloc: { budget, size in
                    guard let budget = unsafe budget?.assumingMemoryBound(to: Int.self),
                        unsafe budget.pointee >= size
                    else { return nil }
                    unsafe budget.pointee -= size
                    return unsafe malloc(size)
                },
                free: { unsafe free($1) },
                allocator_data: budget
            )
            guard let message = unsafe unpack(&allocator, body) else { return nil }
            defer { unsafe protobuf_c_message_free_unpacked(message, &allocator) }
            return unsafe use(message)
        }
    }

    /// Whether protobuf-c reads `body`.
    func accepts(_ body: [UInt8]) -> Bool { unsafe reading(body) { _ in true } ?? false }

    /// What protobuf-c writes after it has read `body`, or nil when it cannot read it.
    func repacked(_ body: [UInt8]) -> [UInt8]? {
        unsafe reading(body) { message in
            let count = unsafe protobuf_c_message_get_packed_size(message)
            return unsafe [UInt8](unsafeUninitializedCapacity: count) { bytes, written in
                // Because an array of no capacity may have no address, and nothing is written.
                guard let start = bytes.baseAddress else { return }
                written = unsafe protobuf_c_message_pack(message, start)
            }
        }
    }
}
