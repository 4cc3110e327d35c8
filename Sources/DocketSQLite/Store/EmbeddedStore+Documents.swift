package import DocketCore
internal import DocketRuntime
internal import DocketSystem

extension EmbeddedStore: DocumentStore {
    package func createCollection(
        _ tenant: TenantID,
        named name: String,
        schema: CollectionSchema,
        quota: Quota,
        work: WorkLimit
    ) async throws(DocketError) -> Collection {
        try await writers.change(tenant, work) { writer in
            try writer.createCollection(named: name, schema: schema, quota: quota)
        }
    }

    package func collections(
        _ tenant: TenantID,
        work: WorkLimit
    ) async throws(DocketError) -> [Collection] {
        try await read(tenant, work) { reader in
            try reader.connection.all(
                CollectionState.selection,
                row: { try CollectionState($0).collection }
            )
        }
    }

    package func collection(
        _ tenant: TenantID,
        named name: String,
        work: WorkLimit
    ) async throws(DocketError) -> Collection {
        let all = try await collections(tenant, work: work)
        guard let found = all.first(where: { $0.name == name }) else { throw .noCollection(name) }
        return found
    }

    package func addAttributes(
        _ tenant: TenantID,
        to collection: String,
        _ attributes: [AttributeDefinition],
        work: WorkLimit
    ) async throws(DocketError) -> Collection {
        try await writers.change(tenant, work) { writer in
            try writer.changeSchema(of: collection) { schema in
                for attribute in attributes { try schema.add(attribute) }
            }
            .collection
        }
    }

    package func setSynonyms(
        _ tenant: TenantID,
        of collection: String,
        _ synonyms: Synonyms,
        work: WorkLimit
    ) async throws(DocketError) -> Collection {
        try await writers.change(tenant, work) { writer in
            try writer.changeSchema(of: collection) { $0.set(synonyms) }.collection
        }
    }

    package func setRetention(
        _ tenant: TenantID,
        of collection: String,
        _ retention: Retention?,
        work: WorkLimit
    ) async throws(DocketError) -> Collection {
        try await writers.change(tenant, work) { writer in
            try writer.changeSchema(of: collection) { try $0.set(retention) }.collection
        }
    }

    package func deleteCollection(
        _ tenant: TenantID,
        named name: String,
        work: WorkLimit
    ) async throws(DocketError) -> Bool {
        try await markDirty(tenant, work)
        let number = try await writers.change(tenant, work) { writer in
            try writer.deleteCollection(named: name)
        }
        if number != nil { shared.outboxFilled(tenant) }
        return number != nil
    }

    package func upload(
        _ tenant: TenantID,
        _ batch: UploadBatch,
        work: WorkLimit
    ) async throws(DocketError) -> WriteResult {
        try shared.requireIndexing(of: tenant)
        return try await write(tenant, WriteCall(.upload(batch)), work)
    }

    package func delete(
        _ tenant: TenantID,
        _ batch: DeleteBatch,
        work: WorkLimit
    ) async throws(DocketError) -> WriteResult {
        try await write(tenant, WriteCall(.delete(batch)), work)
    }

    package func retryFailed(
        _ tenant: TenantID,
        in collection: Collection,
        after number: UInt64,
        work: WorkLimit
    ) async throws(DocketError) -> RetriedSlice {
        try await markDirty(tenant, work)
        let slice = try await writers.change(tenant, work) { writer in
            try writer.retryFailed(in: collection, after: number)
        }
        if slice.count > 0 { shared.outboxFilled(tenant) }
        return slice
    }

    private func write(
        _ tenant: TenantID,
        _ call: WriteCall,
        _ work: WorkLimit
    ) async throws(DocketError) -> WriteResult {
        try await markDirty(tenant, work)
        let queue = shared.queue
        try queue.append(call, tenant)
        work.onStop { queue.giveUp(call, tenant, work) }
        defer { work.onStop(nil) }
        switch try? await call.turn.value() {
        case .lead: await writers.writeGroup(tenant, ledBy: call, work)
        case .done: break
        // The task was cancelled.
        case nil: queue.giveUp(call, tenant, work)
        }
        do {
            return try await call.result.value()
        } catch let error as DocketError {
            throw error
        } catch {
            throw WriteCall.abandoned(work)
        }
    }

    package func documents(
        _ tenant: TenantID,
        in collection: Collection,
        ids: [String],
        shows: FieldSelection,
        limitBytes: Int,
        work: WorkLimit
    ) async throws(DocketError) -> [StoredDocument?] {
        try await read(tenant, work) { reader in
            try reader.documents(collection, ids, shows, limitBytes: limitBytes)
        }
    }

    package func statuses(
        _ tenant: TenantID,
        in collection: Collection,
        ids: [String],
        work: WorkLimit
    ) async throws(DocketError) -> [DocumentStatus?] {
        try shared.requireIndexing(of: tenant)
        return try await read(tenant, work) { reader in try reader.statuses(collection, ids) }
    }

    package func lag(
        _ tenant: TenantID,
        work: WorkLimit
    ) async throws(DocketError) -> IndexingLag {
        try await read(tenant, work) { reader in
            var lag = IndexingLag()
            let values = try reader.connection.all(
                "SELECT name, value FROM meta WHERE name IN ('found_in_time', 'found_late')",
                row: { ($0.text(0), Int($0.integer(1))) }
            )
            for (name, value) in values {
                if name == "found_late" { lag.late = value } else { lag.inTime = value }
            }
            lag.waiting =
                try reader.connection.first(
                    "SELECT sum(indexing + deleting) FROM collections WHERE deleted = 0",
                    row: { Int($0.integer(0)) }
                ) ?? 0
            let since = try reader.connection.first(
                """
                SELECT d.updated_us FROM outbox o JOIN documents d ON d.number = o.number
                ORDER BY o.version LIMIT 1
                """,
                row: { $0.integer(0) }
            )
            if let since { lag.oldest = .microseconds(max(0, WallClock.microseconds() - since)) }
            return lag
        }
    }

    package func counts(
        _ tenant: TenantID,
        in collection: Collection,
        work: WorkLimit
    ) async throws(DocketError) -> StateCounts {
        try shared.requireIndexing(of: tenant)
        return try await read(tenant, work) { reader in
            let all = try reader.connection.all(
                CollectionState.selection,
                row: CollectionState.init
            )
            guard let found = all.first(where: { $0.collection.number == collection.number })
            else { throw DocketError.noCollection(collection.name) }
            return found.counts
        }
    }

    package func page(
        _ tenant: TenantID,
        in collection: Collection,
        after number: UInt64,
        shows: FieldSelection,
        limit: Int,
        limitBytes: Int,
        work: WorkLimit
    ) async throws(DocketError) -> DocumentPage {
        try await read(tenant, work, .bulk) { reader in
            try reader.page(
                collection,
                after: number,
                shows,
                limit: limit,
                limitBytes: limitBytes
            )
        }
    }
}

extension EmbeddedStore: FilteredDeletion {
    package func deleteMatching(
        _ tenant: TenantID,
        _ slice: DeleteSlice,
        work: WorkLimit
    ) async throws(DocketError) -> DeleteSliceResult {
        try await markDirty(tenant, work)
        let result = try await writers.change(tenant, work) { writer in
            try writer.deleteMatching(slice)
        }
        if result.deleted > 0 { shared.outboxFilled(tenant) }
        return result
    }
}
