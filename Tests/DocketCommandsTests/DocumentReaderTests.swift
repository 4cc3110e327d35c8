internal import DocketCore
internal import Testing

@testable internal import DocketCommands

@Suite("Documents from lines", .timeLimit(.minutes(5)))
struct DocumentReaderTests {
    private func read(_ line: String) -> DocumentReader.Outcome {
        var reader = DocumentReader()
        return reader.read(Array(line.utf8))
    }

    @Test("reads every part of a document")
    func whole() {
        let line = """
            {"id": "1", "title": "One", "body": "Words", "attributes": {"year": 1974, \
            "authors": ["Knuth", "Erdős"], "loaned": true, "bought": "1970-01-01T00:00:01Z"}}
            """
        let document = Document(
            id: "1",
            title: "One",
            body: "Words",
            attributes: [
                Attribute("year", 1974), Attribute("authors", ["Knuth", "Erdős"]),
                Attribute("loaned", true), Attribute("bought", "1970-01-01T00:00:01Z"),
            ]
        )
        #expect(read(line) == .document(document))
    }

    @Test("takes null and what is not there as empty")
    func nothing() {
        let empty = DocumentReader.Outcome.document(Document(id: "1"))
        #expect(read(#"{"id": "1"}"#) == empty)
        #expect(read(#"{"id": "1", "title": null, "body": null, "attributes": null}"#) == empty)
        #expect(read(#"{"id": "1", "attributes": {"year": null, "authors": []}}"#) == empty)
    }

    @Test(
        "names the field and the reason of a document it cannot take",
        arguments: [
            ("title", #"1"#, "title", "is not a string"),
            ("body", #"["x"]"#, "body", "is not a string"),
            ("attributes", "[]", "attributes", "is not an object"),
            (
                "attributes", #"{"authors": [null]}"#, "attributes.authors",
                "has a value that is null"
            ),
            (
                "attributes", #"{"year": {"from": 1}}"#, "attributes.year",
                "has a value that is null"
            ),
            (
                "attributes", #"{"year": [1974, "1975"]}"#, "attributes.year",
                "has a number and a string"
            ),
            (
                "attributes", #"{"year": 9007199254740993}"#, "attributes.year",
                "is a whole number beyond 9007199254740992 that a number attribute would round"
            ),
            (
                "attributes", #"{"year": [1, -9007199254740993]}"#, "attributes.year",
                "is a whole number beyond 9007199254740992"
            ),
            (
                "attributes", #"{"year": 18446744073709551615}"#, "attributes.year",
                "is a whole number beyond 9007199254740992"
            ),
            ("autor", #""Knuth""#, "autor", "is not a part of a document: id, title, body,"),
        ]
    )
    func fault(name: String, value: String, field: String, reason: String) throws {
        let outcome = read(#"{"id": "x", "\#(name)": \#(value)}"#)
        guard case .rejected("x", field, let found) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(found.hasPrefix(reason))
    }

    @Test(
        "says what is wrong with a line that is no JSON object",
        arguments: [
            (#"{"id": "x""#, "is not JSON"), ("id,title", "is not JSON"),
            (#"["x"]"#, "is not a JSON object"), (#""x""#, "is not a JSON object"),
            (#"{"id": "1", "id": "2"}"#, "has \"id\" twice in one object"),
        ]
    )
    func noObject(line: String, reason: String) throws {
        guard case .rejected(_, "", reason) = read(line) else {
            Issue.record("\(read(line))")
            return
        }
    }

    @Test("reads good lines after bad ones")
    func recovery() {
        var reader = DocumentReader()
        guard case .rejected = reader.read(Array("{".utf8)) else {
            Issue.record("a bad line was taken")
            return
        }
        #expect(reader.read(Array(#"{"id": "2"}"#.utf8)) == .document(Document(id: "2")))
    }

    @Test("shows no more than the beginning of a long unknown name")
    func longName() {
        let name = String(repeating: "n", count: 1000)
        guard case .rejected(_, let field, _) = read(#"{"\#(name)": 1}"#) else {
            Issue.record("an unknown field was taken")
            return
        }
        #expect(field == String(repeating: "n", count: 63) + "…")
    }
}
