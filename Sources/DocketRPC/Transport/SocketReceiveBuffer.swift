/// Bytes that were received and not yet consumed, in storage of a fixed size.
///
/// The storage exists from the first read on, until `releaseIfEmpty()`: ten thousand idle
/// connections hold none.
@safe package struct ReceiveBuffer: ~Copyable {
    package let capacity: Int
    private var storage: UnsafeMutableRawPointer?
    private var start = 0
    private var end = 0

    package init(capacity: Int) {
        self.capacity = max(1, capacity)
        unsafe storage = nil
    }

    deinit { unsafe storage?.deallocate() }

    /// How many bytes are unread.
    package var count: Int { end - start }
    package var isEmpty: Bool { start == end }
    /// Whether nothing can be read before something is consumed.
    package var isFull: Bool { count == capacity }

    /// The unread bytes, for as long as the buffer is not changed.
    package var unread: RawSpan {
        @_lifetime(borrow self)
        get {
            let bytes = unsafe UnsafeRawBufferPointer(
                start: storage.map { unsafe $0 + start },
                count: count
            )
            let span = unsafe RawSpan(_unsafeBytes: bytes)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Drops the first `count` unread bytes, at most all.
    package mutating func consume(_ count: Int) {
        start += min(max(0, count), self.count)
        if start == end {
            start = 0
            end = 0
        }
    }

    /// Drops all unread bytes.
    package mutating func removeAll() { consume(count) }

    /// Appends what fits of `bytes` and returns how much that was.
    package mutating func append(_ bytes: RawSpan) -> Int {
        unsafe fill { free in
            let count = min(free.count, bytes.byteCount)
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe free.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(count)))
            }
            return count
        }
    }

    /// Gives the storage back when nothing is unread.
    package mutating func releaseIfEmpty() {
        guard isEmpty else { return }
        unsafe storage?.deallocate()
        unsafe storage = nil
    }

    /// Lets `read` write to the free room at the end; it returns how many bytes it wrote.
    mutating func fill(_ read: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        let storage = unsafe storage ?? .allocate(byteCount: capacity, alignment: 16)
        unsafe self.storage = unsafe storage
        // Moved down only when little room is left, so that small messages are not moved at all.
        if start > 0, capacity - end < capacity / 4 {
            unsafe storage.copyMemory(from: storage + start, byteCount: count)
            end -= start
            start = 0
        }
        let free = unsafe UnsafeMutableRawBufferPointer(
            start: storage + end,
            count: capacity - end
        )
        let count = unsafe read(free)
        end += min(max(0, count), free.count)
        return count
    }
}
