internal import DocketCore
internal import DocketText

/// The tenant's own collections: making, listing, showing, widening, synonyms, deleting.
struct CreateCollectionMethod: UnaryMethod {
    let store: any DocumentStore
    let limits: Limits

    func answer(
        _ request: CreateCollectionRequest,
        _ caller: Caller
    ) async throws(DocketError) -> CollectionDescription {
        let tenant = try caller.tenant()
        if let fault = ResourceName.fault(in: request.name, limit: limits.nameBytes) {
            throw .invalid("name", fault)
        }
        let collection = try await store.createCollection(
            tenant,
            named: request.name,
            schema: try CollectionSchema(
                request.attributes,
                language: request.language,
                limits: limits
            ),
            quota: caller.grant.quota,
            work: caller.work
        )
        return CollectionDescription(collection)
    }
}

struct ListCollectionsMethod: UnaryMethod {
    let store: any DocumentStore

    func answer(
        _ request: ListCollectionsRequest,
        _ caller: Caller
    ) async throws(DocketError) -> ListCollectionsReply {
        let tenant = try caller.tenant()
        let collections = try await store.collections(tenant, work: caller.work)
        return ListCollectionsReply(
            collections: collections.map { CollectionDescription($0).listed }
        )
    }
}

struct GetCollectionMethod: UnaryMethod {
    let store: any DocumentStore

    func answer(
        _ request: GetCollectionRequest,
        _ caller: Caller
    ) async throws(DocketError) -> CollectionDescription {
        let tenant = try caller.tenant()
        let collection = try await store.collection(
            tenant,
            named: request.name,
            work: caller.work
        )
        return CollectionDescription(collection)
    }
}

struct AddAttributesMethod: UnaryMethod {
    let store: any DocumentStore

    func answer(
        _ request: AddAttributesRequest,
        _ caller: Caller
    ) async throws(DocketError) -> CollectionDescription {
        let tenant = try caller.tenant()
        let collection = try await store.addAttributes(
            tenant,
            to: request.collection,
            request.attributes,
            work: caller.work
        )
        return CollectionDescription(collection)
    }
}

struct SetSynonymsMethod: UnaryMethod {
    let store: any DocumentStore
    let limits: Limits

    func answer(
        _ request: SetSynonymsRequest,
        _ caller: Caller
    ) async throws(DocketError) -> CollectionDescription {
        let tenant = try caller.tenant()
        let collection = try await store.collection(
            tenant,
            named: request.collection,
            work: caller.work
        )
        // As words of queries are, which mostly name no field.
        let language = TextLanguage(code: collection.schema.language?.code)
        let cutter = WordCutter()
        let synonyms = try Synonyms(request.rules, limits) { text in
            cutter.words(of: text, in: language, stemmed: .none).map(\.folded)
                .joined(separator: " ")
        }
        let changed = try await store.setSynonyms(
            tenant,
            of: request.collection,
            synonyms,
            work: caller.work
        )
        return CollectionDescription(changed)
    }
}

struct SetRetentionMethod: UnaryMethod {
    let store: any DocumentStore

    func answer(
        _ request: SetRetentionRequest,
        _ caller: Caller
    ) async throws(DocketError) -> CollectionDescription {
        let changed = try await store.setRetention(
            try caller.tenant(),
            of: request.collection,
            request.retention,
            work: caller.work
        )
        return CollectionDescription(changed)
    }
}

struct DeleteCollectionMethod: UnaryMethod {
    let store: any DocumentStore

    func answer(
        _ request: DeleteCollectionRequest,
        _ caller: Caller
    ) async throws(DocketError) -> DeleteCollectionReply {
        let tenant = try caller.tenant()
        let isDeleted = try await store.deleteCollection(
            tenant,
            named: request.name,
            work: caller.work
        )
        guard isDeleted else {
            throw DocketError.missing("name", "there is no collection \(request.name)")
        }
        return DeleteCollectionReply()
    }
}
