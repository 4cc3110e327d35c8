import DocketCore
import Testing

@Suite("The schema of a collection", .timeLimit(.minutes(5)))
struct CollectionSchemaTests {
    @Test("numbers attributes by their place, which is their slot")
    func slots() throws {
        var schema = try CollectionSchema([
            AttributeDefinition("year", .number, [.filter, .sort, .facet]),
            AttributeDefinition("authors", .keyword, [.filter, .search]),
        ])
        try schema.add(AttributeDefinition("summary", .text, .search))
        #expect(schema.attributes.map(\.name) == ["year", "authors", "summary"])
        #expect(schema.slot(of: "year") == 0)
        #expect(schema.slot(of: "summary") == 2)
        #expect(schema.slot(of: "none") == nil)
        #expect(schema.searchedSlots == [1, 2])
    }

    @Test("gives every type the uses that it can have")
    func uses() {
        let all: AttributeUses = [.filter, .sort, .facet]
        for type in AttributeType.allCases {
            let canBeFiltered = addingFault(type, all) == nil
            #expect(canBeFiltered == (type != .text), "\(type)")
            let canBeSearched = addingFault(type, .search) == nil
            #expect(canBeSearched == (type == .text || type == .keyword), "\(type)")
            #expect(addingFault(type, []) == nil)
        }
        #expect(
            addingFault(.number, .search)
                == "attributes.a: only text and keyword attributes can be searched"
        )
        #expect(
            addingFault(.text, [.search, .sort])
                == "attributes.a: a text attribute can only be searched, use keyword"
        )
    }

    @Test("has a language, and text attributes may have another")
    func languages() throws {
        let attributes = [
            AttributeDefinition("year", .number, .filter),
            AttributeDefinition("summary", .text, .search, language: .german),
            AttributeDefinition("authors", .keyword, .search),
        ]
        let schema = try CollectionSchema(attributes, language: .french)
        #expect(schema.language(of: "title") == .french && schema.language(of: nil) == .french)
        #expect(schema.language(of: "summary") == .german)
        #expect(schema.language(of: "authors") == .french)
        #expect(schema.languages == [.french, .german])
        #expect(try CollectionSchema(attributes).languages == [nil, .german])
        #expect(try CollectionSchema([]).languages == [nil])
        for type in AttributeType.allCases where type != .text {
            #expect(
                fault { () throws(DocketError) in
                    _ = try CollectionSchema([AttributeDefinition("a", type, language: .thai)])
                } == "attributes.a.language: only text attributes have a language"
            )
        }
    }

    @Test("a code names a language, or a field is wrong and says which there are")
    func codes() throws {
        #expect(try Language.named("", field: "language") == nil)
        #expect(try Language.named("de", field: "language") == .german)
        for code in ["xx", "DE", "deu", "d", "de\0"] {
            let message = fault { () throws(DocketError) in
                _ = try Language.named(code, field: "language")
            }
            #expect(message?.hasPrefix("language: is none of ar, ca, da, de, el, en") == true)
        }
    }

    @Test("is stored with its languages, and as before where it has none")
    func stored() throws {
        let attributes = [
            AttributeDefinition("a", .keyword, [.filter, .search]),
            AttributeDefinition("text", .text, .search, language: .hindi),
            AttributeDefinition("other", .text, .search),
        ]
        let schema = try CollectionSchema(attributes, language: .chinese)
        let bytes = SchemaCodec.encode(schema)
        #expect(try SchemaCodec.decode(bytes) == schema)
        let plain = try CollectionSchema([attributes[0], attributes[2]])
        #expect(
            SchemaCodec.encode(plain) == [1, 9, 1] + Array("a".utf8) + [2, 8, 5]
                + Array("other".utf8)
        )
        #expect(try SchemaCodec.decode(SchemaCodec.encode(plain)) == plain)
        #expect(throws: DocketError.self) { try SchemaCodec.decode([0xFF, 0x78, 0x78]) }
        #expect(throws: DocketError.self) { try SchemaCodec.decode([0xFF]) }
        // The language, and the first two attributes.
        let whole = [3, 7, 16]
        for length in 1..<bytes.count where !whole.contains(length) {
            #expect(throws: DocketError.self) {
                try SchemaCodec.decode(Array(bytes.prefix(length)))
            }
        }
    }

    @Test("says how long documents are kept, beside languages and synonyms")
    func retention() throws {
        let time = AttributeDefinition("made", .time, .filter)
        var schema = try CollectionSchema([AttributeDefinition("a", .keyword), time])
        let retention = Retention(attribute: "made", days: Retention.daysMaximum)
        try schema.set(retention)
        let bytes = SchemaCodec.encode(schema)
        #expect(Array(bytes.suffix(4)) == [0xFD, 1, 0x8E, 0xAD])
        #expect(try SchemaCodec.decode(bytes) == schema)
        schema.set(try Synonyms([SynonymRule(["x", "y"])], Limits()) { $0 })
        #expect(try SchemaCodec.decode(SchemaCodec.encode(schema)) == schema)
        for length in bytes.count - 3..<bytes.count {
            #expect(throws: DocketError.self) {
                try SchemaCodec.decode(Array(bytes.prefix(length)))
            }
        }
        for damaged in [[0xFD, 0, 0, 1], [0xFD, 9, 0, 1], [0xFD, 1, 0, 0]] as [[UInt8]] {
            #expect(throws: DocketError.self) {
                try SchemaCodec.decode(bytes.dropLast(4) + damaged)
            }
        }
        try schema.set(nil as Retention?)
        #expect(schema.retention == nil && schema.expired(at: 0) == nil)
    }

    @Test("refuses names that mean something else", arguments: CollectionSchema.reservedNames)
    func reserved(_ name: String) {
        #expect(
            fault { () throws(DocketError) in
                _ = try CollectionSchema([AttributeDefinition(name, .keyword)])
            } == "attributes.\(name): is a reserved name"
        )
    }

    @Test("refuses names that are none, and a name twice")
    func names() {
        #expect(
            faultyField { () throws(DocketError) in
                _ = try CollectionSchema([AttributeDefinition("A b", .keyword)])
            } == "attributes.A b"
        )
        #expect(
            fault { () throws(DocketError) in
                _ = try CollectionSchema([
                    AttributeDefinition("a", .keyword), AttributeDefinition("a", .number),
                ])
            } == "attributes.a: is defined twice"
        )
    }

    @Test("has 64 attributes at most, 8 of them searched")
    func limits() {
        func fault(_ count: Int, _ uses: AttributeUses) -> String? {
            DocketCoreTests.fault { () throws(DocketError) in
                _ = try CollectionSchema(
                    (0..<count).map { AttributeDefinition("a\($0)", .keyword, uses) }
                )
            }
        }
        #expect(fault(64, .filter) == nil)
        #expect(
            fault(65, .filter) == "attributes.a64: is one too many, the limit is 64 attributes"
        )
        #expect(fault(8, .search) == nil)
        #expect(fault(9, .search) == "attributes.a8: is one too many searched, the limit is 8")
    }

    @Test("stays as it was when an addition is refused")
    func refusedAddition() throws {
        var schema = try CollectionSchema([AttributeDefinition("a", .keyword)])
        let before = schema
        #expect(throws: DocketError.self) {
            try schema.add(AttributeDefinition("a", .number))
        }
        #expect(schema == before)
    }

    @Test("has types with names that lead back to them")
    func typeNames() {
        for type in AttributeType.allCases { #expect(AttributeType(name: type.name) == type) }
        #expect(AttributeType.allCases.map(\.name).contains("keyword"))
        #expect(AttributeType(name: "Keyword") == nil)
    }

    private func addingFault(_ type: AttributeType, _ uses: AttributeUses) -> String? {
        fault { () throws(DocketError) in
            _ = try CollectionSchema([AttributeDefinition("a", type, uses)])
        }
    }
}
