internal import DocketCore

/// Get: the newest versions by id, as many as fit into a reply.
struct GetMethod: UnaryMethod {
    let store: any DocumentStore
    let collections: CollectionRegistry
    let limits: Limits

    func answer(
        _ request: GetRequest,
        _ caller: Caller
    ) async throws(DocketError) -> GetReply {
        let tenant = try caller.tenant()
        try limits.check(ids: request.ids)
        let collection = try await collections.open(
            tenant,
            request.collection,
            work: caller.work
        ).collection
        let shows = try SearchBinder(collection: collection, limits: limits)
            .selection(of: request.fields, default: .everything)
        let found = try await store.documents(
            tenant,
            in: collection,
            ids: request.ids,
            shows: shows,
            limitBytes: limits.replyBytes,
            work: caller.work
        )
        var reply = GetReply()
        for (id, document) in zip(request.ids, found) {
            if let document {
                reply.documents.append(document.public)
            } else {
                reply.missing.append(id)
            }
        }
        reply.left = Array(request.ids.dropFirst(found.count))
        return reply
    }
}

extension Limits {
    /// Checks the ids of one call: 1 to the limit, none empty or too long.
    func check(ids: [String]) throws(DocketError) {
        guard (1...self.ids).contains(ids.count) else {
            throw .invalid("ids", "are \(ids.count), they may be 1 to \(self.ids)", limit: self.ids)
        }
        for (item, id) in ids.enumerated() where !(1...idBytes).contains(id.utf8.count) {
            let reason = "is \(id.utf8.count) bytes, it may be 1 to \(idBytes)"
            throw DocketError(
                .invalidArgument,
                "ids: item \(item) \(reason)",
                details: [
                    DocketError.Detail(item: item, field: "ids", limit: idBytes, reason: reason)
                ]
            )
        }
    }
}
