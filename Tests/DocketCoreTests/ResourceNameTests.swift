import DocketCore
import Testing

@Suite("Names of tenants, collections and attributes", .timeLimit(.minutes(5)))
struct ResourceNameTests {
    @Test(
        "are letters, digits, _ and -, a letter first",
        arguments: ["a", "books", "a1", "a-b_c", "z9-"]
    )
    func good(_ name: String) { #expect(ResourceName.fault(in: name) == nil) }

    @Test(
        "are refused otherwise",
        arguments: [
            "", "A", "1a", "_a", "-a", "a b", "a.b", "a/b", "../a", "é", "a\u{301}", "a\n", "a\0",
            "aA", "a%2e", "a:b", "{a}", "а",
        ]
    )
    func bad(_ name: String) { #expect(ResourceName.fault(in: name) != nil) }

    @Test("have 64 bytes at most, and the refusal says so")
    func length() {
        #expect(ResourceName.fault(in: String(repeating: "a", count: 64)) == nil)
        #expect(
            ResourceName.fault(in: String(repeating: "a", count: 65))
                == "is 65 bytes, the limit is 64"
        )
        #expect(ResourceName.fault(in: "abcd", limit: 3) == "is 4 bytes, the limit is 3")
    }
}
