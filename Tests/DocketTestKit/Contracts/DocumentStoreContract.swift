internal import DocketCore
internal import Testing

/// What every ``DocumentStore`` promises, whatever finds its documents.
package enum DocumentStoreContract {
    package static let cases: [ContractCase<any StoreUnderTest>] =
        [
            .init("collections have names, schemas and a quota", collections),
            .init("attributes are added at the end and raise the epoch", addedAttributes),
            .init("a deleted collection is gone at once, and its name free", deletedCollection),
            .init("tenants do not see each other", tenants),
            .init("a tenant is told how far its index is behind", lag),
            .init("an upload is durable as indexing, and visible once it is indexed", lifecycle),
            .init("the newest version is read before it is indexed", versions),
            .init("a deleted document is gone at once, before the index lets go of it", deletes),
            .init("a document deleted before it was indexed never shows", deletesUnindexed),
            .init(
                "a deleted document comes back at a higher version and its old number",
                comesBack
            ),
            .init("counts and bytes follow the documents", counts),
            .init("gets stop at their bytes, after at least one", boundedGets),
        ]
        + [1, 3, 100].map { limit in
            .init("pages of \(limit) give each visible document once") { test in
                try await pages(test, limit)
            }
        } + writing

    private static func collections(_ test: any StoreUnderTest) async throws {
        func create(_ name: String, _ quota: Quota = Quota()) async -> DocketError.Code? {
            await thrownCode { _ = try await test.create(name, quota: quota) }
        }
        #expect(await create("papers") == .alreadyExists)
        #expect(await create("notes", Quota(collections: 1)) == .resourceExhausted)
        #expect(await create("notes") == nil)
        let all = try await test.truth.collections(test.tenant, work: WorkLimit())
        #expect(all.map(\.name) == ["notes", "papers"])
        let found = try await test.truth.collection(
            test.tenant,
            named: "papers",
            work: WorkLimit()
        )
        #expect(found == test.collection)
        let missing = await thrownCode {
            _ = try await test.truth.collection(test.tenant, named: "none", work: WorkLimit())
        }
        #expect(missing == .notFound)
    }

    private static func addedAttributes(_ test: any StoreUnderTest) async throws {
        func add(_ attribute: AttributeDefinition) async throws -> Collection {
            try await test.truth.addAttributes(
                test.tenant,
                to: "papers",
                [attribute],
                work: WorkLimit()
            )
        }
        try await test.add(Document(id: "a", attributes: [Attribute("year", 1)]))
        let changed = try await add(AttributeDefinition("pages", .number, [.filter]))
        #expect(changed.schemaEpoch == test.collection.schemaEpoch + 1)
        #expect(changed.schema.attributes.last?.name == "pages")
        let wider = test.viewing(changed)
        #expect(try await wider.generations().schemaEpoch == changed.schemaEpoch)
        try await wider.add(Document(id: "b", attributes: [Attribute("pages", 9)]))
        #expect(try await wider.newest("b")?.document["pages"] == [9])
        #expect(try await wider.newest("a")?.document["pages"] == [])
        let twice = await thrownCode { _ = try await add(AttributeDefinition("pages", .keyword)) }
        #expect(twice == .invalidArgument)
    }

    private static func deletedCollection(_ test: any StoreUnderTest) async throws {
        func delete() async throws -> Bool {
            try await test.truth.deleteCollection(test.tenant, named: "papers", work: WorkLimit())
        }
        try await test.upload((0..<50).map { Document(id: "\($0)", title: "x") })
        try await test.index()
        #expect(try await delete())
        #expect(try await !delete())
        for code in [
            await thrownCode { try await test.upload([Document(id: "a")]) },
            await thrownCode { _ = try await test.status("1") },
            await thrownCode { _ = try await test.newest("1") },
            await thrownCode { _ = try await test.counts() },
            await thrownCode { _ = try await test.listed() },
            await thrownCode { _ = try await test.generations() },
        ] {
            #expect(code == .notFound)
        }
        let again = test.viewing(try await test.create("papers"))
        #expect(again.collection.number > test.collection.number)
        try await test.index()
        #expect(try await again.counts() == StateCounts())
        #expect(try await again.listed().isEmpty)
        #expect(try await again.status("1") == nil)
    }

    private static func tenants(_ test: any StoreUnderTest) async throws {
        try await test.add(Document(id: "a", title: "secret"))
        let other = try await test.stranger("other")
        #expect(try await other.newest("a") == nil)
        #expect(try await other.status("a") == nil)
        #expect(try await other.listed().isEmpty)
        #expect(try await other.counts() == StateCounts())
        #expect(try await other.delete("a").map(\.code) == [.notFound])
        try await other.add(Document(id: "a", title: "theirs"))
        #expect(try await test.newest("a")?.document.title == "secret")
        #expect(try await other.newest("a")?.document.title == "theirs")
    }

    private static func lifecycle(_ test: any StoreUnderTest) async throws {
        let outcomes = try await test.upload([Document(id: "a", title: "one")])
        #expect(outcomes == [.accepted(version: outcomes[0].version ?? 0, state: .indexing)])
        #expect(try await test.state("a") == .indexing)
        #expect(try await test.listed().isEmpty)
        #expect(try await test.newest("a")?.document.title == "one")
        try await test.index()
        let status = try #require(try await test.status("a"))
        #expect(status.state == .indexed && status.indexedVersion == outcomes[0].version)
        #expect(try await test.listed() == ["a"])
        #expect(try await test.status("b") == nil)
    }

    private static func versions(_ test: any StoreUnderTest) async throws {
        try await test.add(Document(id: "a", title: "old"))
        let first = try #require(try await test.status("a"))
        let number = try await test.newest("a")?.number
        let second = try await test.upload([Document(id: "a", title: "new")])[0].version
        #expect(try #require(second) > first.version)
        #expect(try await test.newest("a")?.document.title == "new")
        #expect(try await test.newest("a")?.version == second)
        #expect(try await test.status("a")?.indexedVersion == first.version)
        #expect(try await test.state("a") == .indexing)
        try await test.index()
        #expect(try await test.status("a")?.indexedVersion == second)
        #expect(try await test.newest("a")?.number == number)
        #expect(try await test.listed() == ["a"])
    }

    private static func deletes(_ test: any StoreUnderTest) async throws {
        try await test.add(Document(id: "a", title: "x"), Document(id: "b", title: "x"))
        let before = try await test.generations()
        let outcomes = try await test.delete("a", "nobody")
        #expect(outcomes[0].version != nil && outcomes[1].code == .notFound)
        #expect(try await test.generations().hard > before.hard)
        #expect(try await test.listed() == ["b"])
        #expect(try await test.newest("a") == nil)
        #expect(try await test.state("a") == .deleting)
        #expect(try await test.status("a")?.indexedVersion == 0)
        try await test.index()
        #expect(try await test.state("a") == .deleted)
        #expect(try await test.delete("a")[0].code == .notFound)
    }

    private static func deletesUnindexed(_ test: any StoreUnderTest) async throws {
        let uploaded = try #require(try await test.upload([Document(id: "a")])[0].version)
        let outcome = try await test.delete("a")[0]
        let version = try #require(outcome.version)
        #expect(version > uploaded)
        #expect(outcome == .accepted(version: version, state: .deleted))
        try await test.index()
        #expect(try await test.listed().isEmpty)
        #expect(try await test.state("a") == .deleted)
        #expect(try await test.counts() == StateCounts())
    }

    private static func comesBack(_ test: any StoreUnderTest) async throws {
        try await test.add(Document(id: "a", title: "one"))
        let number = try await test.newest("a")?.number
        for isIndexedBetween in [true, false] {
            let version = try #require(try await test.delete("a")[0].version)
            if isIndexedBetween { try await test.index() }
            let next = try #require(
                try await test.upload([Document(id: "a", title: "two")])[0].version
            )
            #expect(next > version)
            #expect(try await test.listed().isEmpty)
            try await test.index()
            #expect(try await test.listed() == ["a"])
            #expect(try await test.newest("a")?.document.title == "two")
            #expect(try await test.newest("a")?.number == number)
        }
    }

    private static func counts(_ test: any StoreUnderTest) async throws {
        try await test.upload([Document(id: "a", title: "12345"), Document(id: "b", body: "123")])
        var expected = StateCounts()
        expected.indexing = 2
        expected.bytes = 8
        #expect(try await test.counts() == expected)
        try await test.index()
        (expected.indexing, expected.indexed) = (0, 2)
        #expect(try await test.counts() == expected)
        try await test.upload([Document(id: "a", title: "1")])
        (expected.indexing, expected.indexed, expected.bytes) = (1, 1, 4)
        #expect(try await test.counts() == expected)
        try await test.delete("b")
        (expected.indexed, expected.deleting, expected.bytes) = (0, 1, 1)
        #expect(try await test.counts() == expected)
        try await test.index()
        (expected.indexing, expected.indexed, expected.deleting) = (0, 1, 0)
        #expect(try await test.counts() == expected)
    }

    private static func lag(_ test: any StoreUnderTest) async throws {
        func lag(_ test: any StoreUnderTest) async throws -> IndexingLag {
            try await test.truth.lag(test.tenant, work: WorkLimit())
        }
        let other = try await test.stranger("other")
        #expect(try await lag(test) == IndexingLag())
        try await test.upload([Document(id: "a"), Document(id: "b")])
        let waiting = try await lag(test)
        #expect(waiting.waiting == 2 && waiting.inTime == 0 && waiting.late == 0)
        #expect(waiting.oldest > .zero && waiting.oldest < .seconds(300))
        try await test.index()
        var done = IndexingLag()
        done.inTime = 2
        #expect(try await lag(test) == done)
        try await test.delete("a")
        #expect(try await lag(test).waiting == 1)
        try await test.index()
        try await test.add(Document(id: "b", title: "again"))
        done.inTime = 3
        #expect(try await lag(test) == done)
        #expect(try await lag(other) == IndexingLag())
    }

    private static func boundedGets(_ test: any StoreUnderTest) async throws {
        let body = String(repeating: "x", count: 1000)
        try await test.upload((0..<5).map { Document(id: "\($0)", body: body) })
        let ids = ["0", "none", "1", "2", "3", "4"]
        for (limit, count) in [(10, 1), (2500, 3), (100_000, 6)] {
            let documents = try await test.documents(ids, limitBytes: limit)
            #expect(documents.count == count)
            #expect(documents.count < 2 || documents[1] == nil)
        }
        let titles = FieldSelection(title: true, body: false, slots: [])
        let shown = try await test.documents(["0"], shows: titles, limitBytes: 10_000)
        #expect(shown[0]?.document == Document(id: "0"))
    }

    private static func pages(_ test: any StoreUnderTest, _ limit: Int) async throws {
        try await test.upload((0..<10).map { Document(id: "\($0)", title: "t") })
        try await test.index()
        try await test.upload([Document(id: "unindexed")])
        try await test.delete("4")
        #expect(try await test.listed(by: limit) == (0..<10).filter { $0 != 4 }.map(String.init))
    }
}
