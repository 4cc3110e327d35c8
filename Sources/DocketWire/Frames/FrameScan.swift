/// What is at some place in the bytes that have arrived.
package enum FrameScan: Hashable, Sendable {
    /// A frame may begin here; from its start at least this many bytes are needed to go on.
    case needMore(Int)
    /// A whole frame of this header.
    case frame(FrameHeader)
    /// A whole frame of a type that this version does not know and skips.
    case skip(FrameHeader)
    /// Bytes that no peer may send.
    case failed(FrameError)

    /// Judges the bytes from `offset`, the header as soon as it is there and before the rest is.
    ///
    /// - Parameters:
    ///   - bytes: what has arrived.
    ///   - offset: where the first byte is that was not used up.
    ///   - limits: what this side announced; with them no more than
    ///     `limits.lengthMaximum + FrameHeader.size` bytes are ever needed.
    package init(_ bytes: RawSpan, at offset: Int = 0, limits: FrameLimits) {
        let available = bytes.byteCount - offset
        guard available >= FrameHeader.size else {
            self = .needMore(FrameHeader.size)
            return
        }
        let header = FrameHeader.decode(bytes, at: offset)
        if let error = header.validate(limits: limits) {
            self = .failed(error)
        } else if available < header.frameLength {
            self = .needMore(header.frameLength)
        } else {
            self = header.type.isKnown ? .frame(header) : .skip(header)
        }
    }
}

extension FrameHeader {
    /// Bytes of the whole frame, header included.
    @inlinable package var frameLength: Int { Self.size + length }

    /// Where the metadata of a frame that starts at `offset` is.
    @inlinable package func metaRange(at offset: Int = 0) -> Range<Int> {
        let start = offset + Self.size
        return start..<start + metaLength
    }

    /// Where the body of a frame that starts at `offset` is.
    @inlinable package func bodyRange(at offset: Int = 0) -> Range<Int> {
        let start = offset + Self.size + metaLength
        return start..<offset + frameLength
    }
}
