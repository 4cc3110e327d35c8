import DocketCore
import Testing

@testable import DocketElasticsearch

@Suite("Bulks", .timeLimit(.minutes(1)))
struct BulkTests {
    static func changes(
        _ documents: [Document],
        in collection: Collection,
        place: String
    ) throws -> [IndexChange] {
        let validator = DocumentValidator(schema: collection.schema, limits: Limits())
        return try documents.enumerated().map { offset, document in
            IndexChange(
                tenant: TenantID(1),
                collection: collection,
                number: UInt64(offset + 1),
                version: 9,
                place: IndexPlace(name: place),
                content: try validator.bind(document)
            )
        }
    }

    @Test(
        "a document goes in as words, stems, values by slot and the tenant's names of itself"
    )
    func body() throws {
        let document = Document(
            id: "a",
            title: "Ångström's LIB-foos",
            body: "",
            attributes: [
                Attribute("author", ["B b", "A"]), Attribute("open", true),
                Attribute("hidden", "never"), Attribute("note", "x\ny"),
                Attribute("made", .time(microseconds: -5)), Attribute("year", [1.5, 2]),
            ]
        )
        var changes = try Self.changes(
            [document],
            in: try TestIndex.collection(number: 3),
            place: "docket-pool-000001"
        )
        var gone = changes[0]
        gone.content = nil
        changes.append(gone)
        let lines = String(decoding: BulkCodec.encode(changes), as: UTF8.self)
        #expect(
            lines == """
                {"index":{"_index":"docket-pool-000001","_id":"1.3.1","routing":"1","version":9,\
                "version_type":"external"}}
                {"tenant":"1","collection":"1.3","number":1,"title":"angstrom lib foos",\
                "title_stems":"angstrom lib foo","everything":["angstrom lib foos",\
                "angstrom lib foos","angstrom lib foos"],"everything_stems":["angstrom lib foo",\
                "angstrom lib foo","angstrom lib foo"],"kw_01":["B b","A"],"text_01":["b b","a"],\
                "text_01_stems":["b b","a"],"num_01":[1.5,2],"bool_01":[1],"time_01":[-5],\
                "text_02":["x y"],"text_02_stems":["x y"]}
                {"delete":{"_index":"docket-pool-000001","_id":"1.3.1","routing":"1","version":9,\
                "version_type":"external"}}

                """
        )
    }

    @Test("letters go in as grams too, those of the title four times, and words by their languages")
    func languages() throws {
        let schema = try CollectionSchema(
            [AttributeDefinition("note", .text, .search, language: .german)],
            language: .french
        )
        let collection = Collection(
            number: 1,
            name: "c",
            schema: schema,
            schemaEpoch: 1,
            createdMicroseconds: 0
        )
        let document = Document(
            id: "a",
            title: "京都",
            body: "L'école délié",
            attributes: [Attribute("note", ["Häuser", "都は"])]
        )
        let changes = try Self.changes([document], in: collection, place: "p")
        let lines = String(decoding: BulkCodec.encode(changes), as: UTF8.self)
        #expect(
            lines.split(separator: "\n").last == """
                {"tenant":"1","collection":"1.1","number":1,"title":"京 都","title_stems":"京 都",\
                "everything":["京 都","京 都","京 都"],\
                "everything_stems":["京 都","京 都","京 都"],"body":"ecole delie",\
                "body_stems":["ecol deli","del"],"text_01":["hauser","都 は"],\
                "text_01_stems":["haus","都 は"],\
                "everything_grams":["京都 =京都","京都 =京都","京都 =京都","京都 =京都",\
                "=都 都は"]}
                """
        )
    }

    @Test("an answer is what both engines' names of it mean")
    func outcomes() throws {
        let index = try Self.changes(
            [Document(id: "a")],
            in: try TestIndex.collection(number: 1),
            place: "docket-pool-000001"
        )[0]
        var delete = index
        delete.content = nil
        func conflict(_ version: String) -> String {
            "[1.1.1]: version conflict, current version [\(version)] is higher or equal to the "
                + "one provided [9]"
        }
        let version = "version_conflict_engine_exception"
        let refused = "the search engine does not take the document"
        let expected: [(IndexChange, Int, String?, String, IndexOutcome)] = [
            (index, 201, nil, "", .applied), (index, 200, nil, "", .applied),
            (delete, 200, nil, "", .applied), (delete, 404, nil, "", .applied),
            (index, 404, nil, "", .busy), (index, 409, version, conflict("9"), .applied),
            (index, 409, version, conflict("10"), .superseded),
            (delete, 409, version, conflict("10"), .superseded),
            (index, 409, version, conflict("8"), .busy),
            (index, 409, version, conflict("x"), .busy),
            (index, 429, "es_rejected_execution_exception", "", .busy),
            (index, 429, "rejected_execution_exception", "", .busy),
            (index, 429, "circuit_breaking_exception", "", .busy),
            (index, 503, "unavailable_shards_exception", "", .busy),
            (index, 429, "cluster_block_exception", "", .held),
            (delete, 403, "cluster_block_exception", "", .held),
            (index, 400, "index_closed_exception", "", .held),
            (delete, 404, "index_not_found_exception", "", .held),
            (index, 403, "security_exception", "", .held),
            (
                index, 400, "document_parsing_exception",
                "[1:5] failed to parse field [num_01] of type [double] in document with id 'x'",
                .refused(reason: "attributes.year has a value that the search engine does not take")
            ),
            (
                index, 400, "mapper_parsing_exception", "failed to parse field [num_64]",
                .refused(reason: refused)
            ),
            (
                index, 400, "illegal_argument_exception",
                #"Document contains at least one immense term in field="kw_01" (whose"#,
                .refused(reason: "attributes.author is longer than the search engine takes")
            ),
            (
                index, 400, "strict_dynamic_mapping_exception", "dynamic introduction of [secret]",
                .refused(reason: "the search engine's index lacks a field of this collection")
            ),
            (index, 400, "anything", "secret words", .refused(reason: refused)),
        ]
        for (change, status, type, reason, outcome) in expected {
            let found = BulkOutcomes.outcome(
                status: status,
                type: type,
                reason: reason,
                of: change
            )
            #expect(found == outcome, "\(status) \(type ?? "") \(reason)")
        }
    }

    @Test("a name of a document is read as it is written, and no other")
    func identities() {
        let identity = IndexedIdentity(TenantID(12), 3, 18_446_744_073_709_551_615)
        #expect(identity.text == "12.3.18446744073709551615")
        #expect(IndexedIdentity(identity.text) == identity)
        for text in [
            "", "1.2", "1.2.3.4", "01.2.3", "1.2.+3", "1.2.-3", "1.2.3 ", "a.b.c", "1..3",
            "1.4294967296.3", "18446744073709551616.1.1",
        ] {
            #expect(IndexedIdentity(text) == nil, "\(text)")
        }
    }

    @Test("every attribute of a schema keeps its field as others are added")
    func slots() throws {
        var schema = try CollectionSchema([])
        var fields: [String?] = []
        let types: [AttributeType] = [.keyword, .number, .time, .boolean, .keyword]
        for place in 0..<64 {
            let uses: AttributeUses = place % 7 == 0 ? [] : [.filter]
            try schema.add(AttributeDefinition("a\(place)", types[place % 5], uses))
            let now = SlotFields(schema)
            #expect(fields == fields.indices.map { now.values(of: $0) })
            fields.append(now.values(of: place))
        }
        let named = fields.compactMap(\.self)
        #expect(Set(named).count == named.count)
        #expect(fields[0] == nil)
        #expect(fields[4] == "kw_02")
        #expect(fields[63] == nil)
        #expect(fields[62] == "time_13")
    }
}
