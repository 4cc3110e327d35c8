import DocketWire

/// A zstd frame put together by hand, so that each part can be wrong (RFC 8878, 3.1.1).
struct ZstdFrame {
    var magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]
    /// Bytes of the content as the header claims; nil leaves it out, and then a window is needed.
    var contentSize: UInt64?
    /// The byte that gives the window; nil makes a single segment.
    var window: UInt8?
    var dictionaryID: UInt8?
    var hasChecksum = false
    var blocks: [Block] = []
    var trailer: [UInt8] = []

    enum Block {
        case raw([UInt8])
        /// One byte so many times: 128 KiB of content from four bytes.
        case run(UInt8, count: Int)
    }

    /// A frame of `content` as it is.
    static func raw(_ content: [UInt8]) -> ZstdFrame {
        ZstdFrame(contentSize: UInt64(content.count), blocks: [.raw(content)])
    }

    var bytes: [UInt8] {
        var bytes = magic
        var descriptor: UInt8 = contentSize == nil ? 0 : 0b1100_0000
        if window == nil { descriptor |= 0b0010_0000 }
        if hasChecksum { descriptor |= 0b0000_0100 }
        if dictionaryID != nil { descriptor |= 0b0000_0001 }
        bytes.append(descriptor)
        if let window { bytes.append(window) }
        if let dictionaryID { bytes.append(dictionaryID) }
        if let contentSize {
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: contentSize >> ($0 * 8)) }
        }
        for (place, block) in blocks.enumerated() {
            append(block, isLast: place == blocks.count - 1, to: &bytes)
        }
        return bytes + trailer
    }

    private func append(_ block: Block, isLast: Bool, to bytes: inout [UInt8]) {
        func header(_ type: Int, _ size: Int) {
            let word = (isLast ? 1 : 0) | type << 1 | size << 3
            bytes += (0..<3).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
        }
        switch block {
        case .raw(let content):
            header(0, content.count)
            bytes += content
        case .run(let byte, let count):
            header(1, count)
            bytes.append(byte)
        }
    }

    /// A frame that carries nothing and that zstd tools step over.
    static let skippable: [UInt8] = [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]
}
