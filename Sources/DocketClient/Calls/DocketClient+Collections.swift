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

    /// Gives a collection these synonyms instead of those that it has; needs the scope `admin`.
    ///
    /// No document is indexed anew: searches that begin afterwards have them.
    ///
    /// - Parameters:
    ///   - rules: At most 1,000, each of 2 to 16 synonyms; none for no synonyms.
    ///   - collection: Its name.
    /// - Returns: The collection, with its synonyms folded.
    /// - Throws: ``DocketError`` `notFound`; `invalidArgument` that names a rule and its limit.
    @discardableResult
    public func setSynonyms(
        _ rules: [SynonymRule],
        of collection: String
    ) async throws(DocketError) -> CollectionDescription {
        var options = change
        options.isRepeatable = true
        let request = SetSynonymsRequest(collection: collection, rules: rules)
        return try await call(.setSynonyms, request, options).value
    }

    /// Has documents of a collection deleted some days after a time that each of them says; needs
    /// the scope `admin`.
    ///
    /// - Parameters:
    ///   - retention: Instead of what was said before; nil keeps them for ever.
    ///   - collection: Its name.
    /// - Returns: The collection.
    /// - Throws: ``DocketError`` `notFound`; `invalidArgument` for an attribute that is no time to
    ///   filter by, or days that are not 1 to ``Retention/daysMaximum``.
    @discardableResult
    public func setRetention(
        _ retention: Retention?,
        of collection: String
    ) async throws(DocketError) -> CollectionDescription {
        var options = change
        options.isRepeatable = true
        let request = SetRetentionRequest(collection: collection, retention: retention)
        return try await call(.setRetention, request, options).value
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
