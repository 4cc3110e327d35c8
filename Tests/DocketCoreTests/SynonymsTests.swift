import Testing

@testable import DocketCore

@Suite("Synonyms", .timeLimit(.minutes(1)))
struct SynonymsTests {
    private func synonyms(_ rules: [SynonymRule]) throws(DocketError) -> Synonyms {
        try Synonyms(rules, Limits()) { text in
            text.split { !$0.isLetter && !$0.isNumber }.map { $0.lowercased() }
                .joined(separator: " ")
        }
    }

    @Test("are folded and found both ways or one way, each once")
    func looksUp() throws {
        let made = try synonyms([
            SynonymRule(["Car", "AUTO-mobile", "car"]),
            SynonymRule(["car", "cab"], meanings: ["vehicle", "auto mobile"]),
        ])
        #expect(made.rules[0].words == ["car", "auto mobile", "car"])
        #expect(made[words: "car"] == ["auto mobile", "vehicle"])
        #expect(made[words: "auto mobile"] == ["car"])
        #expect(made[words: "cab"] == ["vehicle", "auto mobile"])
        #expect(made[words: "vehicle"].isEmpty && made.longest == 2)
        #expect(Synonyms()[words: "car"].isEmpty)
    }

    static let wrong: [(rules: [SynonymRule], field: String, reason: String)] = [
        (Array(repeating: SynonymRule(["a", "b"]), count: 1001), "rules", "1000"),
        ([SynonymRule(["a", "b"]), SynonymRule(["a"])], "rules.1", "two"),
        ([SynonymRule([], meanings: ["a", "b"])], "rules.0", "two"),
        ([SynonymRule((0..<17).map { "w\($0)" })], "rules.0", "16"),
        ([SynonymRule(["a", "++"])], "rules.0", "no letter"),
        ([SynonymRule(["a", String(repeating: "b", count: 65)])], "rules.0", "64"),
        ([SynonymRule(["a", "b c d e f"])], "rules.0", "4"),
        ((0..<9).map { SynonymRule(["a", "b\($0)", "c\($0)"]) }, "rules.8", "16"),
        (
            (0..<600).map { SynonymRule(["a\($0)", "\($0)" + String(repeating: "b", count: 57)]) },
            "rules",
            "32768"
        ),
    ]

    @Test("that are too many or too long are refused by rule and limit", arguments: wrong)
    func refused(_ rules: [SynonymRule], _ field: String, _ reason: String) throws {
        let error = #expect(throws: DocketError.self) { try synonyms(rules) }
        #expect(error?.code == .invalidArgument && error?.details.first?.field == field)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test("are stored with the schema, and damage is told")
    func stored() throws {
        var schema = try CollectionSchema([AttributeDefinition("year", .number, .filter)])
        let plain = SchemaCodec.encode(schema)
        #expect(try SchemaCodec.decode(plain) == schema)
        schema.set(
            try synonyms([SynonymRule(["car", "auto"]), SynonymRule(["é"], meanings: ["b c"])])
        )
        let bytes = SchemaCodec.encode(schema)
        #expect(bytes.starts(with: plain))
        #expect(try SchemaCodec.decode(bytes) == schema)
        for count in plain.count + 2..<bytes.count {
            // A rule may end here.
            guard let cut = try? SchemaCodec.decode(Array(bytes.prefix(count))) else { continue }
            #expect(cut.synonyms.rules.count < schema.synonyms.rules.count)
        }
        for value in [0, 1, 200, 255] as [UInt8] {
            for place in plain.count..<bytes.count {
                var damaged = bytes
                damaged[place] = value
                _ = try? SchemaCodec.decode(damaged)
            }
        }
    }

    @Test("make terms found by others, and rows of words a term more")
    func terms() throws {
        let made = try synonyms([SynonymRule(["nyc", "new york"]), SynonymRule(["car", "auto"])])
        func terms(_ text: String, _ match: SearchRequest.Match = .any) throws -> [String] {
            let query = try TextQuery(parsing: text) { $0 == "title" }
            let terms = QueryTerms(query, match, made) { text, _ in
                let words = text.split { !$0.isLetter }.map { $0.lowercased() }
                return ClauseWords(words.map { ClauseWords.Word($0, stems: [$0]) })
            }
            return terms.all.map { term in
                ([term] + term.synonyms).map(\.text).joined(separator: "|")
            }
        }
        #expect(try terms("nyc car") == ["nyc|new york", "car|auto"])
        #expect(try terms("new york car") == ["new", "york", "car|auto", "new york|nyc"])
        #expect(try terms("new york", .all) == ["new", "york"])
        #expect(try terms("new title:york") == ["new", "york"])
        #expect(try terms("title:new title:york").last == "new york|nyc")
        #expect(try terms("new -york") == ["new", "york"])
        #expect(try terms("\"new york\" car* -car") == ["new york", "car", "car"])
        #expect(try terms("new-york") == ["new york|nyc", "new", "york"])
    }
}
