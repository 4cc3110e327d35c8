internal import CDocketCrypto

/// Owns one `EVP_MD_CTX` that hashes with SHA-256.
@safe struct DigestHandle: ~Copyable {
    private let context: OpaquePointer

    /// Possible failures: memory alone, which ends the process as everywhere in Swift.
    init() {
        guard let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        else { preconditionFailure("no memory for a digest") }
        unsafe self.context = unsafe context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    func update(_ bytes: RawSpan) { unsafe bytes.withUnsafeBytes { unsafe update($0) } }

    func update(_ bytes: [UInt8]) { unsafe bytes.withUnsafeBytes { unsafe update($0) } }

    private func update(_ bytes: UnsafeRawBufferPointer) {
        let status = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(status == 1, "a digest takes bytes until it is finished")
    }

    /// The digest; the handle takes nothing more.
    consuming func finish() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { digest, count in
            let status = unsafe EVP_DigestFinal_ex(context, digest.baseAddress, nil)
            precondition(status == 1, "a digest is finished once")
            count = SHA256.byteCount
        }
    }
}

extension HMAC {
    /// One call of libcrypto; fails for want of memory alone.
    static func authenticate(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { code, count in
            let result = unsafe key.withUnsafeBytes { key in
                unsafe bytes.withUnsafeBytes { bytes in
                    // An empty key has no address; libcrypto takes a null one for "the last key".
                    unsafe CDocketCrypto.HMAC(
                        EVP_sha256(),
                        key.baseAddress ?? UnsafeRawPointer(code.baseAddress),
                        Int32(key.count),
                        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
                        bytes.count,
                        code.baseAddress,
                        nil
                    )
                }
            }
            precondition(unsafe result != nil, "no memory for an authentication code")
            count = SHA256.byteCount
        }
    }
}

extension ConstantTime {
    /// Both have the same number of bytes.
    static func equalBytes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard !left.isEmpty else { return true }
        return unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBytes { right in
                unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
            }
        }
    }
}
