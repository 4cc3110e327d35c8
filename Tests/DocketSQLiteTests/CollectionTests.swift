import DocketCore
import DocketRuntime
import Testing

@testable import DocketSQLite

@Suite("Collections and tenants", .timeLimit(.minutes(5)))
struct CollectionTests {
    @Test("collections have names, schemas and a quota")
    func collections() async throws {
        let test = try await TestStore.make()
        let schema = test.collection.schema
        func create(_ name: String, _ quota: Quota = Quota()) async -> DocketError.Code? {
            await thrownCode {
                _ = try await test.store.createCollection(
                    test.tenant,
                    named: name,
                    schema: schema,
                    quota: quota,
                    work: WorkLimit()
                )
            }
        }
        #expect(await create("papers") == .alreadyExists)
        #expect(await create("notes", Quota(collections: 1)) == .resourceExhausted)
        #expect(await create("notes") == nil)
        #expect(
            try await test.store.collections(test.tenant, work: WorkLimit()).map(\.name) == [
                "notes", "papers",
            ]
        )
        #expect(
            try await test.store.collection(test.tenant, named: "papers", work: WorkLimit())
                == test.collection
        )
        let missing = await thrownCode {
            _ = try await test.store.collection(test.tenant, named: "none", work: WorkLimit())
        }
        #expect(missing == .notFound)
        await test.store.close()
    }

    @Test("attributes are added at the end and raise the epoch")
    func addsAttributes() async throws {
        let test = try await TestStore.make()
        try await test.add(Document(id: "a", attributes: [Attribute("year", 1)]))
        let changed = try await test.store.addAttributes(
            test.tenant,
            to: "papers",
            [AttributeDefinition("pages", .number, [.filter])],
            work: WorkLimit()
        )
        #expect(changed.schemaEpoch == test.collection.schemaEpoch + 1)
        #expect(changed.schema.attributes.last?.name == "pages")
        let generations = try await test.store.generations(
            test.tenant,
            of: changed,
            work: WorkLimit()
        )
        #expect(generations.schemaEpoch == changed.schemaEpoch)
        let wider = TestStore(
            folder: test.folder,
            store: test.store,
            tenant: test.tenant,
            collection: changed
        )
        try await wider.add(Document(id: "b", attributes: [Attribute("pages", 9)]))
        #expect(try await wider.ids("") { $0.filter = .equal("pages", 9) } == ["b"])
        #expect(try await wider.ids("") { $0.filter = .not(.exists("pages")) } == ["a"])
        let twice = await thrownCode {
            _ = try await test.store.addAttributes(
                test.tenant,
                to: "papers",
                [AttributeDefinition("pages", .keyword)],
                work: WorkLimit()
            )
        }
        #expect(twice == .invalidArgument)
        await test.store.close()
    }

    @Test("a deleted collection is gone at once and its name free; its documents go in slices")
    func deletesCollection() async throws {
        let test = try await TestStore.make()
        try await test.upload((0..<50).map { Document(id: "\($0)", title: "x") })
        try await test.index()
        #expect(
            try await test.store.deleteCollection(test.tenant, named: "papers", work: WorkLimit())
        )
        #expect(
            try await !test.store.deleteCollection(test.tenant, named: "papers", work: WorkLimit())
        )
        for code in [
            await thrownCode { _ = try await test.search("x") },
            await thrownCode { try await test.upload([Document(id: "a")]) },
            await thrownCode { _ = try await test.status("1") },
            await thrownCode {
                _ = try await test.store.generations(
                    test.tenant,
                    of: test.collection,
                    work: WorkLimit()
                )
            },
        ] {
            #expect(code == .notFound)
        }
        let again = try await test.store.createCollection(
            test.tenant,
            named: "papers",
            schema: test.collection.schema,
            quota: Quota(),
            work: WorkLimit()
        )
        #expect(again.number > test.collection.number)
        try await test.index()
        try test.tamper("SELECT 1 FROM documents LIMIT 1")
        let rows = try ConnectionHandle(
            path: test.store.shared.path(of: test.tenant),
            creates: false,
            vfs: nil
        ).first("SELECT (SELECT count(*) FROM documents) + (SELECT count(*) FROM contents)") {
            $0.integer(0)
        }
        #expect(rows == 0)
        await test.store.close()
    }

    @Test("tenants do not see each other")
    func tenants() async throws {
        let test = try await TestStore.make()
        try await test.add(Document(id: "a", title: "secret"))
        let other = try await test.store.createTenant(
            named: "other",
            quota: Quota(documents: 5),
            work: WorkLimit()
        )
        let theirs = try await test.store.createCollection(
            other.id,
            named: "papers",
            schema: test.collection.schema,
            quota: Quota(),
            work: WorkLimit()
        )
        let view = TestStore(
            folder: test.folder,
            store: test.store,
            tenant: other.id,
            collection: theirs
        )
        #expect(try await view.ids("secret").isEmpty)
        #expect(try await view.newest("a") == nil)
        #expect(try await view.status("a") == nil)
        #expect(try await test.store.tenants(work: WorkLimit()).map(\.name) == ["acme", "other"])
        #expect(
            try await test.store.tenant(other.id, work: WorkLimit())?.quota == Quota(documents: 5)
        )
        #expect(try await test.store.tenant(named: "other", work: WorkLimit())?.id == other.id)
        let taken = await thrownCode {
            _ = try await test.store.createTenant(named: "other", quota: Quota(), work: WorkLimit())
        }
        #expect(taken == .alreadyExists)
        await test.store.close()
    }

    @Test("a deleted tenant takes its keys and files along, and its number never comes again")
    func deletesTenant() async throws {
        let test = try await TestStore.make()
        try await test.add(Document(id: "a", title: "secret"))
        try await test.store.addKey(.sample("k", test.tenant), work: WorkLimit())
        let path = test.store.shared.path(of: test.tenant)
        #expect(FileSystem.exists(path))
        #expect(try await test.store.deleteTenant(test.tenant, work: WorkLimit()))
        #expect(try await !test.store.deleteTenant(test.tenant, work: WorkLimit()))
        #expect(!FileSystem.exists(path) && !FileSystem.exists(path + "-wal"))
        #expect(try await test.store.keys(["k"], work: WorkLimit())[0]?.record == nil)
        let again = try await test.store.createTenant(
            named: "acme",
            quota: Quota(),
            work: WorkLimit()
        )
        #expect(again.id > test.tenant)
        let code = await thrownCode { try await test.upload([Document(id: "b")]) }
        #expect(code == .notFound)
        await test.store.close()
    }

    @Test("keys are kept, listed without hashes, and revoked once and for their tenant only")
    func keys() async throws {
        let test = try await TestStore.make()
        let mine = KeyRecord.sample("mine", test.tenant)
        let admin = KeyRecord.sample("admin", nil)
        try await test.store.addKey(mine, work: WorkLimit())
        try await test.store.addKey(admin, work: WorkLimit())
        #expect(try await test.store.keys(["mine"], work: WorkLimit())[0]?.record == mine)
        #expect(try await test.store.keys(of: test.tenant, work: WorkLimit()).map(\.id) == ["mine"])
        #expect(try await test.store.keys(of: nil, work: WorkLimit()).map(\.secretHash) == [[]])
        #expect(try await !test.store.revokeKey("mine", of: nil, work: WorkLimit()))
        #expect(try await test.store.revokeKey("mine", of: test.tenant, work: WorkLimit()))
        let revoked = try #require(
            try await test.store.keys(["mine"], work: WorkLimit())[0]?.record.revokedMicroseconds
        )
        #expect(try await test.store.revokeKey("mine", of: test.tenant, work: WorkLimit()))
        #expect(
            try await test.store.keys(["mine"], work: WorkLimit())[0]?.record.revokedMicroseconds
                == revoked
        )
        let unknown = await thrownCode {
            try await test.store.addKey(.sample("x", TenantID(99)), work: WorkLimit())
        }
        #expect(unknown == .notFound)
        #expect(
            await thrownCode { try await test.store.addKey(mine, work: WorkLimit()) }
                == .alreadyExists
        )
        #expect(try await test.store.serverSecret(work: WorkLimit()).count == 32)
        await test.store.close()
    }
}

extension KeyRecord {
    fileprivate static func sample(_ id: String, _ tenant: TenantID?) -> KeyRecord {
        KeyRecord(
            id: id,
            tenant: tenant,
            scopes: [.read, .write],
            secretHash: [1, 2, 3],
            createdMicroseconds: 5,
            expiresMicroseconds: 6
        )
    }
}
