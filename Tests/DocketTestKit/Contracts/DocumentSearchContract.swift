internal import DocketCore
internal import Testing

/// What every ``DocumentSearch`` promises together with the truth beside it.
package enum DocumentSearchContract {
    package static let cases: [ContractCase<any SearchedStoreUnderTest>] =
        visibility + tenantsApart + words + corrections + languages + completions + synonyms
        + longQueries + pages + orders + explanations + retention

    private static let visibility: [ContractCase<any SearchedStoreUnderTest>] = [
        .init("an upload is found once it is indexed", lifecycle),
        .init("searches show the indexed version until the newer one is indexed", versions),
        .init("a deleted document is found no more, before the index lets go of it", deletes),
        .init("a document deleted before it was indexed is never found", deletesUnindexed),
        .init("a document that comes back is found as it is now", comesBack),
        .init("added attributes are filtered by, and older documents have none", addedAttributes),
        .init("nothing is found in a deleted collection", deletedCollection),
        .init("nothing of another tenant is found", tenants),
        .init("what matches a filter is deleted in slices", deletesMatching),
        .init("work that is over ends, and says why", endings),
    ]

    private static func lifecycle(_ test: any SearchedStoreUnderTest) async throws {
        try await test.upload([Document(id: "a", title: "one")])
        #expect(try await test.ids("one").isEmpty)
        try await test.index()
        #expect(try await test.ids("one") == ["a"])
        #expect(try await test.search("one").hits.first?.state == .indexed)
    }

    private static func versions(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(Document(id: "a", title: "old", attributes: [Attribute("year", 1)]))
        let first = try #require(try await test.status("a"))
        try await test.upload([
            Document(id: "a", title: "new", attributes: [Attribute("year", 2)])
        ])
        let hit = try #require(
            try await test.search("old") { $0.filter = .equal("year", 1) }.hits.first
        )
        #expect(hit.document.title == "old" && hit.version == first.version)
        #expect(hit.state == .indexing)
        #expect(try await test.ids("new").isEmpty)
        try await test.index()
        #expect(try await test.ids("old").isEmpty)
        #expect(try await test.ids("new") { $0.filter = .equal("year", 2) } == ["a"])
        #expect(try await test.ids("") { $0.filter = .equal("year", 1) }.isEmpty)
        #expect(try await test.search("new").hits.first?.number == test.newest("a")?.number)
    }

    private static func deletes(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(Document(id: "a", title: "x"), Document(id: "b", title: "x"))
        try await test.delete("a")
        #expect(try await test.search("x").total.value == 1)
        #expect(try await test.ids("") == ["b"])
        let facet = try await test.search("x") { $0.facets = [FacetRequest("year", limit: 5)] }
        #expect(facet.ids == ["b"] && facet.facets == [[]])
        try await test.index()
        #expect(try await test.ids("x") == ["b"])
    }

    private static func deletesUnindexed(_ test: any SearchedStoreUnderTest) async throws {
        try await test.upload([Document(id: "a", title: "x")])
        try await test.delete("a")
        try await test.index()
        #expect(try await test.ids("x").isEmpty)
    }

    private static func comesBack(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(Document(id: "a", title: "one"))
        for isIndexedBetween in [true, false] {
            try await test.delete("a")
            if isIndexedBetween { try await test.index() }
            try await test.upload([Document(id: "a", title: "two")])
            #expect(try await test.ids("").isEmpty)
            try await test.index()
            #expect(try await test.ids("one").isEmpty)
            #expect(try await test.ids("two") == ["a"])
        }
    }

    private static func addedAttributes(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(Document(id: "a", attributes: [Attribute("year", 1)]))
        let changed = try await test.truth.addAttributes(
            test.tenant,
            to: "papers",
            [AttributeDefinition("pages", .number, [.filter])],
            work: WorkLimit()
        )
        let wider = test.viewing(changed)
        try await wider.add(Document(id: "b", attributes: [Attribute("pages", 9)]))
        #expect(try await wider.ids("") { $0.filter = .equal("pages", 9) } == ["b"])
        #expect(try await wider.ids("") { $0.filter = .not(.exists("pages")) } == ["a"])
    }

    private static func deletedCollection(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(Document(id: "a", title: "x"))
        _ = try await test.truth.deleteCollection(test.tenant, named: "papers", work: WorkLimit())
        if test.lacks.contains(.knowsDeletedCollections) {
            #expect(try await test.ids("x").isEmpty)
        } else {
            #expect(await thrownCode { _ = try await test.search("x") } == .notFound)
        }
        let again = test.viewing(try await test.create("papers"))
        #expect(try await again.ids("x").isEmpty)
    }

    private static func tenants(_ test: any SearchedStoreUnderTest) async throws {
        try await test.add(Document(id: "a", title: "secret"))
        let other = try await test.stranger("other")
        #expect(try await other.ids("secret").isEmpty)
        #expect(try await other.search("").total.value == 0)
        try await other.add(Document(id: "a", title: "secret theirs"))
        #expect(try await other.search("secret").hits.map(\.document.title) == ["secret theirs"])
        #expect(try await test.search("secret").hits.map(\.document.title) == ["secret"])
    }

    private static func deletesMatching(_ test: any SearchedStoreUnderTest) async throws {
        try await test.upload(
            (0..<20).map { number in
                let year = AttributeValue.number(Double(number % 2))
                return Document(id: "\(number)", attributes: [Attribute("year", year)])
            }
        )
        try await test.index()
        try await test.upload([Document(id: "new", attributes: [Attribute("year", 1)])])
        let binder = SearchBinder(collection: test.collection, limits: Limits())
        let filter = try binder.bind(.equal("year", 1))
        var deleted: [Int] = []
        var next: UInt64? = 0
        while let after = next {
            let result = try await test.deletion.deleteMatching(
                test.tenant,
                DeleteSlice(collection: test.collection, filter: filter, after: after, limit: 4),
                work: WorkLimit()
            )
            deleted.append(result.deleted)
            next = result.next
        }
        let isNewLeft = test.lacks.contains(.deletesUnindexedMatches)
        #expect(deleted.reduce(0, +) == (isNewLeft ? 10 : 11))
        #expect(deleted.allSatisfy { $0 <= 4 })
        #expect(try await test.ids("") { $0.limit = 100 }.count == 10)
        #expect(try await (test.newest("new") != nil) == isNewLeft)
    }

    private static func endings(_ test: any SearchedStoreUnderTest) async throws {
        let documents = (0..<1000).map { Document(id: "\($0)", body: "common word \($0)") }
        try await test.upload(documents)
        try await test.index()
        let plan = try test.plan(SearchRequest(collection: "papers", query: "common"))
        let stopped = WorkLimit()
        stopped.stop()
        let late = WorkLimit(deadlineNanoseconds: 1)
        for (work, code) in [(stopped, DocketError.Code.cancelled), (late, .deadlineExceeded)] {
            let searched = await thrownCode {
                _ = try await test.engine.search(test.tenant, plan, work: work)
            }
            let scanned = await thrownCode {
                _ = try await test.engine.scan(test.tenant, plan, after: 0, work: work)
            }
            #expect(searched == code && scanned == code)
        }
        #expect(try await test.search("common").total.value == 1000)
    }
}
