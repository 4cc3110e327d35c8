internal import DocketSystem

/// How many bytes a frame may have; HELLO and HELLO_ACK announce it to the other side.
package struct FrameLimits: Hashable, Sendable {
    /// Most bytes of a body before compression: 128 KiB.
    package var frameRawMaximum = 128 << 10
    /// Most bytes of metadata: 8 KiB.
    package var metaMaximum = 8 << 10
    /// Whether the sender is a server, whose last DATA has metadata; that of a client never has.
    package var isFromServer = true

    /// The defaults, or what the peer was told.
    package init(frameRawMaximum: Int = 128 << 10, metaMaximum: Int = 8 << 10) {
        self.frameRawMaximum = frameRawMaximum
        self.metaMaximum = metaMaximum
    }

    /// What holds until HELLO is answered: bodies of at most 16 KiB.
    package static let beforeHello = FrameLimits(frameRawMaximum: 16 << 10)

    /// Most bytes of a frame after its header.
    package var lengthMaximum: Int { frameRawMaximum + metaMaximum }

    /// Least credit with which the largest frame can be sent.
    package var creditMinimum: Int { lengthMaximum + FrameHeader.size }
}

/// The 16 bytes before every frame's metadata and body.
package struct FrameHeader: Hashable, Sendable {
    /// Bytes of a header.
    @inlinable package static var size: Int { 16 }
    /// Most bytes after a header that the layout can say: 2^24 - 1.
    package static let lengthCeiling = 0xff_ffff

    /// Bytes after the header: metadata and body as sent.
    package var length: Int
    /// What the frame is for.
    package var type: FrameType
    /// Flags and priority.
    package var flags: FrameFlags
    /// How the body is compressed.
    package var codec: FrameCodec
    /// Bytes of metadata.
    package var metaLength: Int
    /// The call, or 0 for the connection.
    package var stream: UInt32
    /// Bytes of the body before compression.
    package var rawLength: Int

    /// A header for `metaLength` and `bodyLength` bytes; `rawLength` only when it is compressed.
    @inlinable package init(
        type: FrameType,
        flags: FrameFlags = [],
        stream: UInt32 = 0,
        metaLength: Int = 0,
        bodyLength: Int = 0,
        codec: FrameCodec = .identity,
        rawLength: Int? = nil
    ) {
        self.length = metaLength + bodyLength
        self.type = type
        self.flags = flags
        self.codec = codec
        self.metaLength = metaLength
        self.stream = stream
        self.rawLength = rawLength ?? bodyLength
    }

    /// Bytes of the body as sent; never negative in a header that is valid.
    @inlinable package var bodyLength: Int { length - metaLength }

    /// What the frame takes from the receiver's credit: raw body, metadata and header.
    @inlinable package var creditCost: Int { rawLength + metaLength + Self.size }

    /// Reads the layout at `offset`, where at least 16 bytes must be; judges nothing.
    package static func decode(_ bytes: RawSpan, at offset: Int = 0) -> FrameHeader {
        let high = bytes.bigEndian64(at: offset)
        let low = bytes.bigEndian64(at: offset + 8)
        let metaLength = Int(high & 0xffff)
        var header = FrameHeader(
            type: FrameType(rawValue: UInt8(truncatingIfNeeded: high >> 32)),
            flags: FrameFlags(rawValue: UInt8(truncatingIfNeeded: high >> 24)),
            stream: UInt32(truncatingIfNeeded: low >> 32),
            metaLength: metaLength,
            codec: FrameCodec(rawValue: UInt8(truncatingIfNeeded: high >> 16)),
            rawLength: Int(low & 0xffff_ffff)
        )
        header.length = Int(high >> 40)
        return header
    }

    /// Writes the 16 bytes.
    package func encode(into writer: inout ByteWriter) { encode(into: &writer.bytes) }

    /// Appends the 16 bytes.
    package func encode(into bytes: inout [UInt8]) {
        let (first, second) = words
        bytes.appendBigEndian(first)
        bytes.appendBigEndian(second)
    }

    private var words: (UInt64, UInt64) {
        assert(length <= Self.lengthCeiling && metaLength <= 0xffff && metaLength <= length)
        let kind = UInt64(type.rawValue) << 32 | UInt64(flags.rawValue) << 24
        return (
            UInt64(length) << 40 | kind | UInt64(codec.rawValue) << 16 | UInt64(metaLength),
            UInt64(stream) << 32 | UInt64(rawLength)
        )
    }
}
