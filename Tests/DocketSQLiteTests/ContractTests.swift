import DocketSQLite
import DocketTestKit
import Testing

/// The embedded store keeps the contracts of the ports that it fills.
@Suite("Contracts of the embedded store", .timeLimit(.minutes(5)))
struct ContractTests {
    @Test("tenants and keys", arguments: TenantDirectoryContract.cases)
    func directory(_ promise: ContractCase<any StoreUnderTest>) async throws {
        let test = try await TestStore.make()
        try await promise.check(test)
        await test.store.close()
    }

    @Test("documents", arguments: DocumentStoreContract.cases)
    func documents(_ promise: ContractCase<any StoreUnderTest>) async throws {
        let test = try await TestStore.make()
        try await promise.check(test)
        await test.store.close()
    }

    @Test("searches", arguments: DocumentSearchContract.cases)
    func searches(_ promise: ContractCase<any SearchedStoreUnderTest>) async throws {
        let test = try await TestStore.make()
        try await promise.check(test)
        await test.store.close()
    }
}
