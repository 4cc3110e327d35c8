package import DocketCore
internal import DocketRuntime

extension EmbeddedStore: DocumentSearch {
    package func search(
        _ plan: SearchPlan,
        work: WorkLimit
    ) async throws(DocketError) -> SearchPage {
        try await read(plan.tenant, .interactive, work) { reader in try reader.search(plan) }
    }

    package func scan(
        _ plan: SearchPlan,
        after number: UInt64,
        work: WorkLimit
    ) async throws(DocketError) -> ScanSlice {
        try await read(plan.tenant, .bulk, work) { reader in
            try reader.scan(plan, after: number)
        }
    }
}

extension EmbeddedStore: DocumentIndexing {
    package func tenantsToIndex() async throws(DocketError) -> [TenantID] {
        try await control.read { connection in
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
        of collection: Collection
    ) async throws(DocketError) -> Generations {
        try await prepare(tenant)
        guard let generations = shared.generations(tenant, collection.number) else {
            throw .noCollection(collection.name)
        }
        return generations
    }
}
