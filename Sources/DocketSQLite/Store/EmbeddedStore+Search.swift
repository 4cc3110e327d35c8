package import DocketCore

extension EmbeddedStore: DocumentSearch {
    package func search(
        _ plan: SearchPlan,
        work: WorkLimit
    ) async throws(DocketError) -> SearchPage {
        try await read(plan.tenant) { reader in try reader.search(plan, work: work) }
    }

    package func scan(
        _ plan: SearchPlan,
        after number: UInt64,
        work: WorkLimit
    ) async throws(DocketError) -> ScanSlice {
        try await read(plan.tenant) { reader in
            try reader.scan(plan, after: number, work: work)
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
        try await writer(of: tenant).indexNext(tenant)
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
