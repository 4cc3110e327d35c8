import DocketCore
import DocketRuntime
import DocketTestKit
import Foundation
import Testing

@testable import DocketSQLite

/// A store in a folder of its own with one tenant and one collection.
struct TestStore: Sendable {
    let folder: TestFolder
    let store: EmbeddedStore
    let tenant: TenantID
    let collection: Collection

    static let schema: [AttributeDefinition] = [
        AttributeDefinition("author", .keyword, [.filter, .sort, .facet, .search]),
        AttributeDefinition("year", .number, [.filter, .sort, .facet]),
        AttributeDefinition("open", .boolean, [.filter, .facet, .sort]),
        AttributeDefinition("made", .time, [.filter, .sort]),
        AttributeDefinition("note", .text, [.search]),
        AttributeDefinition("hidden", .keyword),
    ]

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
        let tenant = try await store.createTenant(named: "acme", quota: Quota(), work: WorkLimit())
            .id
        let collection = try await store.createCollection(
            tenant,
            named: "papers",
            schema: try CollectionSchema(schema),
            quota: Quota(),
            work: WorkLimit()
        )
        return TestStore(folder: folder, store: store, tenant: tenant, collection: collection)
    }

    func bind(_ documents: [Document]) throws -> [BoundDocument] {
        let validator = DocumentValidator(schema: collection.schema, limits: Limits())
        return try documents.map { try validator.bind($0) }
    }

    @discardableResult
    func upload(
        _ documents: [Document],
        quota: Quota = Quota(),
        idempotency: Idempotency? = nil
    ) async throws -> [WriteOutcome] {
        let batch = UploadBatch(
            collection: collection,
            documents: try bind(documents),
            quota: quota,
            idempotency: idempotency
        )
        return try await store.upload(tenant, batch, work: WorkLimit()).outcomes
    }

    @discardableResult
    func delete(_ ids: String...) async throws -> [WriteOutcome] {
        let batch = DeleteBatch(collection: collection, ids: ids, idempotency: nil)
        return try await store.delete(tenant, batch, work: WorkLimit()).outcomes
    }

    /// Indexes until nothing is left.
    func index() async throws {
        while try await store.indexNext(tenant).hasMore {}
    }

    /// Uploads and indexes.
    func add(_ documents: Document...) async throws {
        try await upload(documents)
        try await index()
    }

    func plan(
        _ request: SearchRequest,
        after: SearchPosition? = nil,
        limits: Limits = Limits()
    ) throws -> SearchPlan {
        try SearchBinder(collection: collection, limits: limits)
            .plan(request, after: after)
    }

    func search(
        _ query: String = "",
        limits: Limits = Limits(),
        after: SearchPosition? = nil,
        _ change: (inout SearchRequest) -> Void = { _ in }
    ) async throws -> SearchPage {
        var request = SearchRequest(collection: collection.name, query: query)
        change(&request)
        let plan = try plan(request, after: after, limits: limits)
        return try await store.search(tenant, plan, work: WorkLimit())
    }

    /// The pages of a search one after another, until they have this many hits.
    func pages(
        _ query: String = "",
        upTo hits: Int = .max,
        _ change: (inout SearchRequest) -> Void = { _ in }
    ) async throws -> [SearchPage] {
        var request = SearchRequest(collection: collection.name, query: query)
        change(&request)
        var plan = try plan(request)
        var pages: [SearchPage] = []
        repeat {
            let page = try await store.search(tenant, plan, work: WorkLimit())
            pages.append(page)
            plan.after = plan.position(after: page)
        } while plan.after != nil && pages.reduce(0) { $0 + $1.hits.count } < hits
        return pages
    }

    /// The ids that a search finds, in order.
    func ids(
        _ query: String,
        _ change: (inout SearchRequest) -> Void = { _ in }
    ) async throws
        -> [String]
    {
        try await search(query, change).hits.map(\.document.id)
    }

    func status(_ id: String) async throws -> DocumentStatus? {
        try await store.statuses(tenant, in: collection, ids: [id], work: WorkLimit())[0]
    }

    func state(_ id: String) async throws -> DocumentState? { try await status(id)?.state }

    func newest(_ id: String) async throws -> StoredDocument? {
        try await store.documents(
            tenant,
            in: collection,
            ids: [id],
            shows: .everything,
            limitBytes: .max,
            work: WorkLimit()
        )[0]
    }

    func counts() async throws -> StateCounts {
        try await store.counts(tenant, in: collection, work: WorkLimit())
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

extension WriteResult {
    var outcomes: [WriteOutcome] {
        guard case .outcomes(let outcomes) = self else { return [] }
        return outcomes
    }
}

extension WriteOutcome {
    var version: UInt64? {
        guard case .accepted(let version, _) = self else { return nil }
        return version
    }

    var code: DocketError.Code? {
        guard case .rejected(let error) = self else { return nil }
        return error.code
    }
}

extension SearchPage {
    var ids: [String] { hits.map(\.document.id) }
}

/// The code that `body` fails with, nil when it does not.
func thrownCode(by body: () async throws -> Void) async -> DocketError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? DocketError)?.code
    }
}
