internal import DocketSystem
internal import Testing

@Suite("Bytes", .timeLimit(.minutes(1)))
struct BytesTests {
    // From a reference that gives the published values for SipHash-2-4 with 128 bits.
    @Test(
        "hashes as SipHash-1-3 with 128 bits does",
        arguments: [
            (0, 0xBEA5_8827_B2BC_7EE7, 0x0130_30DD_6ADB_62FD),
            (1, 0xA8ED_D360_0437_6FFC, 0x63F0_2F2B_CC73_055E),
            (8, 0xB4DA_E3D5_E1FE_12AA, 0x99C7_F935_AB16_4F72),
            (15, 0x6C52_BDB2_0555_7EC1, 0x0901_7E1E_ECCD_2129),
            (100, 0xF6DE_78E1_6CAC_B5F5, 0x39B9_5641_51DE_6721),
        ] as [(Int, UInt64, UInt64)]
    )
    func sipHash(count: Int, low: UInt64, high: UInt64) {
        let hash = KeyedHash(low: 0x0706_0504_0302_0100, high: 0x0F0E_0D0C_0B0A_0908)
        let bytes = (0..<count).map { UInt8($0) }
        let digest = hash.digest(bytes.rawSpan)
        #expect(digest == (low, high))
    }

    @Test("hashes words as the bytes that they are")
    func hashOfWords() {
        let hash = KeyedHash(low: 1, high: 2)
        let words: (UInt64, UInt64, UInt64) = (3, 1 << 63, 0x0102_0304_0506_0708)
        var bytes: [UInt8] = []
        for word in [words.0, words.1, words.2] { bytes.appendBigEndian(word.byteSwapped) }
        bytes += [9, 8, 7]
        let digest = hash.digest(bytes.rawSpan)
        let ofWords = hash.digest(words, Array(bytes.suffix(3)).rawSpan)
        #expect(ofWords == digest)
        let other = KeyedHash.random().digest(bytes.rawSpan)
        #expect(other != digest)
    }

    @Test("writes hexadecimal digits")
    func hexadecimal() {
        #expect(Hexadecimal.text([]).isEmpty)
        #expect(Hexadecimal.text([0, 1, 0xAB, 0xFF]) == "0001abff")
        #expect(Hexadecimal.text(255) == "00000000000000ff")
        #expect(Hexadecimal.text(.max) == "ffffffffffffffff")
    }

    @Test("compares spans by their bytes", arguments: [0, 1, 7, 8, 9, 100])
    func comparison(count: Int) {
        let bytes = [UInt8](repeating: 7, count: count)
        #expect(isSame(bytes, Array(bytes)))
        #expect(!isSame(bytes, bytes + [7]))
        for place in bytes.indices {
            var other = bytes
            other[place] = 8
            #expect(!isSame(bytes, other))
        }
    }

    private func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.rawSpan.hasSameBytes(as: right.rawSpan)
    }
}
