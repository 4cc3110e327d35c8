internal import DocketCore
internal import DocketMessages
internal import DocketSystem
internal import DocketWire

/// Delete: by id, or all that match a filter in slices that the caller asks for one by one.
struct DeleteMethod: BodyMethod {
    /// Documents of one slice.
    static let sliceDocuments = 1000

    let store: any DocumentStore
    let deletion: any FilteredDeletion
    let collections: CollectionRegistry
    let seal: CursorSeal
    let limits: Limits

    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> Answer {
        let tenant = try caller.tenant()
        let (request, mark) = try await caller.turn.run(on: body.count) {
            [limits] () throws(DocketError) in
            let request = try DeleteRequest.decode(body.rawSpan)
            // A slice is safe to repeat as it is.
            let mark =
                request.ids.isEmpty ? nil : try caller.idempotency(for: .delete, body, limits)
            return (request, mark)
        }
        let collection = try await collections.open(
            tenant,
            request.collection,
            work: caller.work
        ).collection
        switch (request.ids.isEmpty, request.filter) {
        case (false, nil):
            return try await deleteByID(request.ids, mark, tenant, collection, caller)
        case (true, let filter?):
            return try await deleteSlice(request, filter, tenant, collection, caller.work)
        default: throw .invalid("ids", "give either ids or a filter")
        }
    }

    private func deleteByID(
        _ asked: [String],
        _ mark: IdempotencyMark?,
        _ tenant: TenantID,
        _ collection: Collection,
        _ caller: Caller
    ) async throws(DocketError) -> Answer {
        try limits.check(ids: asked)
        var seen: Set<ByteString> = []
        let ids = asked.filter { seen.insert(ByteString($0)).inserted }
        let reply: ([WriteOutcome]) -> DeleteReply = { outcomes in
            var reply = DeleteReply()
            for (id, outcome) in zip(ids, outcomes) {
                if case .accepted = outcome { reply.deleted += 1 } else { reply.missing.append(id) }
            }
            return reply
        }
        let result = try await store.delete(
            tenant,
            DeleteBatch(
                collection: collection,
                ids: ids,
                idempotency: mark?.keeping()
            ),
            work: caller.work
        )
        switch result {
        case .outcomes(let outcomes), .replayed(let outcomes, _):
            return Answer(try await caller.turn.encode(reply(outcomes)))
        }
    }

    private func deleteSlice(
        _ request: DeleteRequest,
        _ filter: Filter,
        _ tenant: TenantID,
        _ collection: Collection,
        _ work: WorkLimit
    ) async throws(DocketError) -> Answer {
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
        let result = try await deletion.deleteMatching(
            tenant,
            DeleteSlice(
                collection: collection,
                filter: bound,
                after: after,
                limit: Self.sliceDocuments
            ),
            work: work
        )
        var reply = DeleteReply()
        reply.deleted = result.deleted
        if let next = result.next { reply.cursor = seal.sealNumber(next, for: purpose) }
        return Answer(reply.encode())
    }
}
