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

    /// Brings the next group of documents into the index while the one after it is read.
    package func indexNext(_ tenant: TenantID) async throws(DocketError) -> IndexingProgress {
        do {
            return try await index(tenant)
        } catch {
            shared.indexingFailed(tenant, error)
            throw error
        }
    }

    private func index(_ tenant: TenantID) async throws(DocketError) -> IndexingProgress {
        let group = try await nextGroup(tenant)
        let last = group.versions?.upperBound ?? 0
        async let next = group.isFull ? readGroup(tenant, after: last) : nil
        let progress: IndexingProgress
        do throws(DocketError) {
            progress = try await writers.indexNext(tenant, group)
        } catch {
            _ = await next
            throw error
        }
        let read = await next
        if !shared.isGone(tenant) { groups.put(group.isUsed ? read : group, tenant) }
        return progress
    }

    private func nextGroup(_ tenant: TenantID) async throws(DocketError) -> IndexGroup {
        if let group = groups.take(tenant) { return group }
        try await prepare(tenant, nil)
        if let group = await readGroup(tenant, after: 0) { return group }
        // Where searches leave the readers no room the writer reads, and says what is wrong.
        return try await writers.nextGroup(tenant)
    }

    /// nil where that is not possible now.
    private func readGroup(_ tenant: TenantID, after version: UInt64) async -> IndexGroup? {
        let configuration = shared.configuration
        return try? await readers.read(tenant, .bulk, nil) { reader in
            try reader.connection.reading {
                try IndexGroup(reader.connection, after: version, configuration)
            }
        }
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
