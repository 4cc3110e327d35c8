internal import DocketCrypto
internal import DocketSystem
internal import Testing

@Suite("Cryptography", .timeLimit(.minutes(5)))
struct DocketCryptoTests {
    @Test(
        "hashes the examples of FIPS 180",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func hash(text: String, digest: String) {
        #expect(Hexadecimal.text(SHA256.hash(Array(text.utf8))) == digest)
    }

    @Test("hashes in pieces as in one")
    func pieces() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for cut in [0, 1, 63, 64, 65, 999, 1000] {
            let digest = SHA256()
            digest.update(Array(bytes[..<cut]))
            unsafe digest.update(bytes.span.extracting(cut...).bytes)
            #expect(digest.finish() == SHA256.hash(bytes))
        }
    }

    @Test("authenticates the examples of RFC 4231")
    func codes() {
        let first = HMAC.sha256(key: Array(repeating: 0x0B, count: 20), Array("Hi There".utf8))
        #expect(
            Hexadecimal.text(first)
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        )
        let second = HMAC.sha256(
            key: Array("Jefe".utf8),
            Array("what do ya want for nothing?".utf8)
        )
        #expect(
            Hexadecimal.text(second)
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
        let long = HMAC.sha256(
            key: Array(repeating: 0xAA, count: 131),
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
        )
        #expect(
            Hexadecimal.text(long)
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        )
    }

    @Test("authenticates with an empty key, and nothing")
    func emptyKey() {
        #expect(
            Hexadecimal.text(HMAC.sha256(key: [], []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        )
    }

    @Test("compares bytes whatever their lengths")
    func comparison() {
        #expect(ConstantTime.equal([], []))
        #expect(ConstantTime.equal([1, 2, 3], [1, 2, 3]))
        #expect(!ConstantTime.equal([1, 2, 3], [1, 2, 4]))
        #expect(!ConstantTime.equal([1, 2, 3], [1, 2]))
        #expect(!ConstantTime.equal([], [0]))
    }

    @Test("checks as zip does")
    func checksum() {
        #expect(CRC32.checksum(of: Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(CRC32.checksum(of: []) == 0)
        #expect(CRC32.bigEndianBytes(of: Array("123456789".utf8)) == [0xCB, 0xF4, 0x39, 0x26])
    }

    @Test("makes random bytes that differ")
    func random() {
        #expect(RandomBytes.make(0).isEmpty)
        let many = Set((0..<1000).map { _ in Hexadecimal.text(RandomBytes.make(16)) })
        #expect(many.count == 1000)
        #expect(many.allSatisfy { $0.utf8.count == 32 })
    }
}
