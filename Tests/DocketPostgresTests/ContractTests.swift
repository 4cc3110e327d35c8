internal import DocketCore
internal import DocketPostgres
internal import DocketTestKit
internal import Testing

/// The store on PostgreSQL keeps the contracts of the ports that it fills.
@Suite("Contracts on PostgreSQL", .serialized, .needs(.postgres), .timeLimit(.minutes(5)))
struct ContractTests {
    @Test("tenants and keys", arguments: TenantDirectoryContract.cases)
    func directory(_ promise: ContractCase<any StoreUnderTest>) async throws {
        try await check(promise, on: TestDatabase.make())
    }

    @Test("documents", arguments: DocumentStoreContract.cases)
    func documents(_ promise: ContractCase<any StoreUnderTest>) async throws {
        try await check(promise, on: TestDatabase.make())
    }

    @Test(
        "tenants and keys behind PgBouncer",
        .needs(.pgbouncer),
        arguments: TenantDirectoryContract.cases
    )
    func pooledDirectory(_ promise: ContractCase<any StoreUnderTest>) async throws {
        let server = try await Engines.shared.pgbouncer(poolSize: 2)
        try await check(promise, on: TestDatabase.make(on: server))
    }

    @Test(
        "documents behind PgBouncer",
        .needs(.pgbouncer),
        arguments: DocumentStoreContract.cases
    )
    func pooledDocuments(_ promise: ContractCase<any StoreUnderTest>) async throws {
        let server = try await Engines.shared.pgbouncer(poolSize: 2)
        try await check(promise, on: TestDatabase.make(on: server))
    }

    private func check(
        _ promise: ContractCase<any StoreUnderTest>,
        on database: TestDatabase
    ) async throws {
        let test = PostgresUnderTest(
            database: database,
            tenant: database.tenant,
            collection: database.collection
        )
        try await promise.check(test)
        await database.close()
    }
}

/// The truth alone: what the outbox hands out counts as indexed.
private struct PostgresUnderTest: StoreUnderTest {
    let database: TestDatabase
    var tenant: TenantID
    var collection: Collection

    var directory: any TenantDirectory { database.store }
    var truth: any DocumentStore { database.store }
    var generationSource: any GenerationSource { database.store }

    func index() async throws {
        var hasMore = true
        while hasMore {
            hasMore = try await database.store.maintain(work: .test)
            if try await database.index() > 0 { hasMore = true }
        }
    }
}
