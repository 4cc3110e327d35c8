/// SHA-256 of libcrypto, in one call or piece by piece.
package struct SHA256: ~Copyable {
    /// Bytes of a digest: 32.
    package static let byteCount = 32

    private let handle = DigestHandle()

    package init() {}

    package func update(_ bytes: RawSpan) { handle.update(bytes) }

    package func update(_ bytes: [UInt8]) { handle.update(bytes) }

    /// The digest of all bytes, 32 bytes.
    package consuming func finish() -> [UInt8] { handle.finish() }

    /// The digest of `bytes`, 32 bytes.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        let digest = SHA256()
        digest.update(bytes)
        return digest.finish()
    }
}
