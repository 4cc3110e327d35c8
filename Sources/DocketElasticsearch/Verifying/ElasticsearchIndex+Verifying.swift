package import DocketCore
internal import DocketJSON

/// The index as it is, asked by the names that searches use.
extension ElasticsearchIndex: VerifiedIndex {
    /// Names of collections in one question, as engines have it unless configured.
    private static let collectionsMaximum = 65_536

    package func held(
        _ tenant: TenantID,
        in collection: Collection,
        _ range: NumberRange,
        limit: Int,
        work: WorkLimit
    ) async throws(DocketError) -> HeldSlice {
        try await administration.prepare(work)
        let name = administration.searchName(of: tenant, collection)
        return try await ask(
            name,
            HeldDocuments(
                tenant: tenant,
                part: .collection(collection),
                range: range,
                limit: limit,
                isOpenName: name == administration.names.poolAlias,
                names: administration.names
            ),
            work
        )
    }

    package func strays(
        _ tenant: TenantID,
        through collection: Collection?,
        besides collections: [Collection],
        after number: UInt64,
        limit: Int,
        work: WorkLimit
    ) async throws(DocketError) -> HeldSlice {
        guard collections.count <= Self.collectionsMaximum else {
            throw DocketError(
                .failedPrecondition,
                "a tenant of over \(Self.collectionsMaximum) collections is verified one by one"
            )
        }
        try await administration.prepare(work)
        let name =
            collection.map { administration.searchName(of: tenant, $0) }
            ?? administration.searchName(of: tenant)
        return try await ask(
            name,
            HeldDocuments(
                tenant: tenant,
                part: .besides(collections),
                range: NumberRange(after: number),
                limit: limit,
                isOpenName: name == administration.names.poolAlias,
                names: administration.names
            ),
            work
        )
    }

    private func ask(
        _ name: String,
        _ question: HeldDocuments,
        _ work: WorkLimit
    ) async throws(DocketError) -> HeldSlice {
        let path =
            "/\(name)/_search?routing=\(question.tenant.number)"
            + "&allow_partial_search_results=false&filter_path=\(HeldDocuments.filterPath)"
        let request = HTTPRequest(method: .post, path: path, body: question.question())
        return try question.slice(try await client.succeed(request, work: work).body)
    }

    package func remove(
        _ documents: [HeldDocument],
        at version: UInt64,
        work: WorkLimit
    ) async throws(DocketError) -> Int {
        // What another index holds under one of Docket's names is not Docket's to remove.
        let own = documents.filter { administration.names.isPlace($0.place.name) }
        guard !own.isEmpty else { return 0 }
        var writer = JSONWriter()
        for document in own {
            let above = min(document.version, UInt64(Int64.max) - 1) + 1
            writer.object { line in
                line.member("delete") { action in
                    action.object { members in
                        members.member("_index", document.place.name)
                        members.member("_id", document.name)
                        members.member("routing", document.routing)
                        members.member("version", max(version, above))
                        members.member("version_type", "external")
                    }
                }
            }
            writer.endLine()
        }
        let request = HTTPRequest(
            method: .post,
            path: "/_bulk?filter_path=items.*.status",
            body: writer.take(),
            contentType: BulkCodec.contentType
        )
        let reply = try await client.succeed(request, work: work)
        let removed = try Self.removed(reply.body)
        try await refresh(Set(own.map(\.place)), work: work)
        return removed
    }

    private static func removed(_ reply: [UInt8]) throws(DocketError) -> Int {
        var removed = 0
        do {
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            _ = try parser.parse(reply).member("items")?.forEachElement { item in
                if item.member("delete")?.member("status")?.integer == 200 { removed += 1 }
            }
        } catch {
            throw .wrongReply.caused(by: "\(error)")
        }
        return removed
    }

    package func restoreName(
        _ tenant: TenantID,
        through collection: Collection?,
        work: WorkLimit
    ) async throws(DocketError) {
        try await administration.prepare(work)
        guard let collection, let place = collection.place else {
            return try await administration.makeAlias(of: tenant, work)
        }
        let reference = CollectionReference(tenant: tenant, number: collection.number)
        try await administration.publish(place.name, of: reference, work)
    }
}
