internal import DocketCore
internal import DocketPostgres
internal import DocketTestKit
internal import Testing

@Suite("The change feed of PostgreSQL", .needs(.postgres), .timeLimit(.minutes(5)))
struct ChangeFeedTests {
    @Test("tells what changed after its mark")
    func changes() async throws {
        let test = try await TestDatabase.make()
        let store = test.store
        let reference = CollectionReference(tenant: test.tenant, number: test.collection.number)
        let start = try await store.changes(since: nil, work: .test)
        #expect(start.collections.map(\.collection) == [reference])
        try await test.upload([Document(id: "a")])
        let key = KeyRecord(
            id: "k",
            tenant: test.tenant,
            scopes: .read,
            secretHash: [1],
            createdMicroseconds: 0
        )
        try await store.addKey(key, work: .test)
        // An upload alone changes nothing that a search sees.
        let quiet = try await store.changes(since: start.mark, work: .test)
        #expect(quiet.collections.allSatisfy { $0 == start.collections[0] })
        #expect(quiet.revokedKeys.isEmpty)

        try await test.index()
        let indexed = try await store.changes(since: quiet.mark, work: .test)
        #expect(indexed.collections[0].generations.soft > start.collections[0].generations.soft)

        try await test.delete(["a"])
        #expect(try await store.revokeKey("k", of: test.tenant, work: .test))
        let deleted = try await store.changes(since: indexed.mark, work: .test)
        #expect(deleted.collections[0].removed.numbers.count == 1)
        #expect(deleted.collections[0].removed.isComplete)
        #expect(deleted.revokedKeys == ["k"])

        #expect(try await store.deleteTenant(test.tenant, work: .test))
        let gone = try await store.changes(since: deleted.mark, work: .test)
        #expect(gone.deletedCollections == [reference])
        #expect(gone.deletedTenants == [test.tenant])
        let now = try await store.changes(since: nil, work: .test)
        #expect(now.collections.isEmpty && now.deletedCollections.isEmpty)
        await test.close()
    }

    @Test("skips nothing of a transaction that began before the mark and ends after it")
    func openTransaction() async throws {
        let test = try await TestDatabase.make()
        let store = test.store
        // A prepared transaction is one that stays open without a connection.
        try await test.sql(
            """
            BEGIN; UPDATE docket.collection_state SET hard = hard + 1,
                changed_xid = pg_current_xact_id();
            PREPARE TRANSACTION 'open_\(test.database)'
            """
        )
        let start = try await store.changes(since: nil, work: .test)
        let other = try await store.createCollection(
            test.tenant,
            named: "later",
            schema: try CollectionSchema([]),
            quota: Quota(),
            work: .test
        )
        let later = try await store.changes(since: start.mark, work: .test)
        #expect(later.collections.contains { $0.collection.number == other.number })
        let before = later.collections.first {
            $0.collection.number == test.collection.number
        }
        #expect(before == nil || before == start.collections[0])
        try await test.sql("COMMIT PREPARED 'open_\(test.database)'")
        let committed = try await store.changes(since: later.mark, work: .test)
        let changed = committed.collections.first {
            $0.collection.number == test.collection.number
        }
        #expect(changed?.generations.hard == start.collections[0].generations.hard + 1)
        await test.close()
    }

    @Test("tells of at most 1,000 removed documents, and that there are more")
    func removed() async throws {
        let test = try await TestDatabase.make()
        let ids = (0..<1001).map { "d\($0)" }
        try await test.upload(ids.map { Document(id: $0) })
        _ = try await test.lease(2000, bytes: 1 << 30)
        try await test.delete(ids)
        let changes = try await test.store.changes(since: nil, work: .test)
        #expect(changes.collections[0].removed.numbers.count == RemovedDocuments.maximum)
        #expect(changes.collections[0].removed.isComplete == false)
        await test.close()
    }

    @Test("begins anew on a database that is older than the mark")
    func restored() async throws {
        let test = try await TestDatabase.make()
        let changes = try await test.store.changes(since: ChangeMark(1 << 60), work: .test)
        #expect(changes.collections.count == 1)
        await test.close()
    }
}
