/// SipHash-1-3 with 128 bits, under a key that nobody else knows: nobody can aim for collisions.
///
/// For tables whose keys come from a peer. It has fewer rounds than SipHash-2-4 and takes half the
/// time, so it authenticates nothing: the bytes themselves are compared wherever it finds them.
package struct KeyedHash: Sendable {
    private let key: (low: UInt64, high: UInt64)

    package init(low: UInt64, high: UInt64) { key = (low, high) }

    /// A hash under a random key.
    package static func random() -> KeyedHash {
        KeyedHash(low: .random(in: .min ... .max), high: .random(in: .min ... .max))
    }

    /// The hash of bytes, as SipHash is defined.
    package func digest(_ bytes: RawSpan) -> (low: UInt64, high: UInt64) {
        var state = SipState(key.low, key.high)
        return state.absorbLast(bytes, before: 0)
    }

    /// The hash of three words and the bytes after them.
    package func digest(
        _ words: (UInt64, UInt64, UInt64),
        _ bytes: RawSpan
    ) -> (low: UInt64, high: UInt64) {
        var state = SipState(key.low, key.high)
        state.absorb(words.0)
        state.absorb(words.1)
        state.absorb(words.2)
        return state.absorbLast(bytes, before: 24)
    }
}

private struct SipState {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64

    init(_ low: UInt64, _ high: UInt64) {
        v0 = low ^ 0x736F_6D65_7073_6575
        v1 = high ^ 0x646F_7261_6E64_6F6D ^ 0xEE
        v2 = low ^ 0x6C79_6765_6E65_7261
        v3 = high ^ 0x7465_6462_7974_6573
    }

    @inline(__always)
    mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        v0 ^= word
    }

    /// Absorbs all of `bytes`, which follow `before` others, and ends the hash.
    mutating func absorbLast(_ bytes: RawSpan, before: Int) -> (low: UInt64, high: UInt64) {
        let count = bytes.byteCount
        var offset = 0
        while offset + 8 <= count {
            absorb(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var last = UInt64(truncatingIfNeeded: before + count) << 56
        for index in offset..<count {
            let byte = unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            last |= UInt64(byte) << UInt64(8 * (index - offset))
        }
        absorb(last)
        v2 ^= 0xEE
        for _ in 0..<3 { round() }
        let low = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xDD
        for _ in 0..<3 { round() }
        return (low, v0 ^ v1 ^ v2 ^ v3)
    }

    @inline(__always)
    private mutating func round() {
        v0 &+= v1
        v2 &+= v3
        v1 = (v1 &<< 13 | v1 &>> 51) ^ v0
        v3 = (v3 &<< 16 | v3 &>> 48) ^ v2
        v0 = v0 &<< 32 | v0 &>> 32
        v2 &+= v1
        v0 &+= v3
        v1 = (v1 &<< 17 | v1 &>> 47) ^ v2
        v3 = (v3 &<< 21 | v3 &>> 43) ^ v0
        v2 = v2 &<< 32 | v2 &>> 32
    }
}
