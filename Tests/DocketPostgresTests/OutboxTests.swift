internal import DocketCore
internal import DocketTestKit
internal import Testing

@testable internal import DocketPostgres

@Suite("The outbox in PostgreSQL", .needs(.postgres), .timeLimit(.minutes(5)))
struct OutboxTests {
    @Test("leases a newer version only after the lease of the older has ended")
    func overtaken() async throws {
        let test = try await TestDatabase.make()
        try await test.upload([Document(id: "a", title: "1")])
        let first = try await test.lease()
        let second = try await test.upload([Document(id: "a", title: "2")])
        #expect(try await test.lease().isEmpty)
        try await test.store.complete(first.map(\.lease), foundFor: .zero, work: .test)
        let status = try #require(try await test.status("a"))
        #expect(status.state == .indexing)
        #expect(status.indexedVersion == first[0].change.version)
        // Both versions can be shown until the newer one is indexed.
        let shown = try await test.check([first[0].hit])[0]
        #expect(shown?.shown.document.title == "1")
        #expect(shown?.newestVersion == second[0].version)
        let next = try await test.lease()
        #expect(next.map(\.change.version) == second.compactMap(\.version))
        #expect(next[0].attempts == 0)
        try await test.store.complete(next.map(\.lease), foundFor: .zero, work: .test)
        #expect(
            try await test.check([first[0].hit, next[0].hit]).map { $0 != nil } == [false, true]
        )
        await test.close()
    }

    @Test("heeds no lease that another worker took over")
    func takenOver() async throws {
        let test = try await TestDatabase.make()
        try await test.upload([Document(id: "a")])
        let lost = try await test.lease(for: .zero)
        let taken = try await test.lease()
        #expect(taken.count == 1)
        #expect(taken[0].lease.token != lost[0].lease.token)
        try await test.store.complete(lost.map(\.lease), foundFor: .zero, work: .test)
        #expect(try await test.status("a")?.state == .indexing)
        try await test.store.fail([IndexFailure(lease: lost[0].lease, reason: "no")], work: .test)
        #expect(try await test.status("a")?.state == .indexing)
        try await test.store.complete(taken.map(\.lease), foundFor: .zero, work: .test)
        #expect(try await test.status("a")?.state == .indexed)
        await test.close()
    }

    @Test("hides what failed, takes it out of the index and queues it again")
    func failure() async throws {
        let test = try await TestDatabase.make()
        try await test.upload([Document(id: "a", title: "1"), Document(id: "b")])
        let first = try await test.lease()
        try await test.store.complete(first.map(\.lease), foundFor: .zero, work: .test)
        try await test.upload([Document(id: "a", title: "2")])
        let second = try await test.lease()
        let before = try await generations(test)
        let failures = second.map { IndexFailure(lease: $0.lease, reason: "too odd") }
        try await test.store.fail(failures, work: .test)
        let status = try #require(try await test.status("a"))
        #expect(status.state == .failed && status.error == "too odd" && status.indexedVersion == 0)
        #expect(try await generations(test).hard == before.hard + 1)
        let old = try #require(first.first { $0.change.content?.id == "a" })
        #expect(try await test.check([old.hit, second[0].hit]) == [nil, nil])
        let changed = try await test.store.changes(since: nil, work: .test)
        #expect(changed.collections.map(\.removed.numbers) == [[old.change.number]])

        let removal = try await test.lease()
        #expect(removal.map(\.change.content?.id) == [nil])
        try await test.store.complete(removal.map(\.lease), foundFor: .zero, work: .test)
        #expect(try await test.status("a")?.state == .failed)
        let cleaned = try await test.store.changes(since: nil, work: .test)
        #expect(cleaned.collections.map(\.removed.numbers) == [[]])

        let retried = try await test.store.retryFailed(
            test.tenant,
            in: test.collection,
            after: 0,
            work: .test
        )
        #expect(retried == RetriedSlice(count: 1, next: nil))
        let again = try await test.lease()
        #expect(again[0].change.version > second[0].change.version)
        #expect(again[0].change.content?.title == "2")
        try await test.store.complete(again.map(\.lease), foundFor: .zero, work: .test)
        #expect(try await test.counts().indexed == 2)
        await test.close()
    }

    private func generations(_ test: TestDatabase) async throws -> Generations {
        try await test.store.generations(test.tenant, of: test.collection, work: .test)
    }

    @Test("counts attempts, and none for a lease that was only given back")
    func attempts() async throws {
        let test = try await TestDatabase.make()
        try await test.upload([Document(id: "a")])
        for (isAttempt, attempts) in [(true, 0), (false, 1), (true, 1)] {
            let leased = try await test.lease()
            #expect(leased.map(\.attempts) == [attempts])
            try await test.store.release(
                leased.map(\.lease),
                after: .zero,
                isAttempt: isAttempt,
                work: .test
            )
        }
        let leased = try await test.lease()
        try await test.store.release(
            leased.map(\.lease),
            after: .seconds(60),
            isAttempt: true,
            work: .test
        )
        #expect(try await test.lease().isEmpty)
        // A newer version waits for nothing.
        try await test.upload([Document(id: "a", title: "2")])
        #expect(try await test.lease().map(\.attempts) == [0])
        await test.close()
    }

    @Test("takes from tenants in turns, as far as the bytes go")
    func fairness() async throws {
        let test = try await TestDatabase.make()
        try await test.upload((0..<50).map { Document(id: "d\($0)", body: "0123456789") })
        let other = try await test.store.createTenant(named: "other", quota: Quota(), work: .test)
        let collection = try await test.store.createCollection(
            other.id,
            named: "small",
            schema: try CollectionSchema([]),
            quota: Quota(),
            work: .test
        )
        let batch = UploadBatch(
            collection: collection,
            documents: try test.bind([Document(id: "x", body: "0123456789")]),
            quota: Quota(),
            idempotency: nil
        )
        _ = try await test.store.upload(other.id, batch, work: .test)
        let backlog = try await test.store.backlog(work: .test)
        #expect(backlog.map(\.documents) == [50, 1])
        let leased = try await test.lease(10)
        #expect(leased.count == 10)
        #expect(leased.count { $0.change.tenant == other.id } == 1)
        #expect(try await test.lease(100, bytes: 25).count == 3)
        #expect(try await test.lease(100, bytes: 0).count == 1)
        #expect(try await test.lease(100).count == 37)
        await test.close()
    }

    @Test("withholds statuses until the soft generation may rise again")
    func softGeneration() async throws {
        let test = try await TestDatabase.make { $0.softGenerationInterval = .seconds(3600) }
        try await test.upload([Document(id: "a")])
        try await test.index()
        #expect(try await test.status("a")?.state == .indexed)
        let soft = try await generations(test).soft
        try await test.upload([Document(id: "b")])
        let leased = try await test.lease()
        try await test.store.complete(leased.map(\.lease), foundFor: .zero, work: .test)
        let status = try #require(try await test.status("b"))
        #expect(status.state == .indexing && status.indexedVersion == status.version)
        #expect(try await test.check([leased[0].hit])[0] != nil)
        #expect(try await generations(test).soft == soft)
        _ = try await test.store.maintain(work: .test)
        #expect(try await test.status("b")?.state == .indexing)
        try await test.sql("UPDATE docket.collection_state SET soft_raised_us = 0")
        _ = try await test.store.maintain(work: .test)
        #expect(try await test.status("b")?.state == .indexed)
        #expect(try await generations(test).soft == soft + 1)
        #expect(try await test.counts().indexing == 0)
        await test.close()
    }

    @Test("statuses wait for no soft generation that rose after searches found them")
    func coveredByGeneration() async throws {
        let test = try await TestDatabase.make { $0.softGenerationInterval = .seconds(3600) }
        try await test.upload([Document(id: "a"), Document(id: "b"), Document(id: "c")])
        let leased = try await test.lease()
        func complete(_ place: Int, foundFor age: Duration) async throws -> DocumentState? {
            let change = leased[place]
            try await test.store.complete([change.lease], foundFor: age, work: .test)
            return try await test.status(try #require(change.change.content).id)?.state
        }
        #expect(try await complete(0, foundFor: .zero) == .indexed)
        let soft = try await generations(test).soft
        #expect(try await complete(1, foundFor: .seconds(3600)) == .indexed)
        // This one is found since after the generation rose.
        #expect(try await complete(2, foundFor: .zero) == .indexing)
        #expect(try await generations(test).soft == soft)
        await test.close()
    }

    @Test("brings the documents of a deleted collection out of the index, then forgets them")
    func deletedCollection() async throws {
        let test = try await TestDatabase.make { $0.deletionLifetime = .zero }
        try await test.upload([Document(id: "a"), Document(id: "b")])
        try await test.index()
        try await test.upload([Document(id: "c")], key: "key")
        let store = test.store
        #expect(try await store.deleteCollection(test.tenant, named: "papers", work: .test))
        _ = try await store.maintain(work: .test)
        #expect(try await test.sql("SELECT id FROM docket.documents ORDER BY id") == ["a", "b"])
        let removals = try await test.lease()
        #expect(removals.count == 2)
        #expect(removals.allSatisfy { $0.change.content == nil })
        try await store.complete(removals.map(\.lease), foundFor: .zero, work: .test)
        for _ in 0..<3 { _ = try await store.maintain(work: .test) }
        for table in ["documents", "versions", "outbox", "idempotency", "collections"] {
            #expect(try await test.sql("SELECT count(*) FROM docket.\(table)") == ["0"], "\(table)")
        }
        await test.close()
    }

    @Test("forgets expired outcomes and documents deleted long ago, with their bytes")
    func retirement() async throws {
        let test = try await TestDatabase.make {
            $0.deletionLifetime = .zero
            $0.idempotencyLifetime = .zero
        }
        try await test.upload([Document(id: "a")], key: "key")
        try await test.delete(["a"])
        #expect(try await test.status("a")?.state == .deleted)
        _ = try await test.store.maintain(work: .test)
        #expect(try await test.status("a") == nil)
        let kept = "SELECT kept_outcomes, kept_deletions FROM docket.collection_state"
        #expect(try await test.sql(kept) == ["0|0"])
        await test.close()
    }
}
