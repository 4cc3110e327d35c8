internal import DocketCrypto
internal import DocketSystem

/// The text of an API key: `dk_` + id + secret + check digits, all in lower-case hexadecimal.
///
/// The id is public and names the key in listings; the secret is 256 random bits, of which only a
/// SHA-256 is stored; the check digits (CRC-32 of what stands before them) tell a mistyped key from
/// a wrong one without asking anybody.
package struct APIKey: Sendable {
    package static let prefix = "dk_"
    /// 12 digits of id, 64 of secret, 8 of check.
    package static let byteCount = 3 + 12 + 64 + 8

    package let id: String
    package let secretHash: [UInt8]
    /// The whole key, to be shown once.
    package let text: String

    /// A new key from the system's random numbers.
    package init() {
        let id = Hexadecimal.text(RandomBytes.make(6))
        self.init(id: id, secret: Hexadecimal.text(RandomBytes.make(32)))
    }

    /// The key that `bytes` spell, or nil when its form or its check digits are wrong.
    package init?(parsing bytes: [UInt8]) {
        guard bytes.count == Self.byteCount,
            let text = String(validating: bytes, as: UTF8.self), text.hasPrefix(Self.prefix)
        else { return nil }
        let digits = text.dropFirst(Self.prefix.utf8.count)
        guard digits.utf8.allSatisfy(Self.isDigit) else { return nil }
        let key = APIKey(
            id: String(digits.prefix(12)),
            secret: String(digits.dropFirst(12).prefix(64))
        )
        guard key.text == text else { return nil }
        self = key
    }

    private init(id: String, secret: String) {
        let body = Self.prefix + id + secret
        self.id = id
        secretHash = SHA256.hash(Array(secret.utf8))
        text = body + Hexadecimal.text(CRC32.bigEndianBytes(of: Array(body.utf8)))
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}
