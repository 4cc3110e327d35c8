internal import DocketCore
internal import DocketTestKit
internal import Testing

@testable internal import DocketPostgres

@Suite("Tenants in PostgreSQL", .needs(.postgres), .timeLimit(.minutes(5)))
struct IsolationTests {
    private static let tables = [
        "collections", "collection_state", "documents", "versions", "outbox", "idempotency",
    ]

    @Test("the user of the calls sees no row without a tenant, nor another's")
    func policies() async throws {
        let test = try await TestDatabase.make()
        try await test.upload([Document(id: "a")], key: "key")
        for table in Self.tables {
            let count = "SELECT count(*) FROM docket.\(table)"
            #expect(try await app(test, count) == ["0"], "\(table)")
            let none = "SELECT set_config('docket.tenant', '', false); \(count)"
            #expect(try await app(test, none).last == "0", "\(table)")
            let other = "SELECT set_config('docket.tenant', '999', false); \(count)"
            #expect(try await app(test, other).last == "0", "\(table)")
            let own = "SELECT set_config('docket.tenant', '\(test.tenant.number)', false); \(count)"
            #expect(try await app(test, own).last == "1", "\(table)")
            #expect(try await worker(test, count) == ["1"], "\(table)")
        }
        await test.close()
    }

    @Test("the user of the calls writes no row for another tenant")
    func writes() async throws {
        let test = try await TestDatabase.make()
        let planted = """
            SELECT set_config('docket.tenant', '999', false);
            INSERT INTO docket.outbox(tenant_id, number, version, due_us, queued_us)
            VALUES (\(test.tenant.number), 1, 1, 0, 0)
            """
        await #expect(throws: EngineFailed.self) { try await app(test, planted) }
        await #expect(throws: EngineFailed.self) { try await app(test, "TRUNCATE docket.outbox") }
        await test.close()
    }

    @Test("a worker without its role leases nothing, and the check says so")
    func workerWithoutRole() async throws {
        let test = try await TestDatabase.make()
        try await test.upload([Document(id: "a")])
        var configuration = test.store.configuration
        configuration.workerLogin = configuration.login
        let store = try PostgresStore(configuration)
        let request = LeaseRequest(
            limit: 10,
            limitBytes: 1000,
            duration: .seconds(1),
            place: IndexPlace(name: "index-1")
        )
        #expect(try await store.lease(request, work: .test).isEmpty)
        let fault = DocketError(
            .failedPrecondition,
            "the database user has not the rights of docket_worker: grant it that role"
        )
        await #expect(throws: fault) { try await store.checkSchema(work: .test) }
        await store.close()
        await test.close()
    }

    @Test("a row of another tenant under a document's number is not shown")
    func plantedRow() async throws {
        let test = try await TestDatabase.make()
        try await test.upload([Document(id: "mine")])
        let leased = try await test.lease()
        let number = leased[0].change.number
        let version = leased[0].change.version
        // Behind the policies, as another tenant's with the same number and collection.
        try await test.sql(
            """
            INSERT INTO docket.documents(tenant_id, number, collection, id, version, state, bytes,
                created_us, updated_us)
            VALUES (999, 77, \(test.collection.number), 'theirs', 77, 2, 1, 0, 0);
            INSERT INTO docket.versions VALUES (999, 77, 77, 'secret', '', '');
            INSERT INTO docket.versions VALUES (999, \(number), \(version), 'secret', '', '')
            """
        )
        let hits = [HitReference(number: 77, version: 77), leased[0].hit]
        let checked = try await test.check(hits)
        #expect(checked[0] == nil)
        #expect(checked[1]?.shown.document.id == "mine")
        #expect(checked[1]?.shown.document.title == "")
        #expect(try await test.status("theirs") == nil)
        let deleted = try await test.store.deleteUnchanged(
            test.tenant,
            in: test.collection,
            hits,
            work: .test
        )
        #expect(deleted == 1)
        await test.close()
    }

    @Test("a hit of another collection is not shown")
    func otherCollection() async throws {
        let test = try await TestDatabase.make()
        try await test.upload([Document(id: "a")])
        let leased = try await test.lease()
        let other = try await test.store.createCollection(
            test.tenant,
            named: "other",
            schema: try CollectionSchema([]),
            quota: Quota(),
            work: .test
        )
        let checked = try await test.store.check(
            test.tenant,
            in: other,
            leased.map(\.hit),
            shows: .everything,
            limitBytes: 1 << 20,
            work: .test
        )
        #expect(checked == [nil])
        await test.close()
    }

    @Test("only what is unchanged is deleted")
    func deleteUnchanged() async throws {
        let test = try await TestDatabase.make()
        try await test.upload([Document(id: "a"), Document(id: "b")])
        let hits = try await test.lease().map(\.hit)
        try await test.upload([Document(id: "a", title: "2")])
        let deleted = try await test.store.deleteUnchanged(
            test.tenant,
            in: test.collection,
            hits,
            work: .test
        )
        #expect(deleted == 1)
        #expect(try await test.status("a")?.state == .indexing)
        #expect(try await test.status("b")?.state == .deleting)
        await test.close()
    }

    private func app(_ test: TestDatabase, _ statements: String) async throws -> [String] {
        try await run(test, "app", statements)
    }

    private func worker(_ test: TestDatabase, _ statements: String) async throws -> [String] {
        try await run(test, "worker", statements)
    }

    private func run(
        _ test: TestDatabase,
        _ user: String,
        _ statements: String
    ) async throws -> [String] {
        try await test.server.run(
            statements,
            in: test.database,
            user: "\(user)_\(test.database)",
            password: user
        )
    }
}
