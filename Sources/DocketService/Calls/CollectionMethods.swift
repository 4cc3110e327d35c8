internal import DocketCore
internal import DocketMessages

/// The tenant's own collections: making, listing, showing, widening, deleting.
struct CreateCollectionMethod: UnaryMethod {
    let store: any DocumentStore
    let limits: Limits

    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> [UInt8] {
        let tenant = try caller.tenant()
        let request = try await Decoding.request(CreateCollectionRequest.self, body)
        if let fault = ResourceName.fault(in: request.name, limit: limits.nameBytes) {
            throw .invalid("name", fault)
        }
        let collection = try await store.createCollection(
            tenant,
            named: request.name,
            schema: try CollectionSchema(request.attributes, limits: limits),
            quota: caller.grant.quota
        )
        return CollectionDescription(collection).encode()
    }
}

struct ListCollectionsMethod: UnaryMethod {
    let store: any DocumentStore

    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> [UInt8] {
        let tenant = try caller.tenant()
        _ = try await Decoding.request(ListCollectionsRequest.self, body)
        let collections = try await store.collections(tenant)
        return ListCollectionsReply(collections: collections.map { CollectionDescription($0) })
            .encode()
    }
}

struct GetCollectionMethod: UnaryMethod {
    let store: any DocumentStore

    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> [UInt8] {
        let tenant = try caller.tenant()
        let request = try await Decoding.request(GetCollectionRequest.self, body)
        let collection = try await store.collection(tenant, named: request.name)
        return CollectionDescription(collection).encode()
    }
}

struct AddAttributesMethod: UnaryMethod {
    let store: any DocumentStore

    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> [UInt8] {
        let tenant = try caller.tenant()
        let request = try await Decoding.request(AddAttributesRequest.self, body)
        let collection = try await store.addAttributes(
            tenant,
            to: request.collection,
            request.attributes
        )
        return CollectionDescription(collection).encode()
    }
}

struct DeleteCollectionMethod: UnaryMethod {
    let store: any DocumentStore

    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> [UInt8] {
        let tenant = try caller.tenant()
        let request = try await Decoding.request(DeleteCollectionRequest.self, body)
        guard try await store.deleteCollection(tenant, named: request.name) else {
            throw DocketError(.notFound, "there is no collection \(request.name)")
        }
        return DeleteCollectionReply().encode()
    }
}
