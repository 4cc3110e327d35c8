internal import DocketSystem

/// The cyclic redundancy check of Ethernet and zip: finds mistyped keys, proves nothing.
package enum CRC32 {
    private static let polynomial: UInt32 = 0xEDB8_8320

    package static func checksum(of bytes: [UInt8]) -> UInt32 {
        var remainder = UInt32.max
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 {
                remainder = remainder >> 1 ^ (remainder & 1 == 1 ? polynomial : 0)
            }
        }
        return ~remainder
    }

    /// The checksum, its highest byte first.
    package static func bigEndianBytes(of bytes: [UInt8]) -> [UInt8] {
        var sum: [UInt8] = []
        sum.appendBigEndian(checksum(of: bytes))
        return sum
    }
}
