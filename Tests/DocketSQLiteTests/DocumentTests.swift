import DocketCore
import DocketRuntime
import Testing

@testable import DocketSQLite

@Suite("Documents", .timeLimit(.minutes(5)))
struct DocumentTests {
    @Test("an upload is durable as indexing and visible once it is indexed")
    func lifecycle() async throws {
        let test = try await TestStore.make()
        let outcomes = try await test.upload([Document(id: "a", title: "one")])
        #expect(outcomes == [.accepted(version: outcomes[0].version ?? 0, state: .indexing)])
        #expect(try await test.state("a") == .indexing)
        #expect(try await test.ids("one").isEmpty)
        #expect(try await test.newest("a")?.document.title == "one")
        try await test.index()
        let status = try #require(try await test.status("a"))
        #expect(status.state == .indexed && status.indexedVersion == outcomes[0].version)
        #expect(try await test.ids("one") == ["a"])
        #expect(try await test.status("b") == nil)
        await test.store.close()
    }

    @Test("searches show the indexed version until the newer one is indexed, Get the newest")
    func versions() async throws {
        let test = try await TestStore.make()
        try await test.add(Document(id: "a", title: "old", attributes: [Attribute("year", 1)]))
        let first = try #require(try await test.status("a"))
        let second = try await test.upload([
            Document(id: "a", title: "new", attributes: [Attribute("year", 2)])
        ])[0].version
        #expect(try #require(second) > first.version)
        #expect(try await test.newest("a")?.document.title == "new")
        let hit = try #require(
            try await test.search("old") { $0.filter = .equal("year", 1) }.hits.first
        )
        #expect(hit.document.title == "old" && hit.version == first.version)
        #expect(try await test.ids("new").isEmpty)
        #expect(try await test.status("a")?.indexedVersion == first.version)
        try await test.index()
        #expect(try await test.ids("old").isEmpty)
        #expect(try await test.ids("new") { $0.filter = .equal("year", 2) } == ["a"])
        #expect(try await test.ids("") { $0.filter = .equal("year", 1) }.isEmpty)
        #expect(try await test.search("new").hits.first?.number == test.newest("a")?.number)
        await test.store.close()
    }

    @Test("a deleted document is gone at once, before the index lets go of it")
    func deletes() async throws {
        let test = try await TestStore.make()
        try await test.add(Document(id: "a", title: "x"), Document(id: "b", title: "x"))
        let before = try await test.store.generations(
            test.tenant,
            of: test.collection,
            work: WorkLimit()
        )
        let outcomes = try await test.delete("a", "nobody")
        #expect(outcomes[0].version != nil && outcomes[1].code == .notFound)
        let after = try await test.store.generations(
            test.tenant,
            of: test.collection,
            work: WorkLimit()
        )
        #expect(after.hard > before.hard)
        #expect(try await test.search("x").total.value == 1)
        #expect(try await test.ids("") == ["b"])
        #expect(try await test.newest("a") == nil)
        #expect(try await test.state("a") == .deleting)
        #expect(try await test.status("a")?.indexedVersion == 0)
        try await test.index()
        #expect(try await test.state("a") == .deleted)
        #expect(try await test.delete("a")[0].code == .notFound)
        await test.store.close()
    }

    @Test("a document deleted before it was indexed never shows")
    func deletesUnindexed() async throws {
        let test = try await TestStore.make()
        try await test.upload([Document(id: "a", title: "x")])
        #expect(try await test.delete("a") == [.accepted(version: 2 + (1 << 40), state: .deleted)])
        try await test.index()
        #expect(try await test.ids("x").isEmpty)
        #expect(try await test.counts() == StateCounts())
        await test.store.close()
    }

    @Test("a deleted document can come back, at a higher version and its old number")
    func comesBack() async throws {
        let test = try await TestStore.make()
        try await test.add(Document(id: "a", title: "one"))
        let number = try await test.newest("a")?.number
        for isIndexedBetween in [true, false] {
            let version = try #require(try await test.delete("a")[0].version)
            if isIndexedBetween { try await test.index() }
            let next = try #require(
                try await test.upload([Document(id: "a", title: "two")])[0].version
            )
            #expect(next > version)
            #expect(try await test.ids("").isEmpty)
            try await test.index()
            #expect(try await test.ids("one").isEmpty)
            #expect(try await test.ids("two") == ["a"])
            #expect(try await test.newest("a")?.number == number)
        }
        await test.store.close()
    }

    @Test("counts and bytes follow the documents")
    func counts() async throws {
        let test = try await TestStore.make()
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
        await test.store.close()
    }

    @Test("quotas reject what goes beyond them, one by one")
    func quotas() async throws {
        let test = try await TestStore.make()
        let two = Quota(documents: 2, bytes: 10)
        let outcomes = try await test.upload(
            [
                Document(id: "a", title: "1234"), Document(id: "b", title: "12345678"),
                Document(id: "c", title: "1234"), Document(id: "d", title: "1"),
                Document(id: "a", title: "1"),
            ],
            quota: two
        )
        #expect(outcomes.map(\.code) == [nil, .resourceExhausted, nil, .resourceExhausted, nil])
        #expect(try await test.counts().bytes == 5)
        await test.store.close()
    }

    @Test("gets stop at their bytes, after at least one")
    func getsAreBounded() async throws {
        let test = try await TestStore.make()
        let body = String(repeating: "x", count: 1000)
        try await test.upload((0..<5).map { Document(id: "\($0)", body: body) })
        for (limit, count) in [(10, 1), (2500, 2), (100_000, 6)] {
            let documents = try await test.store.documents(
                test.tenant,
                in: test.collection,
                ids: ["0", "none", "1", "2", "3", "4"],
                shows: .everything,
                limitBytes: limit,
                work: WorkLimit()
            )
            #expect(documents.count == (count == 2 ? 3 : count))
            #expect(documents.count < 2 || documents[1] == nil)
        }
        let titles = FieldSelection(title: true, body: false, slots: [])
        let shown = try await test.store.documents(
            test.tenant,
            in: test.collection,
            ids: ["0"],
            shows: titles,
            limitBytes: 10_000,
            work: WorkLimit()
        )
        #expect(shown[0]?.document == Document(id: "0"))
        await test.store.close()
    }

    @Test("pages of the truth give each visible document once", arguments: [1, 3, 100])
    func pages(_ limit: Int) async throws {
        let test = try await TestStore.make()
        try await test.upload((0..<10).map { Document(id: "\($0)", title: "t") })
        try await test.index()
        try await test.upload([Document(id: "unindexed")])
        try await test.delete("4")
        var ids: [String] = []
        var next: UInt64? = 0
        while let after = next {
            let page = try await test.store.page(
                test.tenant,
                in: test.collection,
                after: after,
                shows: .everything,
                limit: limit,
                limitBytes: 1 << 20,
                work: WorkLimit()
            )
            ids += page.documents.map(\.document.id)
            next = page.next
        }
        #expect(ids == (0..<10).filter { $0 != 4 }.map(String.init))
        await test.store.close()
    }

    @Test("deletes by filter in slices, unindexed documents too")
    func deletesMatching() async throws {
        let test = try await TestStore.make()
        try await test.upload(
            (0..<20).map { number in
                Document(
                    id: "\(number)",
                    attributes: [Attribute("year", .number(Double(number % 2)))]
                )
            }
        )
        try await test.index()
        try await test.upload([Document(id: "new", attributes: [Attribute("year", 1)])])
        let binder = SearchBinder(collection: test.collection, limits: Limits())
        let filter = try binder.bind(.equal("year", 1))
        var deleted: [Int] = []
        var next: UInt64? = 0
        while let after = next {
            let result = try await test.store.deleteMatching(
                test.tenant,
                DeleteSlice(collection: test.collection, filter: filter, after: after, limit: 4),
                work: WorkLimit()
            )
            deleted.append(result.deleted)
            next = result.next
        }
        #expect(deleted.reduce(0, +) == 11 && deleted.allSatisfy { $0 <= 4 })
        #expect(try await test.ids("") { $0.limit = 100 }.count == 10)
        #expect(try await test.newest("new") == nil)
        await test.store.close()
    }

    @Test("the same key and body get the same reply, another body an error")
    func idempotency() async throws {
        let test = try await TestStore.make()
        func key(_ hash: UInt8, method: UInt16 = 1) -> Idempotency {
            Idempotency(key: [7], method: method, bodyHash: [hash], note: [42])
        }
        func upload(_ title: String, _ key: Idempotency) async throws -> WriteResult {
            let batch = UploadBatch(
                collection: test.collection,
                documents: try test.bind([Document(id: "a", title: title)]),
                quota: Quota(),
                idempotency: key
            )
            return try await test.store.upload(test.tenant, batch, work: WorkLimit())
        }
        let first = try await upload("one", key(1)).outcomes
        guard case .replayed(let outcomes, let note) = try await upload("one", key(1)) else {
            Issue.record("the upload was done twice")
            return
        }
        #expect(outcomes == first && first.count == 1 && note == [42])
        let code = await thrownCode { _ = try await upload("two", key(2)) }
        #expect(code == .alreadyExists)
        #expect(try await upload("other method", key(2, method: 2)).outcomes.count == 1)
        #expect(try await test.newest("a")?.document.title == "other method")
        await test.store.close()
    }
}
