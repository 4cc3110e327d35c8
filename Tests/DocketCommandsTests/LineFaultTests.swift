internal import DocketCore
internal import Testing

@testable internal import DocketCommands

@Suite("Lines with faults", .timeLimit(.minutes(5)))
struct LineFaultTests {
    private func read(_ line: [UInt8]) -> DocumentReader.Outcome {
        var reader = DocumentReader()
        return reader.read(line)
    }

    private func read(_ line: String) -> DocumentReader.Outcome { read(Array(line.utf8)) }

    @Test("leaves it to the server to refuse a document without an id")
    func noID() {
        let expected = DocumentReader.Outcome.document(Document(id: "", title: "One"))
        #expect(read(#"{"title": "One"}"#) == expected)
        #expect(read(#"{"id": null, "title": "One"}"#) == expected)
    }

    @Test(
        "takes no number, boolean, array or object for an id",
        arguments: ["1", "true", "[]", "{}"]
    )
    func badID(value: String) {
        let rejected = DocumentReader.Outcome.rejected(
            id: "",
            field: "id",
            reason: "is not a string"
        )
        #expect(read("{\"id\": \(value)}") == rejected)
    }

    @Test("names a document by its id though the fault comes first")
    func lateID() {
        let rejected = DocumentReader.Outcome.rejected(
            id: "1",
            field: "title",
            reason: "is not a string"
        )
        #expect(read(#"{"title": 3, "more": 4, "id": "1"}"#) == rejected)
    }

    @Test("shortens the names that it shows")
    func longName() {
        let name = String(repeating: "n", count: 100_000)
        let outcome = read(#"{"id": "1", "attributes": {"\#(name)": {}}}"#)
        guard case .rejected(_, let field, _) = outcome else {
            Issue.record("an object was taken as a value")
            return
        }
        #expect(field.hasPrefix("attributes.nnn"))
        #expect(field.utf8.count < 100)
    }

    @Test(
        "refuses a name that comes twice, in the document and among its attributes",
        arguments: [
            (#"{"id": "1", "title": "a", "title": "b"}"#, "title"),
            (#"{"id": "1", "attributes": {"year": 1, "year": 2}}"#, "year"),
            (#"{"id": "1", "attributes": {}, "attributes": {}}"#, "attributes"),
            (#"{"id": "1", "title": "a", "\u0074itle": "b"}"#, "title"),
        ]
    )
    func twice(line: String, name: String) {
        let reason = "has \"\(name)\" twice in one object"
        guard case .rejected(_, _, reason) = read(line) else {
            Issue.record("\(read(line))")
            return
        }
    }

    @Test(
        "refuses what is nearly JSON",
        arguments: [
            "", " ", "{", #"{"id": "1"} x"#, #"{"id": "1"}{"id": "2"}"#, #"{"id": "1",}"#,
            "{'id': '1'}", #"{id: "1"}"#, #"{"id": "\ud800"}"#, #"{"id": "a\qb"}"#,
            "{\"id\": \"a\tb\"}", #"{"attributes": {"year": 01}}"#,
            #"{"attributes": {"year": NaN}}"#, #"{"attributes": {"year": 1e999}}"#,
        ]
    )
    func nearlyJSON(line: String) {
        guard case .rejected(_, _, let reason) = read(line) else {
            Issue.record("\(read(line))")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test("refuses bytes that are not UTF-8")
    func notUTF8() {
        let line = Array(#"{"id": ""#.utf8) + [0xC3, 0x28, 0xFF] + Array(#""}"#.utf8)
        guard case .rejected = read(line) else {
            Issue.record("\(read(line))")
            return
        }
    }

    @Test("refuses JSON that is nested too deeply, however deeply")
    func deep() {
        for depth in [20, 100_000] {
            let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            guard case .rejected = read(#"{"id": "1", "attributes": {"year": \#(nested)}}"#) else {
                Issue.record("\(depth) arrays in one another were taken")
                return
            }
        }
    }

    @Test("refuses more than a server could read, so that the lines beside it go in")
    func tooMany() {
        let values = (0..<10_001).map(String.init).joined(separator: ",")
        let many = read(#"{"id": "x", "attributes": {"year": [\#(values)]}}"#)
        let reason = "has over 10000 values"
        #expect(many == .rejected(id: "x", field: "attributes.year", reason: reason))
        let members = (0..<1001).map { "\"a\($0)\": 1" }.joined(separator: ",")
        let wide = read(#"{"id": "x", "attributes": {\#(members)}}"#)
        #expect(wide == .rejected(id: "x", field: "attributes", reason: "are over 1000"))
    }
}
