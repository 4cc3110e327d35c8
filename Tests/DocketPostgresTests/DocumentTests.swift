internal import DocketCore
internal import DocketPostgres
internal import DocketTestKit
internal import Testing

@Suite("Documents in PostgreSQL", .needs(.postgres), .timeLimit(.minutes(5)))
struct DocumentTests {
    @Test("go from upload to search and out again")
    func life() async throws {
        let test = try await TestDatabase.make()
        let paper = Document(
            id: "a",
            title: "Art",
            body: "Of computer programming",
            attributes: [Attribute("author", "Knuth"), Attribute("year", 1968)]
        )
        let outcomes = try await test.upload([paper, Document(id: "b", title: "B")])
        #expect(outcomes.compactMap(\.version).count == 2)
        #expect(try await test.status("a")?.state == .indexing)
        let found = try await test.store.documents(
            test.tenant,
            in: test.collection,
            ids: ["b", "none", "a"],
            shows: .everything,
            limitBytes: 1 << 20,
            work: .test
        )
        #expect(found.map { $0?.document.id } == ["b", nil, "a"])
        #expect(found[2]?.document == paper)

        let leased = try await test.lease()
        #expect(Set(leased.compactMap(\.change.content?.id)) == ["a", "b"])
        #expect(leased.allSatisfy { $0.change.place.name == "index-1" })
        #expect(leased.allSatisfy { $0.change.collection == test.collection })
        #expect(try await test.lease().isEmpty)
        try await test.store.complete(leased.map(\.lease), foundFor: .zero, work: .test)
        #expect(try await test.counts().indexed == 2)
        let first = try #require(leased.first { $0.change.content?.id == "a" })
        #expect(try await test.check([first.hit])[0]?.shown.document == paper)
        let hits = leased.map(\.hit) + [HitReference(number: 99, version: 1)]
        #expect(try await test.check(hits).map { $0 != nil } == [true, true, false])
        #expect(try await test.check(hits, limitBytes: 0).map { $0 != nil } == [true])

        #expect(try await test.delete(["a", "none"])[0].version != nil)
        #expect(try await test.check([first.hit]) == [nil])
        #expect(try await test.status("a")?.state == .deleting)
        let removals = try await test.lease()
        #expect(removals.map(\.change.number) == [first.change.number])
        #expect(removals[0].change.content == nil)
        try await test.store.complete(removals.map(\.lease), foundFor: .zero, work: .test)
        #expect(try await test.status("a")?.state == .deleted)
        let counts = try await test.counts()
        #expect(counts.indexed == 1 && counts.deleting == 0 && counts.bytes == 1)
        await test.close()
    }

    @Test("are paged as searches see them, in the order of their numbers")
    func pages() async throws {
        let test = try await TestDatabase.make()
        try await test.upload((0..<7).map { Document(id: "d\($0)", body: "text") })
        try await test.index()
        try await test.upload([Document(id: "new")])
        try await test.delete(["d3"])
        var ids: [String] = []
        var next: UInt64? = 0
        while let number = next {
            let page = try await test.store.page(
                test.tenant,
                in: test.collection,
                after: number,
                shows: .everything,
                limit: 2,
                limitBytes: 1 << 20,
                work: .test
            )
            #expect(page.documents.count <= 2)
            ids += page.documents.map(\.document.id)
            next = page.next
        }
        #expect(ids == ["d0", "d1", "d2", "d4", "d5", "d6"])
        await test.close()
    }

    @Test("end a reply where its bytes are used up")
    func bytes() async throws {
        let test = try await TestDatabase.make()
        let body = String(repeating: "x", count: 1000)
        try await test.upload((0..<5).map { Document(id: "d\($0)", body: body) })
        func found(_ limit: Int, _ shows: FieldSelection = .everything) async throws -> Int {
            try await test.store.documents(
                test.tenant,
                in: test.collection,
                ids: (0..<5).map { "d\($0)" },
                shows: shows,
                limitBytes: limit,
                work: .test
            ).count
        }
        #expect(try await found(1 << 20) == 5)
        #expect(try await found(2500) == 2)
        #expect(try await found(1) == 1)
        let titles = FieldSelection(title: true, body: false, slots: nil)
        #expect(try await found(20_000, titles) == 5)
        await test.close()
    }

    @Test("are told apart by the bytes of their ids")
    func identifiers() async throws {
        let test = try await TestDatabase.make()
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        try await test.upload([Document(id: composed, title: "1")])
        try await test.upload([Document(id: decomposed, title: "2")])
        #expect(try await test.counts().indexing == 2)
        try await test.delete([decomposed])
        #expect(try await test.status(composed)?.state == .indexing)
        #expect(try await test.status(decomposed)?.state == .deleted)
        await test.close()
    }

    @Test("keep to the quota of their tenant")
    func quota() async throws {
        let test = try await TestDatabase.make()
        let documents = (0..<3).map { Document(id: "d\($0)", body: "12345") }
        let two = try await test.upload(documents, quota: Quota(documents: 2))
        #expect(two.map { $0.version != nil } == [true, true, false])
        let bytes = try await test.upload(
            [Document(id: "d0", body: "1234567890"), Document(id: "d9", body: "12345")],
            quota: Quota(bytes: 16)
        )
        #expect(bytes.map { $0.version != nil } == [true, false])
        await test.close()
    }
}
