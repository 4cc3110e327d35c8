public import DocketCore
internal import DocketMessages

/// The tenant's collections.
extension DocketClient {
    /// Makes a collection; needs the scope `admin`.
    ///
    /// `language` is that of its titles, bodies and searched attributes; nil leaves it open. It
    /// never changes.
    ///
    /// - Throws: ``DocketError`` `alreadyExists`; `resourceExhausted` for a full quota.
    @discardableResult
    public func createCollection(
        _ name: String,
        attributes: [AttributeDefinition] = [],
        language: Language? = nil
    ) async throws(DocketError) -> CollectionDescription {
        let request = CreateCollectionRequest(
            name: name,
            attributes: attributes,
            language: language
        )
        return try await call(.createCollection, request, change).value
    }

    /// All collections.
    public func collections() async throws(DocketError) -> [CollectionDescription] {
        let reply = try await call(
            .listCollections,
            ListCollectionsRequest(),
            lookUp,
            as: ListCollectionsReply.self
        )
        return reply.value.collections
    }

    /// One collection with its attributes.
    ///
    /// - Throws: ``DocketError`` `notFound`.
    public func collection(_ name: String) async throws(DocketError) -> CollectionDescription {
        try await call(.getCollection, GetCollectionRequest(name: name), lookUp).value
    }

    /// Adds attributes, which no document has so far; needs the scope `admin`.
    @discardableResult
    public func addAttributes(
        _ attributes: [AttributeDefinition],
        to collection: String
    ) async throws(DocketError) -> CollectionDescription {
        let request = AddAttributesRequest(collection: collection, attributes: attributes)
        return try await call(.addAttributes, request, change).value
    }

    /// Deletes a collection with its documents; needs the scope `admin`.
    ///
    /// - Throws: ``DocketError`` `notFound`.
    public func deleteCollection(_ name: String) async throws(DocketError) {
        _ = try await call(
            .deleteCollection,
            DeleteCollectionRequest(name: name),
            change,
            as: DeleteCollectionReply.self
        )
    }

    var lookUp: Options { .read(configuration.timeouts.reads) }
    var change: Options { .write(configuration.timeouts.writes) }
}
