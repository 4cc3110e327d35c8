internal import CDocketMessages

/// Memory for one message of protobuf-c: taken in a row, given back all at once.
@safe
final class ProtobufArena {
    private static let alignment = 16
    private let start: UnsafeMutableRawPointer
    private let capacity: Int
    private var used = 0
    /// What protobuf-c allocates with; its frees do nothing.
    let allocator: UnsafeMutablePointer<ProtobufCAllocator>

    /// An arena of `capacity` bytes; one message may take no more.
    init(capacity: Int) {
        self.capacity = capacity
        unsafe start = .allocate(byteCount: capacity, alignment: Self.alignment)
        unsafe allocator = .allocate(capacity: 1)
        unsafe allocator.initialize(
            to: ProtobufCAllocator(
                alloc: { arena, size in
                    guard let arena = unsafe arena else { return nil }
                    return unsafe Unmanaged<ProtobufArena>.fromOpaque(arena)
                        ._withUnsafeGuaranteedRef { unsafe $0.take(size) }
                },
                free: { _, _ in },
                allocator_data: Unmanaged.passUnretained(self).toOpaque()
            )
        )
    }

    deinit {
        unsafe allocator.deallocate()
        unsafe start.deallocate()
    }

    /// Gives everything back.
    func reset() { used = 0 }

    private func take(_ size: Int) -> UnsafeMutableRawPointer? {
        let rounded = (size + Self.alignment - 1) & ~(Self.alignment - 1)
        guard rounded <= capacity - used else { return nil }
        defer { used += rounded }
        return unsafe start + used
    }

    /// Room for `count` values, which the caller initialises.
    func take<Value>(_ type: Value.Type, _ count: Int) -> UnsafeMutablePointer<Value> {
        guard let memory = unsafe take(count * MemoryLayout<Value>.stride) else {
            preconditionFailure("the arena is too small for this message")
        }
        return unsafe memory.bindMemory(to: type, capacity: count)
    }

    /// A message of protobuf-c, as its `initialise` leaves it.
    func message<Message>(
        _ initialise: (UnsafeMutablePointer<Message>?) -> Void
    ) -> UnsafeMutablePointer<Message> {
        let message = unsafe take(Message.self, 1)
        unsafe initialise(message)
        return unsafe message
    }

    /// A repeated field of `values`, each as `element` makes it.
    func list<Value, Element>(
        _ values: [Value],
        _ element: (Value) -> Element
    ) -> UnsafeMutablePointer<Element> {
        let list = unsafe take(Element.self, values.count)
        for place in values.indices {
            unsafe (list + place).initialize(to: element(values[place]))
        }
        return unsafe list
    }

    /// A copy of `text` that ends with a NUL.
    func text(_ text: String) -> UnsafeMutablePointer<CChar>? {
        var text = text
        return text.withUTF8 { utf8 in
            let copy = unsafe take(CChar.self, utf8.count + 1)
            let bytes = UnsafeMutableRawPointer(copy)
            if let source = utf8.baseAddress, utf8.count > 0 {
                unsafe bytes.copyMemory(from: source, byteCount: utf8.count)
            }
            unsafe copy[utf8.count] = 0
            return unsafe copy
        }
    }

    /// A copy of `bytes`.
    func binary(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        unsafe ProtobufCBinaryData(len: bytes.count, data: list(bytes) { $0 })
    }
}
