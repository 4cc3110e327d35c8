/// How the body of a frame is compressed.
package struct FrameCodec: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// As the protocol has it, without a call of the standard library.
    @inlinable package static func == (left: FrameCodec, right: FrameCodec) -> Bool {
        left.rawValue == right.rawValue
    }

    /// As it is.
    package static let identity = FrameCodec(rawValue: 0)
    /// One zstd frame without a dictionary.
    package static let zstd = FrameCodec(rawValue: 1)
}
