internal import DocketSystem
internal import DocketWire

/// Bytes that wait to be sent, first in, first out.
///
/// Small appends are copied together, so that a turn's replies leave in one write; large chunks are
/// kept as they are. Appending never fails, since a frame is sent whole or not at all: the
/// caller asks `hasRoom` before it begins one.
package struct SendBuffer: ~Copyable {
    /// From this size on, a chunk is kept as it is: copying it costs more than a write of its own.
    private static let wholeChunkMinimum = 16 << 10
    /// Small appends are collected into chunks of about this size.
    private static let collectedChunkSize = 256 << 10

    /// From this many bytes on there is no room.
    package var limit: Int
    /// How many bytes wait.
    package private(set) var count = 0

    private var chunks: [[UInt8]] = []
    /// Where the unsent bytes begin: the chunk, and the offset in it.
    private var head = 0
    private var offset = 0
    /// Whether the last chunk takes more small appends.
    private var isCollecting = false

    package init(limit: Int) { self.limit = limit }

    package var isEmpty: Bool { count == 0 }
    package var hasRoom: Bool { count < limit }

    /// Appends `bytes`; large ones are kept without a copy.
    package mutating func append(_ bytes: [UInt8]) {
        guard bytes.count < Self.wholeChunkMinimum else {
            // The chunk kept for the next turn is empty, and must not come before this one.
            if isEmpty { chunks.removeAll(keepingCapacity: true) }
            chunks.append(bytes)
            count += bytes.count
            isCollecting = false
            return
        }
        collect(bytes.count) { $0.append(contentsOf: bytes) }
    }

    /// Appends a copy of `bytes`.
    package mutating func append(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { bytes in
            collect(bytes.count) { unsafe $0.append(contentsOf: bytes) }
        }
    }

    /// Appends a frame; a large body is kept without a copy.
    mutating func append(_ header: FrameHeader, _ meta: [UInt8], _ body: [UInt8]) {
        let isWhole = body.count >= Self.wholeChunkMinimum
        collect(FrameHeader.size + meta.count + (isWhole ? 0 : body.count)) {
            header.encode(into: &$0)
            $0.append(contentsOf: meta)
            if !isWhole { $0.append(contentsOf: body) }
        }
        if isWhole { append(body) }
    }

    /// Appends the UTF-8 of a literal.
    package mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes in
            collect(bytes.count) { unsafe $0.append(contentsOf: bytes) }
        }
    }

    /// Gives the storage back when nothing waits.
    package mutating func releaseIfEmpty() {
        guard isEmpty else { return }
        chunks = []
        isCollecting = false
    }

    /// Forgets everything that waits.
    package mutating func removeAll() { consume(count) }

    private mutating func collect(_ added: Int, _ append: (inout [UInt8]) -> Void) {
        guard added > 0 else { return }
        if !isCollecting || chunks[chunks.count - 1].count + added > Self.collectedChunkSize {
            chunks.append([])
            isCollecting = true
        }
        append(&chunks[chunks.count - 1])
        count += added
    }

    /// Drops the first `sent` bytes.
    mutating func consume(_ sent: Int) {
        count -= sent
        offset += sent
        while head < chunks.count, offset >= chunks[head].count {
            offset -= chunks[head].count
            head += 1
        }
        if isEmpty { reset() } else if head >= 32 { dropSent() }
    }

    /// Lends the first chunk's unsent bytes; `isLast` says whether nothing follows them.
    func withFirst<Result>(
        _ body: (_ bytes: UnsafeRawBufferPointer, _ isLast: Bool) -> Result
    )
        -> Result?
    {
        guard head < chunks.count else { return nil }
        let isLast = head == chunks.count - 1
        return unsafe chunks[head].withUnsafeBytes { bytes in
            unsafe body(UnsafeRawBufferPointer(rebasing: bytes[offset...]), isLast)
        }
    }

    /// Keeps the storage of one collected chunk for the next turn.
    private mutating func reset() {
        if isCollecting, chunks[chunks.count - 1].capacity <= 2 * Self.collectedChunkSize {
            if chunks.count > 1 { chunks.removeSubrange(..<(chunks.count - 1)) }
            chunks[0].removeAll(keepingCapacity: true)
        } else {
            chunks.removeAll(keepingCapacity: true)
            isCollecting = false
        }
        head = 0
        offset = 0
    }

    private mutating func dropSent() {
        chunks.removeSubrange(..<head)
        head = 0
    }
}
