import DocketCore
import DocketTestKit
import Testing

@testable import DocketSQLite

@Suite("Tenants' files", .timeLimit(.minutes(5)))
struct TenantFileTests {
    @Test("the rows of a deleted collection go when its outbox is worked on")
    func deletedCollection() async throws {
        let test = try await TestStore.make()
        try await test.upload((0..<50).map { Document(id: "\($0)", title: "x") })
        try await test.index()
        _ = try await test.store.deleteCollection(
            test.tenant,
            named: "papers",
            work: WorkLimit()
        )
        try await test.index()
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

    @Test("a deleted tenant takes its files along")
    func deletedTenant() async throws {
        let test = try await TestStore.make()
        try await test.add(Document(id: "a", title: "secret"))
        let path = test.store.shared.path(of: test.tenant)
        #expect(FileSystem.exists(path))
        #expect(try await test.store.deleteTenant(test.tenant, work: WorkLimit()))
        #expect(!FileSystem.exists(path) && !FileSystem.exists(path + "-wal"))
        await test.store.close()
    }
}
