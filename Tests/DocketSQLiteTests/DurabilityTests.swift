import DocketCore
import DocketRuntime
import DocketTestKit
import Foundation
import Testing

@testable import DocketSQLite

@Suite("Durability", .timeLimit(.minutes(5)))
struct DurabilityTests {
    /// The same store, opened anew.
    private static func reopen(_ test: TestStore) async throws -> TestStore {
        await test.store.close()
        let configuration = test.store.shared.configuration
        return TestStore(
            folder: test.folder,
            store: try await EmbeddedStore.open(configuration),
            tenant: test.tenant,
            collection: test.collection
        )
    }

    @Test("everything is there after closing and opening")
    func reopens() async throws {
        var test = try await TestStore.make()
        try await test.add(Document(id: "a", title: "x", attributes: [Attribute("year", 7)]))
        try await test.upload([Document(id: "b", title: "x")])
        try await test.delete("a")
        let before = try await test.store.generations(
            test.tenant,
            of: test.collection,
            work: WorkLimit()
        )
        let secret = try await test.store.serverSecret(work: WorkLimit())
        let counts = try await test.counts()
        let version = try #require(try await test.status("a")?.version)
        test = try await Self.reopen(test)
        #expect(try await test.store.serverSecret(work: WorkLimit()) == secret)
        #expect(
            try await test.store.collections(test.tenant, work: WorkLimit()) == [test.collection]
        )
        #expect(
            try await test.store.generations(test.tenant, of: test.collection, work: WorkLimit())
                == before
        )
        #expect(try await test.counts() == counts)
        #expect(try await test.state("a") == .deleting)
        #expect(try await test.store.tenantsToIndex() == [test.tenant])
        try await test.index()
        #expect(try await test.ids("x") == ["b"])
        #expect(try #require(try await test.upload([Document(id: "c")])[0].version) > version)
        try await test.index()
        test = try await Self.reopen(test)
        #expect(try await test.store.tenantsToIndex().isEmpty)
        await test.store.close()
    }

    @Test("a second store on the same directory is told whose it is")
    func locks() async throws {
        let test = try await TestStore.make()
        do {
            _ = try await EmbeddedStore.open(test.store.shared.configuration)
            Issue.record("two stores share a directory")
        } catch {
            #expect(error.code == .failedPrecondition)
            #expect(error.message.contains("process \(getpid())"))
        }
        let again = try await Self.reopen(test)
        await again.store.close()
    }

    @Test("a full disk refuses what does not fit, keeps what was there, and passes")
    func fullDisk() async throws {
        let test = try await TestStore.make()
        try await test.add(Document(id: "kept", title: "x"))
        func limit(pages: Int) async throws {
            try await test.store.writers.change(test.tenant, WorkLimit()) { writer in
                try writer.connection.execute("PRAGMA max_page_count = \(pages)")
            }
        }
        // Less than there are means as many as there are.
        try await limit(pages: 1)
        let body = String(repeating: "large ", count: 20_000)
        let large = await #expect(throws: DocketError.self) {
            try await test.upload([Document(id: "large", body: body)])
        }
        #expect(large?.code == .resourceExhausted && large?.message.contains("disk") == true)
        #expect(large?.retryAfter == .seconds(1) && large?.isNotProcessed == true)
        #expect(try await test.ids("x") == ["kept"])
        #expect(try await test.counts().indexing == 0)
        try await limit(pages: 1_000_000)
        try await test.add(Document(id: "large", body: body))
        #expect(try await test.ids("large") == ["large"])
        await test.store.close()
    }

    @Test("of a group that does not fit, the calls that do are written")
    func halves() async throws {
        let test = try await TestStore.make()
        let body = String(repeating: "large ", count: 50_000)
        let calls = try (0..<8).map { number in
            let text = number == 3 ? body : ""
            let batch = UploadBatch(
                collection: test.collection,
                documents: try test.bind([Document(id: "\(number)", body: text)]),
                quota: Quota(),
                idempotency: nil
            )
            return WriteCall(.upload(batch))
        }
        let results = try await test.store.writers.change(test.tenant, WorkLimit()) { writer in
            let pages = try writer.connection.first("PRAGMA page_count", row: { $0.integer(0) })
            try writer.connection.execute("PRAGMA max_page_count = \((pages ?? 0) + 20)")
            return writer.write(calls[...])
        }
        let failed = results.indices.filter { (try? results[$0].get()) == nil }
        #expect(failed == [3])
        #expect(try await test.counts().indexing == 7)
        await test.store.close()
    }

    @Test("a damaged file takes its own tenant down and no other")
    func corruption() async throws {
        var test = try await TestStore.make()
        let other = try await test.store.createTenant(
            named: "other",
            quota: Quota(),
            work: WorkLimit()
        ).id
        try await test.add(Document(id: "a", title: "x"))
        await test.store.close()
        let path = test.store.shared.path(of: test.tenant)
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.write(contentsOf: Data(repeating: 0xA5, count: 8192))
        try file.close()
        test = try await Self.reopen(test)
        #expect(await thrownCode { _ = try await test.search("x") } == .dataLoss)
        #expect(await thrownCode { try await test.upload([Document(id: "b")]) } == .dataLoss)
        #expect(await thrownCode { _ = try await test.store.indexNext(test.tenant) } == .dataLoss)
        let schema = test.collection.schema
        _ = try await test.store.createCollection(
            other,
            named: "c",
            schema: schema,
            quota: Quota(),
            work: WorkLimit()
        )
        try FileManager.default.removeItem(atPath: path)
        #expect(await thrownCode { _ = try await test.search("x") } == .dataLoss)
        #expect(!FileSystem.exists(path))
        await test.store.close()
    }

    @Test("who waits for documents that damage keeps out of the index is told so")
    func damagedIndex() async throws {
        let test = try await TestStore.make()
        try await test.add(Document(id: "a", title: "x"))
        try test.tamper("UPDATE living_\(test.collection.number) SET data = x'0102'")
        try await test.upload([Document(id: "b", title: "y")])
        #expect(await thrownCode { try await test.index() } == .dataLoss)
        #expect(await thrownCode { _ = try await test.counts() } == .dataLoss)
        #expect(await thrownCode { _ = try await test.status("b") } == .dataLoss)
        #expect(await thrownCode { try await test.upload([Document(id: "c")]) } == .dataLoss)
        #expect(try await test.newest("b")?.document.title == "y")
        await test.store.close()
    }

    @Test("a file of a newer format is refused and left as it is")
    func newerFormat() async throws {
        var test = try await TestStore.make()
        let path = test.store.shared.path(of: test.tenant)
        try test.tamper("PRAGMA user_version = 99")
        await test.store.close()
        let before = FileManager.default.contents(atPath: path)
        test = try await Self.reopen(test)
        #expect(await thrownCode { _ = try await test.search("x") } == .failedPrecondition)
        await test.store.close()
        #expect(FileManager.default.contents(atPath: path) == before)
    }

    @Test("formats are migrated step by step, all or nothing")
    func migrates() async throws {
        let folder = try TestFolder()
        let configuration = TestStore.configuration(folder)
        let connection = try ConnectionHandle(path: folder.path + "/t.db", creates: true, vfs: nil)
        try TenantMigration(connection: connection).run(configuration)
        let (first, second) = (TenantSchema.format, TenantSchema.format + 1)
        var steps: [Int64: TenantMigration.Step] = [
            first: { try $0.execute("CREATE TABLE second(x)") },
            second: { try $0.execute("CREATE TABLE first(x) broken") },
        ]
        var migration = TenantMigration(connection: connection, steps: steps, format: second + 1)
        #expect(throws: SQLiteError.self) { try migration.run(configuration) }
        func format() throws -> Int64? {
            try connection.first("PRAGMA user_version", row: { $0.integer(0) })
        }
        #expect(try format() == first)
        steps[second] = { try $0.execute("INSERT INTO second VALUES (42)") }
        migration = TenantMigration(connection: connection, steps: steps, format: second + 1)
        try migration.run(configuration)
        #expect(try format() == second + 1)
        #expect(try connection.first("SELECT x FROM second", row: { $0.integer(0) }) == 42)
    }

    /// Makes of the file one of an older format: attributes in rows of their own, and before format
    /// 5 an index of FTS5.
    private static func makeOld(_ test: TestStore, format: Int) throws {
        let visible = format == 3 ? "shown_1" : "visible_1"
        try test.tamper(
            """
            CREATE TABLE \(visible)(
                number INTEGER PRIMARY KEY, version INTEGER, segment INTEGER, words INTEGER,
                attributes BLOB
            );
            CREATE TABLE values_1(slot INTEGER, value, number INTEGER);
            INSERT INTO \(visible) SELECT number, version, segment, words, attributes
                FROM documents JOIN contents USING(number) WHERE indexed_version <> 0;
            DROP TABLE columns_1; DROP TABLE living_1; DROP TABLE synonyms;
            ALTER TABLE documents DROP COLUMN segment; ALTER TABLE documents DROP COLUMN words;
            ALTER TABLE indexed_contents DROP COLUMN attributes;
            PRAGMA user_version = \(format)
            """
        )
        guard format < 5 else { return }
        try test.tamper(
            """
            DROP TABLE indexed_contents;
            DROP TABLE pages_1; DROP TABLE blocks_1; DROP TABLE chunks_1; DROP TABLE segments_1;
            CREATE VIRTUAL TABLE search_1 USING fts5(title, body, columnsize = 0);
            INSERT INTO search_1(rowid, title, body) SELECT number, title, body FROM contents;
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema
                SET sql = replace(sql, 'columnsize', 'tokenize=''docket'', columnsize')
                WHERE name = 'search_1';
            PRAGMA writable_schema = RESET;
            """
        )
    }

    @Test("a file of an older index is indexed anew from its documents", arguments: [3, 4, 5])
    func replacesIndex(_ format: Int) async throws {
        var test = try await TestStore.make()
        try await test.add(Document(id: "a", title: "x"), Document(id: "b", title: "y"))
        try await test.upload([Document(id: "b", title: "newer y")])
        try Self.makeOld(test, format: format)
        test = try await Self.reopen(test)
        // Nothing is found that is not indexed, and nothing wrong.
        #expect(try await test.ids("x").isEmpty)
        #expect(try await test.state("a") == .indexing)
        try await test.index()
        #expect(try await test.ids("x") == ["a"])
        #expect(try await test.ids("newer") == ["b"])
        try await test.delete("a")
        try await test.add(Document(id: "c", title: "x"))
        #expect(try await test.ids("x") == ["c"])
        await test.store.close()
    }

    @Test("the index of another tokenizer is built anew from the documents")
    func reindexes() async throws {
        var test = try await TestStore.make()
        try await test.add(Document(id: "a", title: "x"), Document(id: "b", title: "x"))
        try await test.upload([Document(id: "c", title: "x")])
        try await test.delete("b")
        try test.tamper("UPDATE meta SET value = 0 WHERE name = 'tokenizer'")
        test = try await Self.reopen(test)
        #expect(try await test.state("a") == .indexing)
        #expect(try await test.ids("x").isEmpty)
        try await test.index()
        #expect(try await test.ids("x") == ["a", "c"])
        #expect(try await test.state("b") == .deleted)
        var expected = StateCounts()
        (expected.indexed, expected.bytes) = (2, 2)
        #expect(try await test.counts() == expected)
        await test.store.close()
    }

    @Test("the making of a tenant that was interrupted leaves nothing")
    func interruptedTenant() async throws {
        var test = try await TestStore.make()
        let control = test.store.shared.configuration.directory + "/control.db"
        await test.store.close()
        try ConnectionHandle(path: control, creates: false, vfs: nil)
            .execute("UPDATE tenants SET state = 2")
        test = try await Self.reopen(test)
        #expect(try await test.store.tenants(work: WorkLimit()).isEmpty)
        #expect(!FileSystem.exists(test.store.shared.path(of: test.tenant)))
        let next = try await test.store.createTenant(
            named: "acme",
            quota: Quota(),
            work: WorkLimit()
        )
        #expect(next.id > test.tenant)
        await test.store.close()
    }

    @Test("more tenants than may be open take turns")
    func manyTenants() async throws {
        let test = try await TestStore.make { $0.openTenants = 2 }
        var views: [TestStore] = []
        for number in 0..<12 {
            let tenant = try await test.store.createTenant(
                named: "t\(number)",
                quota: Quota(),
                work: WorkLimit()
            ).id
            let collection = try await test.store.createCollection(
                tenant,
                named: "papers",
                schema: test.collection.schema,
                quota: Quota(),
                work: WorkLimit()
            )
            views.append(
                TestStore(
                    folder: test.folder,
                    store: test.store,
                    tenant: tenant,
                    collection: collection
                )
            )
        }
        for _ in 0..<2 {
            for (number, view) in views.enumerated() {
                try await view.add(Document(id: "d", title: "word\(number)"))
                #expect(try await view.ids("word\(number)") == ["d"])
            }
        }
        await test.store.close()
    }

    @Test("a backup made while writes go on is restored whole, and its versions go on above")
    func backup() async throws {
        let test = try await TestStore.make()
        try await test.upload((0..<200).map { Document(id: "\($0)", title: "x") })
        try await test.index()
        _ = try await test.store.createTenant(named: "empty", quota: Quota(), work: WorkLimit())
        let target = test.folder.path + "/backup"
        let done = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<50 { try await test.upload([Document(id: "late\(number)")]) }
            }
            let done = try await test.store.backup(into: target) { _ in }
            try await group.waitForAll()
            return done
        }
        #expect(done.tenantsDone == 2 && done.tenantsAll == 2 && done.bytes > 0)
        let again = await thrownCode {
            _ = try await test.store.backup(into: target) { _ in }
        }
        #expect(again == .failedPrecondition)
        let version = try #require(try await test.upload([Document(id: "after")])[0].version)
        let live = try await test.store.generations(
            test.tenant,
            of: test.collection,
            work: WorkLimit()
        )
        await test.store.close()
        var configuration = test.store.shared.configuration
        configuration.directory = test.folder.path + "/restored"
        try EmbeddedStore.restore(from: target, configuration)
        let restored = TestStore(
            folder: test.folder,
            store: try await EmbeddedStore.open(configuration),
            tenant: test.tenant,
            collection: test.collection
        )
        #expect(
            try await restored.store.tenants(work: WorkLimit()).map(\.name) == ["acme", "empty"]
        )
        #expect(try await restored.search("x").total.value == 200)
        #expect(try await restored.newest("after") == nil)
        #expect(try #require(try await restored.upload([Document(id: "n")])[0].version) > version)
        let generations = try await restored.store.generations(
            test.tenant,
            of: test.collection,
            work: WorkLimit()
        )
        #expect(generations.hard > live.hard && generations.soft > live.soft)
        await restored.store.close()
        #expect(throws: DocketError.self) { try EmbeddedStore.restore(from: target, configuration) }
        try FileManager.default.removeItem(atPath: target + "/tenants/2.db")
        configuration.directory = test.folder.path + "/third"
        #expect(throws: DocketError.self) { try EmbeddedStore.restore(from: target, configuration) }
    }
}
