internal import DocketCore
internal import DocketPostgres
internal import DocketTestKit
internal import Testing

@Suite("The directory in PostgreSQL", .needs(.postgres), .timeLimit(.minutes(5)))
struct DirectoryTests {
    @Test("makes tenants, sets their quotas and deletes them")
    func tenants() async throws {
        let test = try await TestDatabase.make()
        let store = test.store
        let quota = Quota(documents: 5, bytes: nil, collections: 2)
        let made = try await store.createTenant(named: "other", quota: quota, work: .test)
        #expect(try await store.tenant(made.id, work: .test) == made)
        #expect(try await store.tenant(named: "other", work: .test) == made)
        #expect(try await store.tenants(work: .test).map(\.name) == ["acme", "other"])
        await #expect(throws: DocketError(.alreadyExists, "there is a tenant other")) {
            try await store.createTenant(named: "other", quota: Quota(), work: .test)
        }
        try await store.setQuota(Quota(bytes: 7), of: made.id, work: .test)
        #expect(try await store.tenant(made.id, work: .test)?.quota == Quota(bytes: 7))
        #expect(try await store.deleteTenant(made.id, work: .test))
        #expect(try await store.deleteTenant(made.id, work: .test) == false)
        #expect(try await store.tenant(named: "other", work: .test) == nil)
        let again = try await store.createTenant(named: "other", quota: quota, work: .test)
        #expect(again.id != made.id)
        await test.close()
    }

    @Test("reads keys many at once, and none of a tenant that is gone")
    func keys() async throws {
        let test = try await TestDatabase.make()
        let store = test.store
        func record(_ id: String, _ tenant: TenantID?) -> KeyRecord {
            KeyRecord(
                id: id,
                tenant: tenant,
                scopes: [.read, .write],
                secretHash: [1, 2, 3],
                createdMicroseconds: 5
            )
        }
        let gone = try await store.createTenant(named: "gone", quota: Quota(), work: .test).id
        for key in [record("a", test.tenant), record("b", nil), record("c", gone)] {
            try await store.addKey(key, work: .test)
        }
        await #expect(throws: DocketError(.alreadyExists, "there is a key of this id")) {
            try await store.addKey(record("a", nil), work: .test)
        }
        await #expect(throws: DocketError.missing("tenant", "there is no such tenant")) {
            try await store.addKey(record("d", TenantID(999)), work: .test)
        }
        #expect(try await store.deleteTenant(gone, work: .test))
        let found = try await store.keys(["c", "b", "none", "a"], work: .test)
        #expect(found.map { $0?.record.id } == [nil, "b", nil, "a"])
        #expect(found[3]?.record.secretHash == [1, 2, 3])
        #expect(try await store.revokeKey("a", of: nil, work: .test) == false)
        #expect(try await store.revokeKey("a", of: test.tenant, work: .test))
        let listed = try await store.keys(of: test.tenant, work: .test)
        #expect(listed.map(\.secretHash) == [[]])
        #expect(listed[0].revokedMicroseconds != nil)
        await test.close()
    }

    @Test("gives every server the same secret")
    func secret() async throws {
        let test = try await TestDatabase.make()
        let secret = try await test.store.serverSecret(work: .test)
        #expect(secret.count == 32)
        #expect(try await test.store.serverSecret(work: .test) == secret)
        await test.close()
    }

    @Test("makes collections, changes their schemas and deletes them")
    func collections() async throws {
        let test = try await TestDatabase.make()
        let store = test.store
        let schema = try CollectionSchema([])
        let quota = Quota(collections: 2)
        await #expect(throws: DocketError(.alreadyExists, "there is a collection papers")) {
            try await store.createCollection(
                test.tenant,
                named: "papers",
                schema: schema,
                quota: quota,
                work: .test
            )
        }
        let made = try await store.createCollection(
            test.tenant,
            named: "books",
            schema: schema,
            quota: quota,
            work: .test
        )
        await #expect(throws: DocketError.self) {
            try await store.createCollection(
                test.tenant,
                named: "third",
                schema: schema,
                quota: quota,
                work: .test
            )
        }
        let changed = try await store.addAttributes(
            test.tenant,
            to: "books",
            [AttributeDefinition("year", .number)],
            work: .test
        )
        #expect(changed.schemaEpoch == 2)
        #expect(try await store.collection(test.tenant, named: "books", work: .test) == changed)
        let all = try await store.collections(test.tenant, work: .test)
        #expect(all.map(\.name) == ["books", "papers"])
        #expect(try await store.deleteCollection(test.tenant, named: "books", work: .test))
        #expect(try await store.deleteCollection(test.tenant, named: "books", work: .test) == false)
        await #expect(throws: DocketError.noCollection("books")) {
            try await store.counts(test.tenant, in: made, work: .test)
        }
        let batch = UploadBatch(
            collection: made,
            documents: try test.bind([Document(id: "a")]),
            quota: Quota(),
            idempotency: nil
        )
        await #expect(throws: DocketError.noCollection("books")) {
            try await store.upload(test.tenant, batch, work: .test)
        }
        await test.close()
    }
}
