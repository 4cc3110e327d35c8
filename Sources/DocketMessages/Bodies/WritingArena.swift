internal import CDocketMessages
internal import DocketWire

/// Memory for messages that protobuf-c packs, one after the other, and for what they point to.
///
/// It lives as long as the closure of ``use(_:)``. It is no class, whose every use would be counted
/// and guarded: a field is set in a few nanoseconds.
@safe
struct WritingArena {
    private static let alignment = 8
    private static let firstChunk = 8 << 10
    private static let largestChunk = 1 << 20

    /// A piece of memory, which begins with this.
    @safe
    private struct Chunk {
        var size: Int
        var previous: UnsafeMutablePointer<Chunk>?
    }

    @safe
    private struct Room {
        var newest: UnsafeMutablePointer<Chunk>?
        /// What is left of the newest piece.
        var next = unsafe UnsafeMutableRawPointer(bitPattern: alignment)
        var left = 0
        /// Bytes that the message is at most when it is packed.
        ///
        /// Those of its texts, and four for each byte of its structures and lists. The worst is a
        /// number of four bytes that becomes a tag of five and a varint of ten; a pointer's eight
        /// have room for a tag and a length.
        var packedMaximum = 0
        /// A text with a NUL was taken, where another byte stands now.
        var hasNUL = false

        /// Gives back all pieces but the newest.
        func freePrevious() {
            var chunk = unsafe newest?.pointee.previous
            while let current = unsafe chunk {
                unsafe chunk = current.pointee.previous
                unsafe UnsafeMutableRawPointer(current).deallocate()
            }
            unsafe newest?.pointee.previous = nil
        }
    }

    private let room: UnsafeMutablePointer<Room>

    /// What `body` makes with an arena that is given back when it returns.
    static func use<Result>(_ body: (WritingArena) -> Result) -> Result {
        var room = Room()
        defer {
            room.freePrevious()
            unsafe UnsafeMutableRawPointer(room.newest)?.deallocate()
        }
        return unsafe withUnsafeMutablePointer(to: &room) { room in
            body(unsafe WritingArena(room: room))
        }
    }

    /// Appends `message` to `body`: as a field of this number, or all there is of it.
    func append<Message: ContractMessage>(
        _ message: Message,
        field: Int? = nil,
        to body: inout ByteWriter
    ) {
        defer { reset() }
        guard let fields = unsafe self.message(message) else { return }
        let packed = unsafe UnsafeMutableRawPointer(fields)
            .assumingMemoryBound(to: ProtobufCMessage.self)
        let maximum = unsafe room.pointee.packedMaximum
        assert(unsafe protobuf_c_message_get_packed_size(packed) <= maximum)
        let bytes = unsafe take(UInt8.self, maximum)
        let count = unsafe protobuf_c_message_pack(packed, bytes)
        if unsafe room.pointee.hasNUL {
            unsafe docket_restore_nul(packed.pointee.descriptor, bytes, count)
        }
        if let field {
            body.appendTag(field, .bytes)
            body.appendVarint(UInt64(count))
        }
        unsafe body.append(UnsafeRawBufferPointer(start: bytes, count: count).bytes)
    }

    /// Forgets the message and keeps the largest piece of memory.
    private func reset() {
        unsafe room.pointee.freePrevious()
        unsafe room.pointee.packedMaximum = 0
        unsafe room.pointee.hasNUL = false
        if let newest = unsafe room.pointee.newest { unsafe start(newest) }
    }

    private func start(_ chunk: UnsafeMutablePointer<Chunk>) {
        unsafe room.pointee.next = UnsafeMutableRawPointer(chunk + 1)
        unsafe room.pointee.left = unsafe chunk.pointee.size
    }

    /// Memory for `count` values of a structure or a list, which the caller initialises.
    private func part<Value>(_ type: Value.Type, _ count: Int) -> UnsafeMutablePointer<Value> {
        unsafe room.pointee.packedMaximum += 4 * count * MemoryLayout<Value>.stride
        return unsafe take(type, count)
    }

    private func take<Value>(_ type: Value.Type, _ count: Int) -> UnsafeMutablePointer<Value> {
        let size = (count * MemoryLayout<Value>.stride + Self.alignment - 1) & -Self.alignment
        if size > (unsafe room.pointee.left) { grow(size) }
        let start = unsafe room.pointee.next.unsafelyUnwrapped
        unsafe room.pointee.next = unsafe start + size
        unsafe room.pointee.left -= size
        return unsafe start.bindMemory(to: type, capacity: count)
    }

    private func grow(_ least: Int) {
        let doubled = unsafe room.pointee.newest.map {
            unsafe min($0.pointee.size * 2, Self.largestChunk)
        }
        let size = max(least, doubled ?? Self.firstChunk)
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: MemoryLayout<Chunk>.stride + size,
            alignment: 16
        )
        let chunk = unsafe memory.bindMemory(to: Chunk.self, capacity: 1)
        unsafe chunk.initialize(to: Chunk(size: size, previous: room.pointee.newest))
        unsafe room.pointee.newest = chunk
        unsafe start(chunk)
    }
}

// MARK: - Fields to be packed

extension WritingArena {
    func text(_ text: String) -> UnsafeMutablePointer<CChar> {
        let copy = unsafe text.utf8.withContiguousStorageIfAvailable { unsafe self.copy($0) }
        guard let copy = unsafe copy else {
            return unsafe Array(text.utf8).withUnsafeBufferPointer { unsafe self.copy($0) }
        }
        return unsafe copy
    }

    private func copy(_ utf8: UnsafeBufferPointer<UInt8>) -> UnsafeMutablePointer<CChar> {
        let copy = unsafe take(CChar.self, utf8.count + 1)
        unsafe room.pointee.packedMaximum += utf8.count
        let bytes = unsafe UnsafeMutableRawBufferPointer(start: copy, count: utf8.count)
        unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(utf8))
        unsafe copy[utf8.count] = 0
        if unsafe docket_replace_nul(copy, utf8.count) { unsafe room.pointee.hasNUL = true }
        return unsafe copy
    }

    func texts(_ texts: [String]) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
        unsafe list(texts) { unsafe text($0) }
    }

    func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        let (count, data) = unsafe list(bytes) { $0 }
        return unsafe ProtobufCBinaryData(len: count, data: data)
    }

    func message<Message: ContractMessage>(
        _ message: Message?
    ) -> UnsafeMutablePointer<Message.Fields>? {
        guard let message else { return nil }
        let fields = unsafe part(Message.Fields.self, 1)
        unsafe Message.initialise(fields)
        unsafe message.write(to: &fields.pointee, self)
        return unsafe fields
    }

    func list<Message: ContractMessage>(
        _ messages: [Message]
    ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Message.Fields>?>?) {
        unsafe list(messages) { unsafe message($0) }
    }

    /// As many messages as `count`, set up by `initialise`, to be filled.
    func messages<Fields>(
        _ count: Int,
        _ initialise: (UnsafeMutablePointer<Fields>?) -> Void
    ) -> UnsafeMutableBufferPointer<UnsafeMutablePointer<Fields>?> {
        let list = unsafe part(UnsafeMutablePointer<Fields>?.self, count)
        let fields = unsafe part(Fields.self, count)
        for place in 0..<count {
            unsafe initialise(fields + place)
            unsafe (list + place).initialize(to: fields + place)
        }
        return unsafe UnsafeMutableBufferPointer(start: list, count: count)
    }

    /// How many elements `element` makes of `values`, and where they are.
    func list<Value, Element>(
        _ values: [Value],
        _ element: (Value) -> Element?
    ) -> (Int, UnsafeMutablePointer<Element>?) {
        guard !values.isEmpty else { return (0, nil) }
        let list = unsafe part(Element.self, values.count)
        var count = 0
        for value in values {
            guard let element = element(value) else { continue }
            unsafe (list + count).initialize(to: element)
            count += 1
        }
        return unsafe (count, list)
    }

    /// As many numbers as two for each of `values`, and where they are.
    func pairs<Value, Number>(
        _ values: [Value],
        _ pair: (Value) -> (Number, Number)
    ) -> (Int, UnsafeMutablePointer<Number>?) {
        let list = unsafe part(Number.self, values.count * 2)
        for (place, value) in values.enumerated() {
            unsafe (list[place * 2], list[place * 2 + 1]) = pair(value)
        }
        return unsafe (values.count * 2, list)
    }
}
