package import DocketCore
internal import DocketRuntime

extension EmbeddedStore: DocumentSearch {
    package func search(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        work: WorkLimit
    ) async throws(DocketError) -> SearchPage {
        try await read(tenant, work) { reader in try reader.search(plan) }
    }

    package func scan(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        after number: UInt64,
        work: WorkLimit
    ) async throws(DocketError) -> ScanSlice {
        try await read(tenant, work, .bulk) { reader in
            try reader.scan(plan, after: number)
        }
    }

    package func suggest(
        _ tenant: TenantID,
        _ plan: SuggestPlan,
        work: WorkLimit
    ) async throws(DocketError) -> SuggestReply {
        try await read(tenant, work) { reader in try reader.suggest(plan) }
    }
}

extension EmbeddedStore: DocumentIndexing {
    package func tenantsToIndex() async throws(DocketError) -> [TenantID] {
        try await control.read(nil) { connection in
            try connection.all("SELECT tenant FROM dirty ORDER BY tenant") {
                TenantID($0.unsigned(0))
            }
        }
    }

    package func indexNext(_ tenant: TenantID) async throws(DocketError) -> IndexingProgress {
        try await writers.indexNext(tenant)
    }
}

extension EmbeddedStore: GenerationSource {
    package func generations(
        _ tenant: TenantID,
        of collection: Collection,
        work: WorkLimit
    ) async throws(DocketError) -> Generations {
        try await prepare(tenant, work)
        guard let generations = shared.generations(tenant, collection.number) else {
            throw .noCollection(collection.name)
        }
        return generations
    }
}
