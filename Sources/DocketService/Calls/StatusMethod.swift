internal import DocketCore

/// Status: the states of documents, and how many of a collection are in which.
struct StatusMethod: UnaryMethod {
    let store: any DocumentStore
    let collections: CollectionRegistry
    let limits: Limits

    func answer(
        _ request: StatusRequest,
        _ caller: Caller
    ) async throws(DocketError) -> StatusReply {
        let tenant = try caller.tenant()
        var reply = try await statuses(request, tenant, caller)
        reply.lag = try await store.lag(tenant, work: caller.work)
        return reply
    }

    private func statuses(
        _ request: StatusRequest,
        _ tenant: TenantID,
        _ caller: Caller
    ) async throws(DocketError) -> StatusReply {
        var reply = StatusReply()
        guard !request.collection.isEmpty else {
            guard request.ids.isEmpty else { throw .invalid("collection", "is missing") }
            guard caller.grant.scopes.contains(.read) else {
                throw DocketError(
                    .permissionDenied,
                    "a key without the scope read asks of one collection, by its name"
                )
            }
            for collection in try await store.collections(tenant, work: caller.work) {
                try await reply.collections.append(counts(tenant, collection, caller.work))
            }
            return reply
        }
        let collection = try await collections.open(
            tenant,
            request.collection,
            work: caller.work
        ).collection
        if !request.ids.isEmpty {
            try limits.check(ids: request.ids)
            let found = try await store.statuses(
                tenant,
                in: collection,
                ids: request.ids,
                work: caller.work
            )
            for (id, status) in zip(request.ids, found) {
                if let status { reply.documents.append(status) } else { reply.missing.append(id) }
            }
        }
        try await reply.collections.append(counts(tenant, collection, caller.work))
        return reply
    }

    private func counts(
        _ tenant: TenantID,
        _ collection: Collection,
        _ work: WorkLimit
    ) async throws(DocketError) -> CollectionStatus {
        CollectionStatus(
            name: collection.name,
            counts: try await store.counts(tenant, in: collection, work: work)
        )
    }
}
