/// Authentication codes of bytes under a secret key.
package enum HMAC {
    /// HMAC-SHA-256, 32 bytes.
    ///
    /// The key may be of any length; 32 random bytes are right.
    package static func sha256(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        authenticate(key: key, bytes)
    }
}
