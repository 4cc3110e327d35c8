internal import Glibc

extension RawSpan {
    /// The byte at `offset`; traps outside the span, so callers check the length first.
    @inlinable package func byte(at offset: Int) -> UInt8 {
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The four bytes from `offset` as a big-endian number; traps outside the span.
    @inlinable package func bigEndian32(at offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// The eight bytes from `offset` as a big-endian number; traps outside the span.
    @inlinable package func bigEndian64(at offset: Int) -> UInt64 {
        UInt64(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// A copy of all bytes.
    package func copied() -> [UInt8] {
        var copy: [UInt8] = []
        append(to: &copy)
        return copy
    }

    /// The bytes as text, or nil when they are not UTF-8.
    package func text() -> String? {
        unsafe withUnsafeBytes { bytes in
            let bytes = unsafe bytes.assumingMemoryBound(to: UInt8.self)
            guard let utf8 = try? unsafe UTF8Span(validating: bytes.span) else { return nil }
            return String(copying: utf8)
        }
    }

    /// Whether one of the bytes is zero.
    package var containsZero: Bool {
        // The least of all is found many bytes at a time, the first zero only one by one.
        unsafe withUnsafeBytes { unsafe $0.reduce(.max, Swift.min) == 0 }
    }

    /// Appends all bytes to `array`.
    @inlinable package func append(to array: inout [UInt8]) {
        unsafe withUnsafeBytes { unsafe array.append(contentsOf: $0) }
    }

    /// Whether the array holds the same bytes.
    package func hasSameBytes(as other: [UInt8]) -> Bool { hasSameBytes(as: other.rawSpan) }

    /// Whether both hold the same bytes.
    package func hasSameBytes(as other: RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        return unsafe withUnsafeBytes { mine in
            unsafe other.withUnsafeBytes { theirs in
                // Without an address there are no bytes.
                guard let mine = mine.baseAddress, let theirs = theirs.baseAddress
                else { return true }
                return unsafe memcmp(mine, theirs, byteCount) == 0
            }
        }
    }
}

extension [UInt8] {
    /// The bytes of the array, to be read where they are.
    package var rawSpan: RawSpan {
        @_lifetime(borrow self) @inlinable
        get { unsafe span.bytes }
    }

    /// Appends the bytes of `value`, the highest first.
    @inlinable package mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: value.bigEndian) { unsafe append(contentsOf: $0) }
    }
}
