package import DocketCore

/// A store that contracts are held against: new, with one tenant and one collection in it.
package protocol StoreUnderTest: Sendable {
    var directory: any TenantDirectory { get }
    var truth: any DocumentStore { get }
    var generationSource: any GenerationSource { get }
    /// Whose documents the short ways below are about.
    var tenant: TenantID { get set }
    var collection: Collection { get set }

    /// Brings the index up to the truth of the tenant, until nothing is left to do.
    func index() async throws
}

/// A store that can be searched, too.
package protocol SearchedStoreUnderTest: StoreUnderTest {
    var engine: any DocumentSearch { get }
    var deletion: any FilteredDeletion { get }
    /// What it promises less of.
    var lacks: Set<MissingPromise> { get }
}

/// What stores with an index of its own cannot promise; docs/OPERATIONS.md tells operators.
package enum MissingPromise: Sendable {
    /// A delete by filter sees documents, or new versions, that wait to be indexed.
    case deletesUnindexedMatches
    /// A search by itself tells a deleted collection from one that has no match; what is above it,
    /// which looks collections up by name, does.
    case knowsDeletedCollections
    /// Documents with the least or the greatest time there is come before those without a time,
    /// also where a search is sorted so that they come last: engines give the latter these values.
    case sortsOutermostTimes
    /// A word that no document has is corrected.
    case correctsWords
    /// What somebody has begun to type is completed.
    case completes
    /// A word that stands by itself in a title counts more than one that is part of a compound.
    case weighsNames
}

/// What the stores of contracts begin with.
package enum ContractStart {
    /// The name of the one tenant.
    package static let tenant = "acme"
    /// The name of its collection.
    package static let collection = "papers"

    package static let schema: [AttributeDefinition] = [
        AttributeDefinition("author", .keyword, [.filter, .sort, .facet, .search]),
        AttributeDefinition("year", .number, [.filter, .sort, .facet]),
        AttributeDefinition("open", .boolean, [.filter, .facet, .sort]),
        AttributeDefinition("made", .time, [.filter, .sort]),
        AttributeDefinition("note", .text, [.search]),
        AttributeDefinition("hidden", .keyword),
    ]

    /// Makes the tenant and its collection in a new store.
    package static func make(
        _ directory: any TenantDirectory,
        _ store: any DocumentStore
    ) async throws -> (tenant: TenantID, collection: Collection) {
        let work = WorkLimit()
        let made = try await directory.createTenant(named: tenant, quota: Quota(), work: work)
        let collection = try await store.createCollection(
            made.id,
            named: collection,
            schema: try CollectionSchema(schema),
            quota: Quota(),
            work: work
        )
        return (made.id, collection)
    }
}

extension StoreUnderTest {
    /// The same store, seen by another tenant or for another collection.
    package func viewing(_ collection: Collection, of tenant: TenantID? = nil) -> Self {
        var view = self
        view.tenant = tenant ?? self.tenant
        view.collection = collection
        return view
    }

    package func create(
        _ name: String,
        of tenant: TenantID? = nil,
        quota: Quota = Quota()
    ) async throws -> Collection {
        try await truth.createCollection(
            tenant ?? self.tenant,
            named: name,
            schema: collection.schema,
            quota: quota,
            work: WorkLimit()
        )
    }

    /// Makes another tenant, with a collection of the same name.
    package func stranger(_ name: String, quota: Quota = Quota()) async throws -> Self {
        let made = try await directory.createTenant(named: name, quota: quota, work: WorkLimit())
        return viewing(try await create(collection.name, of: made.id), of: made.id)
    }

    package func bind(_ documents: [Document]) throws -> [BoundDocument] {
        let validator = DocumentValidator(schema: collection.schema, limits: Limits())
        return try documents.map { try validator.bind($0) }
    }

    package func write(
        _ documents: [Document],
        quota: Quota = Quota(),
        idempotency: Idempotency? = nil
    ) async throws -> WriteResult {
        let batch = UploadBatch(
            collection: collection,
            documents: try bind(documents),
            quota: quota,
            idempotency: idempotency
        )
        return try await truth.upload(tenant, batch, work: WorkLimit())
    }

    @discardableResult
    package func upload(
        _ documents: [Document],
        quota: Quota = Quota(),
        idempotency: Idempotency? = nil
    ) async throws -> [WriteOutcome] {
        try await write(documents, quota: quota, idempotency: idempotency).outcomes
    }

    @discardableResult
    package func delete(_ ids: String...) async throws -> [WriteOutcome] {
        let batch = DeleteBatch(collection: collection, ids: ids, idempotency: nil)
        return try await truth.delete(tenant, batch, work: WorkLimit()).outcomes
    }

    /// Uploads and indexes.
    package func add(_ documents: Document...) async throws {
        try await upload(documents)
        try await index()
    }

    package func status(_ id: String) async throws -> DocumentStatus? {
        try await truth.statuses(tenant, in: collection, ids: [id], work: WorkLimit())[0]
    }

    package func state(_ id: String) async throws -> DocumentState? { try await status(id)?.state }

    package func newest(_ id: String) async throws -> StoredDocument? {
        try await documents([id], limitBytes: .max)[0]
    }

    package func documents(
        _ ids: [String],
        shows: FieldSelection = .everything,
        limitBytes: Int
    ) async throws -> [StoredDocument?] {
        try await truth.documents(
            tenant,
            in: collection,
            ids: ids,
            shows: shows,
            limitBytes: limitBytes,
            work: WorkLimit()
        )
    }

    /// The ids of all documents that searches see, read by slices of so many.
    package func listed(by limit: Int = 1000) async throws -> [String] {
        var ids: [String] = []
        var next: UInt64? = 0
        while let after = next {
            let page = try await truth.page(
                tenant,
                in: collection,
                after: after,
                shows: .everything,
                limit: limit,
                limitBytes: 1 << 20,
                work: WorkLimit()
            )
            ids += page.documents.map(\.document.id)
            next = page.next
        }
        return ids
    }

    package func counts() async throws -> StateCounts {
        try await truth.counts(tenant, in: collection, work: WorkLimit())
    }

    package func generations() async throws -> Generations {
        try await generationSource.generations(tenant, of: collection, work: WorkLimit())
    }
}

extension SearchedStoreUnderTest {
    package func plan(
        _ request: SearchRequest,
        after: SearchPosition? = nil,
        limits: Limits = Limits()
    ) throws -> SearchPlan {
        try SearchBinder(collection: collection, limits: limits).plan(request, after: after)
    }

    package func find(_ plan: SearchPlan) async throws -> SearchPage {
        try await engine.search(tenant, plan, work: WorkLimit())
    }

    package func search(
        _ query: String = "",
        limits: Limits = Limits(),
        after: SearchPosition? = nil,
        _ change: (inout SearchRequest) -> Void = { _ in }
    ) async throws -> SearchPage {
        var request = SearchRequest(collection: collection.name, query: query)
        change(&request)
        return try await find(plan(request, after: after, limits: limits))
    }

    /// The pages of a search one after another, until they have this many hits.
    package func pages(
        _ query: String = "",
        upTo hits: Int = .max,
        _ change: (inout SearchRequest) -> Void = { _ in }
    ) async throws -> [SearchPage] {
        var request = SearchRequest(collection: collection.name, query: query)
        change(&request)
        var plan = try plan(request)
        var pages: [SearchPage] = []
        repeat {
            let page = try await find(plan)
            pages.append(page)
            plan.after = plan.position(after: page)
        } while plan.after != nil && pages.reduce(0) { $0 + $1.hits.count } < hits
        return pages
    }

    package func suggest(_ prefix: String, limit: Int = 10) async throws -> SuggestReply {
        let request = SuggestRequest(collection: collection.name, prefix: prefix, limit: limit)
        let plan = try SuggestPlan(request, collection, Limits())
        return try await engine.suggest(tenant, plan, work: WorkLimit())
    }

    /// The ids that a search finds, in order.
    package func ids(
        _ query: String,
        _ change: (inout SearchRequest) -> Void = { _ in }
    ) async throws -> [String] {
        try await search(query, change).ids
    }

    /// The slices of a scan, to its end.
    package func scan(_ plan: SearchPlan) async throws -> [ScanSlice] {
        var slices: [ScanSlice] = []
        var next: UInt64? = 0
        while let after = next {
            let slice = try await engine.scan(tenant, plan, after: after, work: WorkLimit())
            slices.append(slice)
            next = slice.next
        }
        return slices
    }
}
