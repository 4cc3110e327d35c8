import DocketCore
import DocketRuntime
import DocketTestKit
import Foundation
import Testing

@testable import DocketSQLite

/// A store in a folder of its own with one tenant and one collection.
struct TestStore: SearchedStoreUnderTest {
    let folder: TestFolder
    let store: EmbeddedStore
    var tenant: TenantID
    var collection: Collection

    var directory: any TenantDirectory { store }
    var truth: any DocumentStore { store }
    var generationSource: any GenerationSource { store }
    var engine: any DocumentSearch { store }
    var deletion: any FilteredDeletion { store }
    var lacks: Set<MissingPromise> { [] }

    static func configuration(_ folder: TestFolder) -> EmbeddedConfiguration {
        var configuration = EmbeddedConfiguration(directory: folder.path + "/data")
        configuration.synchronous = .off
        configuration.softGenerationInterval = .zero
        return configuration
    }

    static func make(
        _ change: (inout EmbeddedConfiguration) -> Void = { _ in }
    ) async throws -> TestStore {
        let folder = try TestFolder()
        var configuration = configuration(folder)
        change(&configuration)
        let store = try await EmbeddedStore.open(configuration)
        let start = try await ContractStart.make(store, store)
        return TestStore(
            folder: folder,
            store: store,
            tenant: start.tenant,
            collection: start.collection
        )
    }

    func index() async throws {
        while try await store.indexNext(tenant).hasMore {}
    }

    /// Changes the tenant's file behind the store's back.
    func tamper(_ sql: String) throws {
        let connection = try ConnectionHandle(
            path: store.shared.path(of: tenant),
            creates: false,
            vfs: nil
        )
        try connection.execute(sql)
    }
}
