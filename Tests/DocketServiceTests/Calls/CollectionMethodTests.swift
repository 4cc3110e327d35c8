import DocketCore
import DocketMessages
import Testing

@Suite("Collections", .timeLimit(.minutes(5)))
struct CollectionMethodTests {
    private func run(
        _ body: (TestService, TestClient, TenantID) async throws -> Void
    ) async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await body(test, client, tenant)
        }
    }

    @Test("a collection is made, listed, shown, widened and deleted")
    func life() async throws {
        try await run { _, client, _ in
            try await client.create("papers")
            try await client.create("books", [])
            let list: ListCollectionsReply = try await client.call(
                .listCollections,
                ListCollectionsRequest()
            )
            #expect(list.collections.map(\.name) == ["books", "papers"])
            let shown: CollectionDescription = try await client.call(
                .getCollection,
                GetCollectionRequest(name: "papers")
            )
            #expect(shown.attributes == TestClient.schema)
            #expect(shown.createdMicroseconds > 0)
            let wider: CollectionDescription = try await client.call(
                .addAttributes,
                AddAttributesRequest(
                    collection: "papers",
                    attributes: [AttributeDefinition("new", .time, .sort)]
                )
            )
            #expect(
                wider.attributes == TestClient.schema + [AttributeDefinition("new", .time, .sort)]
            )
            #expect(wider.schemaEpoch > shown.schemaEpoch)
            let _: DeleteCollectionReply = try await client.call(
                .deleteCollection,
                DeleteCollectionRequest(name: "papers")
            )
            for method in [DocketMethod.getCollection, .deleteCollection] {
                let body = GetCollectionRequest(name: "papers").encode()
                let error = await failure { _ = try await client.raw(method, body) }
                #expect(error?.code == .notFound)
            }
        }
    }

    @Test("a name in use is refused, and so is one that breaks the rule")
    func names() async throws {
        try await run { _, client, _ in
            try await client.create("papers")
            let taken = await failure { try await client.create("papers") }
            #expect(taken?.code == .alreadyExists)
            for name in ["", "Papers", "1a", "a b", "a.b", String(repeating: "a", count: 65)] {
                let error = await failure { try await client.create(name) }
                #expect(error?.code == .invalidArgument, "\(name)")
                #expect(error?.details.first?.field == "name")
            }
        }
    }

    @Test(
        "a wrong schema is refused by the attribute's name, and nothing is made",
        arguments: [
            [AttributeDefinition("id", .keyword)], [AttributeDefinition("Upper", .keyword)],
            [AttributeDefinition("a", .keyword), AttributeDefinition("a", .number)],
            [AttributeDefinition("n", .number, .search)],
            [AttributeDefinition("t", .text, .filter)],
            (0...64).map { AttributeDefinition("a\($0)", .number) },
            (0...8).map { AttributeDefinition("a\($0)", .text, .search) },
        ]
    )
    func schemas(_ attributes: [AttributeDefinition]) async throws {
        try await run { _, client, _ in
            let error = await failure { try await client.create("papers", attributes) }
            #expect(error?.code == .invalidArgument)
            let name = attributes.last?.name ?? ""
            #expect(error?.details.first?.field == "attributes.\(name)")
            try await client.create("papers", [])
        }
    }

    @Test("an attribute cannot be added twice, nor change its type")
    func addedTwice() async throws {
        try await run { _, client, _ in
            try await client.create()
            let request = AddAttributesRequest(
                collection: "papers",
                attributes: [AttributeDefinition("year", .keyword)]
            )
            let error = await failure { _ = try await client.raw(.addAttributes, request.encode()) }
            #expect(error?.details.first?.field == "attributes.year")
            var none = request
            none.collection = "none"
            let other = await failure { _ = try await client.raw(.addAttributes, none.encode()) }
            #expect(other?.code == .notFound)
        }
    }
}
