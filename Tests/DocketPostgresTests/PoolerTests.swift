internal import DocketCore
internal import DocketSystem
internal import DocketTestKit
internal import Testing

@testable internal import DocketPostgres

@Suite(
    "PostgreSQL behind PgBouncer",
    .needs(.postgres, .pgbouncer),
    .timeLimit(.minutes(5))
)
struct PoolerTests {
    @Test("tenants that share one server see their own")
    func tenants() async throws {
        let test = try await TestDatabase.make(on: Engines.shared.pgbouncer(poolSize: 1))
        let store = test.store
        let other = try await store.createTenant(named: "other", quota: Quota(), work: .test).id
        let collection = try await store.createCollection(
            other,
            named: "papers",
            schema: try CollectionSchema([]),
            quota: Quota(),
            work: .test
        )
        #expect(collection.number == test.collection.number)
        let theirs = UploadBatch(
            collection: collection,
            documents: try test.bind([Document(id: "theirs")]),
            quota: Quota(),
            idempotency: nil
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await test.upload([Document(id: "mine")])
                    #expect(try await test.status("theirs") == nil)
                }
                group.addTask {
                    _ = try await store.upload(other, theirs, work: .test)
                    let mine = try await store.statuses(
                        other,
                        in: collection,
                        ids: ["mine", "theirs"],
                        work: .test
                    )
                    #expect(mine.map { $0 == nil } == [true, false])
                }
            }
            try await group.waitForAll()
        }
        #expect(try await test.index() == 2)
        await test.close()
    }

    @Test("a call that waits in the pooler's queue is stopped")
    func queue() async throws {
        let test = try await TestDatabase.make(on: Engines.shared.pgbouncer(poolSize: 1))
        let pool = test.store.calls
        let entered = OneShot<Void>()
        let release = Semaphore()
        async let holder: Void = pool.run(.test) { session in
            try session.transaction {
                _ = try session.run(SQLStatement("SELECT 1"))
                entered.succeed(())
                release.wait()
            }
        }
        try await entered.value()
        let work = WorkLimit.test
        let begun = OneShot<Void>()
        async let error = failure {
            try await pool.run(work) { session in
                begun.succeed(())
                _ = try session.run(SQLStatement("SELECT 1"))
            }
        }
        try await begun.value()
        work.stop()
        #expect(await error?.code == .cancelled)
        release.signal()
        try await holder
        #expect(try await test.counts() == StateCounts())
        await test.close()
    }
}
