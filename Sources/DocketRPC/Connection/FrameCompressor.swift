package import DocketWire

/// The zstd contexts of one event loop: half a megabyte that its connections share.
// Because: used on its loop's thread only.
package final class FrameCompressor: @unchecked Sendable {
    private var codec: ZstdCodec
    private var written = ByteWriter()

    package init() throws(FrameError) { codec = try ZstdCodec() }

    /// The compressed form of `raw`, or nil when that is not at least 5 % smaller.
    func compress(_ raw: RawSpan) -> [UInt8]? {
        written.removeAll()
        return codec.compress(raw, into: &written) ? written.bytes : nil
    }

    /// Appends the `rawLength` bytes that `body` holds to `bytes`.
    func decompress(
        _ body: RawSpan,
        rawLength: Int,
        onto bytes: inout [UInt8]
    ) throws(FrameError) {
        try codec.decompress(body, rawLength: rawLength, into: &bytes)
    }
}
