/// The 128 bits by which a key is found.
struct KeyDigest: Hashable, Sendable {
    let low: UInt64
    let high: UInt64
}

/// SipHash-1-3 with 128 bits, under a key that nobody else knows: nobody can aim for collisions.
///
/// Fewer rounds than SipHash-2-4 are enough, and half the time, because a digest only finds a key:
/// its bytes are compared before anything is given.
struct KeyHasher: Sendable {
    private let key: (low: UInt64, high: UInt64)

    init(low: UInt64, high: UInt64) { key = (low, high) }

    /// A hasher under a random key.
    static func random() -> KeyHasher {
        KeyHasher(low: .random(in: .min ... .max), high: .random(in: .min ... .max))
    }

    func digest(_ scope: CacheScope, _ bytes: RawSpan) -> KeyDigest {
        var state = SipState(key.low, key.high)
        let (first, second, third) = scope.words
        state.absorb(first)
        state.absorb(second)
        state.absorb(third)
        return state.absorbLast(bytes, before: 24)
    }

    /// The hash of bytes alone, as SipHash is defined.
    func digest(_ bytes: RawSpan) -> KeyDigest {
        var state = SipState(key.low, key.high)
        return state.absorbLast(bytes, before: 0)
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
    mutating func absorbLast(_ bytes: RawSpan, before: Int) -> KeyDigest {
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
        return KeyDigest(low: low, high: v0 ^ v1 ^ v2 ^ v3)
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

extension RawSpan {
    /// True when `stored` holds the same bytes.
    func isEqual(to stored: [UInt8]) -> Bool {
        let stored = unsafe stored.span.bytes
        guard byteCount == stored.byteCount else { return false }
        var offset = 0
        while offset + 8 <= byteCount {
            let mine = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let theirs = unsafe stored.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            guard mine == theirs else { return false }
            offset += 8
        }
        while offset < byteCount {
            let mine = unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            guard unsafe stored.unsafeLoad(fromByteOffset: offset, as: UInt8.self) == mine else {
                return false
            }
            offset += 1
        }
        return true
    }

    /// A copy of all bytes.
    func copied() -> [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}

extension [UInt8] {
    /// The bytes of the array, to be read where they are.
    var rawSpan: RawSpan {
        @_lifetime(borrow self)
        get { unsafe span.bytes }
    }
}
