import DocketCore
import Testing

@Suite("The check of documents", .timeLimit(.minutes(5)))
struct DocumentValidatorTests {
    private let schema: CollectionSchema
    private let validator: DocumentValidator

    init() throws {
        schema = try CollectionSchema([
            AttributeDefinition("word", .keyword, .filter),
            AttributeDefinition("prose", .text, .search),
            AttributeDefinition("year", .number, .filter),
            AttributeDefinition("flag", .boolean, .filter),
            AttributeDefinition("made", .time, .filter),
        ])
        validator = DocumentValidator(schema: schema, limits: Limits())
    }

    private func fault(_ document: Document) -> String? {
        DocketCoreTests.fault { () throws(DocketError) in _ = try validator.bind(document) }
    }

    private func document(_ attributes: [Attribute]) -> Document {
        Document(id: "1", attributes: attributes)
    }

    private func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    @Test("puts attributes in the order of their slots and counts bytes")
    func binding() throws {
        let bound = try validator.bind(
            Document(
                id: "id",
                title: "title",
                body: "böse",
                attributes: [
                    Attribute("made", .time(microseconds: 1)), Attribute("year", [1974, -0.0]),
                    Attribute("word", ["a", "bc"]), Attribute("flag", []),
                ]
            )
        )
        #expect(bound.attributes.map(\.slot) == [0, 2, 4])
        #expect(bound.attributes.map(\.values.count) == [2, 2, 1])
        #expect(bound.bytes == 5 + 5 + 3 + 16 + 8)
    }

    @Test("makes -0 and 0 one value")
    func zeros() throws {
        let bound = try validator.bind(document([Attribute("year", -0.0)]))
        guard case .number(let number)? = bound.attributes.first?.values.first else {
            Issue.record("there is no number")
            return
        }
        #expect(number.sign == .plus)
    }

    @Test("takes ids of 1 to 512 bytes")
    func ids() {
        #expect(fault(Document(id: text(512))) == nil)
        #expect(fault(Document(id: text(513))) == "id: is 513 bytes, the limit is 512")
        #expect(fault(Document(id: "")) == "id: is missing")
        #expect(fault(Document(id: "a\0b")) == "id: has a NUL character")
        #expect(fault(Document(id: "../_all?x#\n{}")) == nil)
    }

    @Test("takes titles of up to 2 KiB")
    func titles() {
        #expect(fault(Document(id: "1", title: text(2048))) == nil)
        #expect(
            fault(Document(id: "1", title: text(2049)))
                == "title: is 2049 bytes, the limit is 2048"
        )
        #expect(fault(Document(id: "1", title: "\0")) == "title: has a NUL character")
        #expect(fault(Document(id: "1", body: "\0")) == "body: has a NUL character")
    }

    @Test("takes documents of up to 1 MiB, title, body and attributes together")
    func documentBytes() {
        var document = Document(
            id: text(512),
            title: text(100),
            body: text((1 << 20) - 100 - 8),
            attributes: [Attribute("year", 1)]
        )
        #expect(fault(document) == nil)
        document.body += "x"
        #expect(fault(document) == "document: is 1048577 bytes, the limit is 1048576")
    }

    @Test("takes up to 64 attributes")
    func attributeCount() throws {
        let names = (0..<64).map { "a\($0)" }
        let wide = DocumentValidator(
            schema: try CollectionSchema(names.map { AttributeDefinition($0, .number) }),
            limits: Limits()
        )
        let most = document(names.map { Attribute($0, 1) })
        #expect(
            DocketCoreTests.fault { () throws(DocketError) in _ = try wide.bind(most) } == nil
        )
        let many = document(most.attributes + [Attribute("a0", [])])
        #expect(
            DocketCoreTests.fault { () throws(DocketError) in _ = try wide.bind(many) }
                == "attributes: are 65, the limit is 64"
        )
    }

    @Test("takes up to 256 values of up to 1 KiB")
    func values() {
        func many(_ count: Int) -> Document {
            document([Attribute("word", [AttributeValue](repeating: "x", count: count))])
        }
        #expect(fault(many(256)) == nil)
        #expect(fault(many(257)) == "attributes.word: has 257 values, the limit is 256")
        for name in ["word", "prose"] {
            #expect(fault(document([Attribute(name, .string(text(1024)))])) == nil)
            #expect(
                fault(document([Attribute(name, .string(text(1025)))]))
                    == "attributes.\(name): has a value of 1025 bytes, the limit is 1024"
            )
            #expect(
                fault(document([Attribute(name, "\0")]))
                    == "attributes.\(name): has a NUL character"
            )
        }
    }

    @Test("takes values of the attribute's type and no other")
    func types() {
        let values: [String: AttributeValue] = [
            "string": "x", "number": 1, "boolean": true, "time": .time(microseconds: 0),
        ]
        let taken = [
            "word": "string", "prose": "string", "year": "number", "flag": "boolean",
            "made": "time",
        ]
        for (name, kind) in taken {
            for (valueKind, value) in values {
                let fault = fault(document([Attribute(name, [value])]))
                if valueKind == kind {
                    #expect(fault == nil)
                } else if name == "made", valueKind == "string" {
                    #expect(
                        fault == "attributes.made: is not a time such as 2026-01-31T10:00:00Z"
                    )
                } else {
                    #expect(fault?.hasPrefix("attributes.\(name): is a ") == true)
                    #expect(fault?.hasSuffix(", not a \(valueKind)") == true)
                }
            }
        }
    }

    @Test("takes times as text, and counts and keeps them as times")
    func timesAsText() throws {
        let made = Attribute("made", ["2026-01-31", "1970-01-01T01:00:00.5+01:00"])
        let bound = try validator.bind(document([made]))
        let times: [AttributeValue] = [
            .time(microseconds: 1_769_817_600_000_000), .time(microseconds: 500_000),
        ]
        #expect(bound.attributes == [BoundAttribute(slot: 4, values: times)])
        #expect(bound.bytes == 16)
        let mixed = document([Attribute("made", [.time(microseconds: 0), "2026-01-31"])])
        #expect(fault(mixed) == "attributes.made: has values of several types")
    }

    @Test(
        "refuses numbers that are not finite",
        arguments: [Double.nan, .infinity, -.infinity, .signalingNaN]
    )
    func notFinite(_ number: Double) {
        #expect(
            fault(document([Attribute("year", .number(number))]))
                == "attributes.year: is not a finite number"
        )
    }

    @Test("refuses attributes that the collection does not have, and one twice")
    func names() {
        #expect(
            fault(document([Attribute("none", 1)]))
                == "attributes.none: is not an attribute of the collection"
        )
        #expect(
            fault(document([Attribute("year", 1), Attribute("flag", true), Attribute("year", 2)]))
                == "attributes.year: is given twice"
        )
    }
}
