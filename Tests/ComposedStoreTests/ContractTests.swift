import DocketCore
import DocketTestKit
import Testing

/// PostgreSQL, a search engine and what brings them together keep the contracts of the ports that
/// they fill; what they lack of them is ``ComposedStore/lacks``.
@Suite(
    "Contracts of the store on engines",
    .serialized,
    .needs(.postgres),
    .timeLimit(.minutes(5))
)
struct ContractTests {
    @Test(
        "tenants and keys, with Elasticsearch",
        .needs(.elasticsearch),
        arguments: TenantDirectoryContract.cases
    )
    func directory(_ promise: ContractCase<any StoreUnderTest>) async throws {
        try await check(.elasticsearch) { try await promise.check($0) }
    }

    @Test(
        "documents, with Elasticsearch",
        .needs(.elasticsearch),
        arguments: DocumentStoreContract.cases
    )
    func documents(_ promise: ContractCase<any StoreUnderTest>) async throws {
        try await check(.elasticsearch) { try await promise.check($0) }
    }

    @Test(
        "searches, with Elasticsearch",
        .needs(.elasticsearch),
        arguments: DocumentSearchContract.cases
    )
    func searches(_ promise: ContractCase<any SearchedStoreUnderTest>) async throws {
        try await check(.elasticsearch) { try await promise.check($0) }
    }

    @Test(
        "tenants and keys, with OpenSearch",
        .needs(.opensearch),
        arguments: TenantDirectoryContract.cases
    )
    func openSearchDirectory(_ promise: ContractCase<any StoreUnderTest>) async throws {
        try await check(.opensearch) { try await promise.check($0) }
    }

    @Test(
        "documents, with OpenSearch",
        .needs(.opensearch),
        arguments: DocumentStoreContract.cases
    )
    func openSearchDocuments(_ promise: ContractCase<any StoreUnderTest>) async throws {
        try await check(.opensearch) { try await promise.check($0) }
    }

    @Test(
        "searches, with OpenSearch",
        .needs(.opensearch),
        arguments: DocumentSearchContract.cases
    )
    func openSearchSearches(_ promise: ContractCase<any SearchedStoreUnderTest>) async throws {
        try await check(.opensearch) { try await promise.check($0) }
    }

    private func check(
        _ kind: Engine.Kind,
        _ promise: @Sendable (ComposedStore) async throws -> Void
    ) async throws {
        let test = try await ComposedStore(on: kind)
        try await promise(test)
        try await test.close()
    }
}
