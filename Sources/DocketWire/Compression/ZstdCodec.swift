internal import CDocketZstd
internal import DocketSystem

/// One compressor and one decompressor of zstd, used again for every frame.
///
/// Together they hold about half a megabyte, so have one for each thread and not for each
/// connection. Every frame stands alone: nothing is carried over, and a frame that cannot be read
/// does no harm to the next.
// Because: the contexts belong to this value alone, and mutating access to it is exclusive.
@safe package struct ZstdCodec: ~Copyable, @unchecked Sendable {
    /// Bodies below this size are sent as they are: zstd would make them larger.
    package static let rawMinimum = 64
    /// Largest window of a frame: 2^17, so that no frame needs more than 128 KiB to be read.
    package static let windowLog = 17

    private let compressor: OpaquePointer
    private let decompressor: OpaquePointer

    /// Allocates both contexts.
    ///
    /// - Throws: a `FrameError` when there is no memory for them.
    package init() throws(FrameError) {
        guard let compressor = unsafe ZSTD_createCCtx() else { throw Self.noMemory }
        guard let decompressor = unsafe ZSTD_createDCtx() else {
            unsafe ZSTD_freeCCtx(compressor)
            throw Self.noMemory
        }
        unsafe self.compressor = compressor
        unsafe self.decompressor = decompressor
        // Setting these cannot fail: each is within the bounds that zstd.h gives.
        unsafe ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, 1)
        unsafe ZSTD_CCtx_setParameter(compressor, ZSTD_c_windowLog, Int32(Self.windowLog))
        unsafe ZSTD_CCtx_setParameter(compressor, ZSTD_c_contentSizeFlag, 1)
        unsafe ZSTD_CCtx_setParameter(compressor, ZSTD_c_checksumFlag, 0)
        unsafe ZSTD_DCtx_setParameter(
            decompressor,
            ZSTD_d_windowLogMax,
            Int32(Self.windowLog)
        )
    }

    deinit {
        unsafe ZSTD_freeCCtx(compressor)
        unsafe ZSTD_freeDCtx(decompressor)
    }

    private static var noMemory: FrameError {
        .connection(.internalError, "no memory for a zstd context")
    }

    /// Appends `raw` compressed, if that makes it at least 5 % smaller.
    ///
    /// - Returns: false when it does not, and then nothing was appended: send `raw` as it is.
    package mutating func compress(_ raw: RawSpan, into writer: inout ByteWriter) -> Bool {
        guard raw.byteCount >= Self.rawMinimum else { return false }
        // zstd gives up as soon as its output would pass this, so a poor ratio costs little.
        let capacity = raw.byteCount - (raw.byteCount + 19) / 20
        let context = unsafe compressor
        var isSmaller = false
        writer.bytes.append(addingCapacity: capacity) { output in
            let written = unsafe output.withUnsafeMutableBufferPointer { buffer, initialized in
                let result = unsafe raw.withUnsafeBytes { source in
                    unsafe ZSTD_compress2(
                        context,
                        buffer.baseAddress,
                        capacity,
                        source.baseAddress,
                        source.count
                    )
                }
                guard ZSTD_isError(result) == 0 else { return 0 }
                initialized = result
                return result
            }
            isSmaller = written > 0
        }
        return isSmaller
    }

    /// Appends what `body` decompresses to: exactly `rawLength` bytes.
    ///
    /// - Parameters:
    ///   - body: exactly one zstd frame with its content size, without a dictionary.
    ///   - rawLength: what the frame's header said, already checked against the limits.
    ///   - output: has nothing appended when this throws.
    /// - Throws: a `FrameError` for the call; the frame's end is known, so the connection goes on.
    package mutating func decompress(
        _ body: RawSpan,
        rawLength: Int,
        into output: inout [UInt8]
    ) throws(FrameError) {
        try Self.check(body, rawLength: rawLength)
        let context = unsafe decompressor
        let start = output.count
        output.append(addingCapacity: rawLength) { space in
            unsafe space.withUnsafeMutableBufferPointer { buffer, initialized in
                let result = unsafe body.withUnsafeBytes { source in
                    unsafe ZSTD_decompressDCtx(
                        context,
                        buffer.baseAddress,
                        rawLength,
                        source.baseAddress,
                        source.count
                    )
                }
                if ZSTD_isError(result) == 0 { initialized = result }
            }
        }
        guard output.count == start + rawLength else {
            output.removeLast(output.count - start)
            throw Self.damaged
        }
    }
}

// MARK: - What is refused before decompressing

extension ZstdCodec {
    private static var damaged: FrameError {
        .call(.invalidArgument, "the body is not one whole zstd frame of raw_len bytes")
    }

    /// The rules that the library does not keep by itself: it would take several frames, skippable
    /// ones, other formats' magic and, in one pass, any window.
    private static func check(_ body: RawSpan, rawLength: Int) throws(FrameError) {
        guard rawLength > 0, body.byteCount >= 6, body.bigEndian32(at: 0) == 0x28b5_2ffd,
            windowSize(body, rawLength: rawLength) <= 1 << windowLog
        else { throw damaged }
        let isSound = unsafe body.withUnsafeBytes { source in
            let (start, count) = (source.baseAddress, source.count)
            return unsafe ZSTD_getFrameContentSize(start, count) == UInt64(rawLength)
                && ZSTD_getDictID_fromFrame(start, count) == 0
                && ZSTD_findFrameCompressedSize(start, count) == count
        }
        guard isSound else { throw damaged }
    }

    /// The memory that a decoder needs by the frame's own header (RFC 8878, 3.1.1.1.2).
    private static func windowSize(_ body: RawSpan, rawLength: Int) -> Int {
        let isSingleSegment = body.byte(at: 4) & 0x20 != 0
        if isSingleSegment { return rawLength }
        let descriptor = Int(body.byte(at: 5))
        let base = 1 << (10 + descriptor >> 3)
        return base + base / 8 * (descriptor & 7)
    }
}
