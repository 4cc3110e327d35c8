import DocketService
import Testing

@Suite("API keys", .timeLimit(.minutes(5)))
struct APIKeyTests {
    @Test("a new key is a prefix and 84 hexadecimal digits, and reads back as itself")
    func form() throws {
        let key = APIKey()
        #expect(key.text.utf8.count == APIKey.byteCount)
        #expect(key.text.hasPrefix("dk_\(key.id)"))
        let read = try #require(APIKey(parsing: Array(key.text.utf8)))
        #expect(read.id == key.id)
        #expect(read.secretHash == key.secretHash)
    }

    @Test("two keys share neither id nor secret")
    func random() {
        let keys = (0..<100).map { _ in APIKey() }
        #expect(Set(keys.map(\.id)).count == 100)
        #expect(Set(keys.map(\.secretHash)).count == 100)
    }

    @Test("the secret is not its own hash, and the id does not enter it")
    func hash() {
        let key = APIKey()
        #expect(key.secretHash.count == 32)
        #expect(!key.text.contains(key.secretHash.map { String($0, radix: 16) }.joined()))
    }

    @Test("every single wrong digit is noticed by the check digits")
    func checkDigits() {
        let bytes = Array(APIKey().text.utf8)
        for place in bytes.indices.dropFirst(3) {
            var wrong = bytes
            wrong[place] = wrong[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            #expect(APIKey(parsing: wrong) == nil, "digit \(place)")
        }
    }

    @Test("two neighbouring digits that changed places are noticed")
    func transposition() {
        let bytes = Array(APIKey().text.utf8)
        for place in 3..<bytes.count - 1 where bytes[place] != bytes[place + 1] {
            var wrong = bytes
            wrong.swapAt(place, place + 1)
            #expect(APIKey(parsing: wrong) == nil, "digits \(place) and \(place + 1)")
        }
    }

    @Test("other lengths, prefixes, cases and bytes are no keys")
    func otherForms() {
        let text = APIKey().text
        let others = [
            "", "dk_", text + "0", String(text.dropLast()), " " + text.dropFirst(),
            text.uppercased(), "dk-" + text.dropFirst(3), String(text.dropLast(2)) + "é",
        ]
        for other in others { #expect(APIKey(parsing: Array(other.utf8)) == nil, "\(other)") }
        var broken = Array(text.utf8)
        broken[10] = 0xFF
        #expect(APIKey(parsing: broken) == nil)
        broken[10] = 0
        #expect(APIKey(parsing: broken) == nil)
    }
}
