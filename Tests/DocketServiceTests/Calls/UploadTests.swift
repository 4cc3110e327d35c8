import DocketCore
import DocketMessages
import DocketWire
import Testing

@Suite("Upload", .timeLimit(.minutes(5)))
struct UploadTests {
    private func run(
        _ body: (TestService, TestClient, TenantID) async throws -> Void
    ) async throws {
        try await TestService.run { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await body(test, client, tenant)
        }
    }

    private static func year(_ value: AttributeValue) -> [Attribute] { [Attribute("year", value)] }

    /// Documents that are refused, with the field and a part of the reason that names the limit.
    static let bad: [(document: Document, field: String, reason: String)] = [
        (Document(id: ""), "id", "missing"),
        (Document(id: String(repeating: "i", count: 513)), "id", "512"),
        (Document(id: "nul\0"), "id", "NUL"),
        (Document(id: "t", title: String(repeating: "t", count: 2049)), "title", "2048"),
        (Document(id: "b", body: String(repeating: "b", count: 1_048_577)), "document", "1048576"),
        (
            Document(id: "u", attributes: [Attribute("unknown", "x")]), "attributes.unknown",
            "not an"
        ),
        (Document(id: "w", attributes: year("soon")), "attributes.year", "number"),
        (Document(id: "n", attributes: year(.number(.infinity))), "attributes.year", "finite"),
        (
            Document(id: "v", attributes: [Attribute("author", Array(repeating: "x", count: 257))]),
            "attributes.author", "256"
        ),
        (
            Document(
                id: "l",
                attributes: [Attribute("author", .string(String(repeating: "x", count: 1025)))]
            ), "attributes.author", "1024"
        ),
        (Document(id: "d", attributes: year(1) + year(2)), "attributes.year", "twice"),
        (Document(id: "good"), "id", "twice"),
    ]

    @Test("a key brings the first reply again, with its rejections, also when the schema grew")
    func replayWithRejections() async throws {
        try await run { test, client, tenant in
            let bad = Document(id: "bad", attributes: [Attribute("later", "x")])
            let batch = [
                Document(id: "a"), bad, Document(id: "b"), Document(id: "c"), Document(id: "a"),
            ]
            let first = try await client.upload(batch, key: "k")
            #expect(first.accepted == 3)
            #expect(first.rejected.map(\.item) == [1, 4])
            #expect(try await client.upload(batch, key: "k") == first)
            let _: CollectionDescription = try await client.call(
                .addAttributes,
                AddAttributesRequest(
                    collection: "papers",
                    attributes: [AttributeDefinition("later", .keyword)]
                )
            )
            let again = try await client.upload(batch, key: "k")
            #expect(again.versions == first.versions && again.accepted == 3)
            #expect(again.rejected.map(\.item) == [1, 4])
            #expect(try await client.get(["bad"]).missing == ["bad"])
        }
    }

    @Test("each bad document is named with item, field and limit, and the others go in")
    func bad() async throws {
        try await run { test, client, tenant in
            var documents = [Document(id: "good", title: "tea")]
            documents += Self.bad.map(\.document)
            documents.append(Document(id: "last", title: "tea"))
            let reply = try await client.upload(documents)
            #expect(reply.accepted == 2)
            #expect(
                reply.versions.map { $0 > 0 }
                    == documents.indices.map {
                        $0 == 0 || $0 == documents.count - 1
                    }
            )
            #expect(reply.rejected.map(\.item) == Array(1...Self.bad.count))
            for (rejection, bad) in zip(reply.rejected, Self.bad) {
                #expect(rejection.id == bad.document.id)
                #expect(rejection.error.code == .invalidArgument)
                #expect(rejection.field == bad.field)
                #expect(rejection.reason.contains(bad.reason), "\(rejection.reason)")
            }
            try await test.index(tenant)
            #expect(Set(try await client.search("tea").ids) == ["good", "last"])
        }
    }

    @Test("what is accepted stands as indexing, then as indexed, and reads back whole")
    func good() async throws {
        try await run { test, client, tenant in
            let document = Document(
                id: "größe/1 %*",
                title: "tea",
                body: "a\nb",
                attributes: [
                    Attribute("author", ["x", "y", "x"]), Attribute("year", -0.5),
                    Attribute("open", false), Attribute("plain", ""),
                ]
            )
            let reply = try await client.upload([document])
            #expect(reply.accepted == 1 && reply.rejected.isEmpty)
            let status = try #require(try await client.status([document.id]).documents.first)
            #expect(status.state == .indexing)
            #expect(status.version == reply.versions.first)
            #expect(status.indexedVersion == 0)
            try await test.index(tenant)
            let indexed = try #require(try await client.status([document.id]).documents.first)
            #expect(indexed.state == .indexed)
            #expect(indexed.indexedVersion == indexed.version)
            #expect(try await client.get([document.id]).documents.map(\.document) == [document])
        }
    }

    @Test("a batch that is empty, too long or too large is refused as a whole, with the limit")
    func wholeBatches() async throws {
        try await run { _, client, _ in
            let many = (0...1000).map { Document(id: "d\($0)") }
            let body = String(repeating: "b", count: 1_000_000)
            let large = (0..<9).map { Document(id: "d\($0)", body: body) }
            for (documents, limit) in [([], "1000"), (many, "1000"), (large, "8388608")] {
                let error = await failure { try await client.upload(documents) }
                #expect(error?.code == .invalidArgument)
                #expect(error?.details.first?.field == "documents")
                #expect(error?.details.first?.limit == Int(limit))
                #expect(error?.message.contains(limit) == true)
            }
            let status = try await client.status([])
            #expect(status.collections.first?.counts.indexing == 0)
            let reply = try await client.upload(Array(many.dropLast()))
            #expect(reply.accepted == 1000)
        }
    }

    @Test("the same key with the same body replays the reply, rejections and all")
    func replay() async throws {
        try await run { _, client, _ in
            let documents = [Document(id: "a", title: "one"), Document(id: ""), Document(id: "b")]
            let first = try await client.upload(documents, key: "k")
            #expect(first.accepted == 2 && first.rejected.count == 1)
            let second = try await client.upload(documents, key: "k")
            #expect(second == first)
            let version = try await client.get(["a"]).documents.first?.version
            #expect(version == first.versions.first)
            let other = try await client.upload(documents, key: "other")
            #expect(other.versions != first.versions)
        }
    }

    @Test("the same key with another body is refused, and nothing of it goes in")
    func conflict() async throws {
        try await run { _, client, _ in
            try await client.upload([Document(id: "a")], key: "k")
            let error = await failure { try await client.upload([Document(id: "b")], key: "k") }
            #expect(error?.code == .alreadyExists)
            #expect(try await client.get(["a", "b"]).missing == ["b"])
        }
    }

    @Test("a key replays although the documents have changed since")
    func replayAfterChange() async throws {
        try await run { _, client, _ in
            let first = try await client.upload([Document(id: "a", title: "old")], key: "k")
            try await client.upload([Document(id: "a", title: "new")])
            #expect(try await client.upload([Document(id: "a", title: "old")], key: "k") == first)
            #expect(try await client.get(["a"]).documents.first?.document.title == "new")
        }
    }

    @Test("preconditions are not served, and say so by name")
    func preconditions() async throws {
        try await run { _, client, _ in
            let upload = UploadRequest(collection: "papers", documents: [Document(id: "a")])
            var writer = ByteWriter()
            writer.append(upload.encode())
            writer.appendMessage(3) { $0.appendField(2, true) }
            let body = writer.bytes
            let error = await failure { _ = try await client.raw(.upload, body) }
            #expect(error?.code == .unimplemented)
            #expect(error?.details.first?.field == "preconditions")
            let reply = try await client.get(["a"])
            #expect(reply.missing == ["a"])
        }
    }

    @Test("a body that is no message is refused, and the connection goes on")
    func garbage() async throws {
        try await run { _, client, _ in
            for body: [UInt8] in [[0xFF], [0x0A, 0x7F], Array(repeating: 0x0A, count: 100)] {
                for method in [DocketMethod.upload, .search, .get, .delete, .status, .stream] {
                    let error = await failure { _ = try await client.raw(method, body) }
                    #expect(error?.code == .invalidArgument, "\(method) \(body.count)")
                }
            }
            let reply = try await client.upload([Document(id: "a")])
            #expect(reply.accepted == 1)
        }
    }
}
