internal import DocketCore
internal import DocketMessages

/// Delete: by id, or all that match a filter in slices that the caller asks for one by one.
struct DeleteMethod: UnaryMethod {
    /// Documents of one slice.
    static let sliceDocuments = 1000

    let store: any DocumentStore
    let collections: CollectionRegistry
    let seal: CursorSeal
    let limits: Limits

    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> [UInt8] {
        let tenant = try caller.tenant()
        let request = try await Decoding.request(DeleteRequest.self, body)
        let collection = try await collections.open(tenant, request.collection).collection
        switch (request.ids.isEmpty, request.filter) {
        case (false, nil): return try await deleteByID(request, body, tenant, collection, caller)
        case (true, let filter?):
            return try await deleteSlice(request, filter, tenant, collection)
        default: throw .invalid("ids", "give either ids or a filter")
        }
    }

    private func deleteByID(
        _ request: DeleteRequest,
        _ body: [UInt8],
        _ tenant: TenantID,
        _ collection: Collection,
        _ caller: Caller
    ) async throws(DocketError) -> [UInt8] {
        try limits.check(ids: request.ids)
        var seen: Set<String> = []
        let ids = request.ids.filter { seen.insert($0).inserted }
        let encode: @Sendable ([WriteOutcome]) -> [UInt8] = { outcomes in
            var reply = DeleteReply()
            for (id, outcome) in zip(ids, outcomes) {
                if case .accepted = outcome { reply.deleted += 1 } else { reply.missing.append(id) }
            }
            return reply.encode()
        }
        let result = try await store.delete(
            tenant,
            DeleteBatch(
                collection: collection,
                ids: ids,
                idempotency: try caller.idempotency(
                    for: .delete,
                    body,
                    limits,
                    encodeReply: encode
                )
            )
        )
        switch result {
        case .outcomes(let outcomes): return encode(outcomes)
        case .replayed(let reply): return reply
        }
    }

    private func deleteSlice(
        _ request: DeleteRequest,
        _ filter: Filter,
        _ tenant: TenantID,
        _ collection: Collection
    ) async throws(DocketError) -> [UInt8] {
        let bound = try SearchBinder(collection: collection, limits: limits).bind(filter)
        let purpose = CursorPurpose(
            DocketMethod.delete.rawValue,
            tenant,
            collection: collection.number,
            search: CanonicalSearch.bytes(of: bound)
        )
        var after: UInt64 = 0
        if !request.cursor.isEmpty {
            after = try seal.openNumber(request.cursor, for: purpose).number
        }
        let result = try await store.deleteMatching(
            tenant,
            DeleteSlice(
                collection: collection,
                filter: bound,
                after: after,
                limit: Self.sliceDocuments
            )
        )
        var reply = DeleteReply()
        reply.deleted = result.deleted
        if let next = result.next { reply.cursor = seal.sealNumber(next, for: purpose) }
        return reply.encode()
    }
}
