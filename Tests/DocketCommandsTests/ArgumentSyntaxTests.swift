internal import DocketCore
internal import DocketSettings
internal import DocketTestKit
internal import Testing

@testable internal import DocketCommands

@Suite("Arguments with a form of their own", .timeLimit(.minutes(5)))
struct ArgumentSyntaxTests {
    @Test("reads an attribute with and without uses")
    func attribute() throws {
        let year = try ArgumentSyntax.attribute("year:number:filter,sort")
        #expect(year == AttributeDefinition("year", .number, [.filter, .sort]))
        let note = try ArgumentSyntax.attribute("note:text")
        #expect(note == AttributeDefinition("note", .text))
        let authors = try ArgumentSyntax.attribute("authors:keyword:facet,search")
        #expect(authors == AttributeDefinition("authors", .keyword, [.facet, .search]))
    }

    @Test(
        "refuses an attribute and says what is wrong with it",
        arguments: [
            ("year", "is not NAME:TYPE[:USES]"), ("a:number:filter:x", "is not NAME:TYPE[:USES]"),
            ("year:int", "\"int\" is not a type: keyword, text, number, boolean, time"),
            ("year:number:find", "\"find\" is not a use: filter, sort, facet, search"),
        ]
    )
    func badAttribute(text: String, reason: String) {
        let error = #expect(throws: UsageError.self) { try ArgumentSyntax.attribute(text) }
        #expect(error?.message == "--attribute \(text): \(reason)")
    }

    @Test("reads the attributes of a file in their order")
    func schema() throws {
        let folder = try TestFolder()
        let file = try folder.write(
            #"{"year": {"type": "number", "uses": ["sort"]}, "note": {"type": "text"}, "#
                + #""text": {"type": "text", "uses": ["search"], "language": "de"}}"#,
            to: "schema"
        )
        let expected = [
            AttributeDefinition("year", .number, .sort), AttributeDefinition("note", .text),
            AttributeDefinition("text", .text, .search, language: .german),
        ]
        #expect(try ArgumentSyntax.schema(file: file) == expected)
    }

    @Test(
        "refuses a file of attributes and names the place",
        arguments: [
            ("[]", "is not a JSON object"), (#"{"a": 1}"#, "a: has no type"),
            (#"{"a": {"uses": []}}"#, "a: has no type"),
            (#"{"a": {"type": "text", "uses": "sort"}}"#, "a: uses is not an array"),
            (#"{"a": {"type": "text", "kind": 1}}"#, "a: \"kind\" is none of type, uses"),
            (
                #"{"a": {"type": "text", "language": "xx"}}"#,
                "a: language: \"xx\" is no language: ar, ca, da, de"
            ),
            (#"{"a": {"type": "text", "uses": [1]}}"#, "a: \"\" is not a use"),
            (#"{"a":"#, "is not JSON"),
        ]
    )
    func badSchema(text: String, reason: String) throws {
        let folder = try TestFolder()
        let path = try folder.write(text, to: "schema")
        let error = #expect(throws: UsageError.self) { try ArgumentSyntax.schema(file: path) }
        #expect(error?.message.hasPrefix("\(path): \(reason)") == true)
    }

    @Test("reads the keys of an order")
    func sort() throws {
        #expect(try ArgumentSyntax.sortKey("year") == SortKey("year"))
        #expect(try ArgumentSyntax.sortKey("year:asc") == SortKey("year"))
        #expect(try ArgumentSyntax.sortKey("year:desc") == SortKey("year", isDescending: true))
        for text in ["year:up", "year:", "year:desc:asc"] {
            let error = #expect(throws: UsageError.self) { try ArgumentSyntax.sortKey(text) }
            #expect(error?.message == "--sort \(text): is not NAME[:desc]")
        }
    }

    @Test("reads a facet with and without its number of values")
    func facet() throws {
        #expect(try ArgumentSyntax.facet("authors") == FacetRequest("authors", limit: 10))
        #expect(try ArgumentSyntax.facet("authors:3") == FacetRequest("authors", limit: 3))
        for text in ["authors:", "authors:0", "authors:-1", "authors:many", "a:1:2"] {
            let error = #expect(throws: UsageError.self) { try ArgumentSyntax.facet(text) }
            #expect(error?.message == "--facet \(text): is not NAME[:N]")
        }
    }

    @Test("reads scopes, and names those there are when one is unknown")
    func scopes() throws {
        #expect(try ArgumentSyntax.scopes(["read", "admin"]) == [.read, .admin])
        let error = #expect(throws: UsageError.self) { try ArgumentSyntax.scopes(["root"]) }
        #expect(error?.message == "--scope root: is not one of read, write, admin")
    }

    @Test(
        "reads how long a key is good",
        arguments: [("30d", 30 * 86_400), ("12h", 43_200), ("90s", 90)]
    )
    func expiry(text: String, seconds: Int) throws {
        let invocation = try #require(try invocation("key", "create", "--expires", text))
        #expect(invocation.values[CommandSettings.expires] == .seconds(seconds))
    }

    @Test("refuses a key's life without a unit, below a second and above a century")
    func badExpiry() {
        for text in ["30", "soon", "0s", "500ms", "36501d"] {
            #expect(throws: SettingsError.self) {
                try invocation("key", "create", "--expires", text)
            }
        }
    }

    @Test("takes what follows two hyphens as a query")
    func query() throws {
        let invocation = try #require(try invocation("search", "books", "--", "-music art"))
        #expect(invocation.operands == ["books", "-music art"])
    }

    private func invocation(_ arguments: String...) throws -> Invocation? {
        guard case .run(let invocation) = try DocketCommand.program.parse(arguments) else {
            return nil
        }
        return invocation
    }
}
