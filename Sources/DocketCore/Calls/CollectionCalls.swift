/// A collection as its tenant sees it.
public struct CollectionDescription: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its attributes, in the order they were added.
    public var attributes: [AttributeDefinition]
    /// Rises with each change of the schema.
    public var schemaEpoch: UInt64
    /// When it was made, microseconds since 1970.
    public var createdMicroseconds: Int64
    /// The language of its texts; nil where none was set.
    public var language: Language?
    /// Its synonyms, folded; none in a list of collections.
    public var synonyms: [SynonymRule]
    /// How long documents are kept; nil for ever.
    public var retention: Retention?

    /// A collection with all that is shown of it.
    public init(
        name: String,
        attributes: [AttributeDefinition],
        schemaEpoch: UInt64 = 0,
        createdMicroseconds: Int64 = 0,
        language: Language? = nil,
        synonyms: [SynonymRule] = [],
        retention: Retention? = nil
    ) {
        self.synonyms = synonyms
        self.retention = retention
        self.name = name
        self.attributes = attributes
        self.schemaEpoch = schemaEpoch
        self.createdMicroseconds = createdMicroseconds
        self.language = language
    }

    /// What is shown of a collection.
    public init(_ collection: Collection) {
        self.init(
            name: collection.name,
            attributes: collection.schema.attributes,
            schemaEpoch: collection.schemaEpoch,
            createdMicroseconds: collection.createdMicroseconds,
            language: collection.schema.language,
            synonyms: collection.schema.synonyms.rules,
            retention: collection.schema.retention
        )
    }

    /// The same without its synonyms, which may be many.
    package var listed: CollectionDescription {
        var listed = self
        listed.synonyms = []
        return listed
    }
}

/// A collection to be made.
public struct CreateCollectionRequest: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its attributes.
    public var attributes: [AttributeDefinition]
    /// The language of its texts; nil to leave it open.
    public var language: Language?

    /// A collection to be made.
    public init(name: String, attributes: [AttributeDefinition], language: Language? = nil) {
        self.name = name
        self.attributes = attributes
        self.language = language
    }
}

/// A question for all collections.
public struct ListCollectionsRequest: Hashable, Sendable {
    /// The request; it has no parts.
    public init() {}
}

/// All collections of the tenant.
public struct ListCollectionsReply: Hashable, Sendable {
    /// By name.
    public var collections: [CollectionDescription]

    /// A list of collections.
    public init(collections: [CollectionDescription] = []) { self.collections = collections }
}

/// A question for one collection.
public struct GetCollectionRequest: Hashable, Sendable {
    /// Its name.
    public var name: String

    /// Asks for a collection.
    public init(name: String) { self.name = name }
}

/// Attributes to be added to a collection.
public struct AddAttributesRequest: Hashable, Sendable {
    /// The collection's name.
    public var collection: String
    /// The new attributes.
    public var attributes: [AttributeDefinition]

    /// Adds attributes.
    public init(collection: String, attributes: [AttributeDefinition]) {
        self.collection = collection
        self.attributes = attributes
    }
}

/// Synonyms that a collection is to have instead of those that it has.
public struct SetSynonymsRequest: Hashable, Sendable {
    /// The collection's name.
    public var collection: String
    /// At most 1,000; none to have none.
    public var rules: [SynonymRule]

    /// Sets synonyms.
    public init(collection: String, rules: [SynonymRule]) {
        self.collection = collection
        self.rules = rules
    }
}

/// How long a collection is to keep its documents instead of what was said before.
public struct SetRetentionRequest: Hashable, Sendable {
    /// The collection's name.
    public var collection: String
    /// nil for ever.
    public var retention: Retention?

    /// Sets it.
    public init(collection: String, retention: Retention?) {
        self.collection = collection
        self.retention = retention
    }
}

/// A collection to be deleted with its documents.
public struct DeleteCollectionRequest: Hashable, Sendable {
    /// Its name.
    public var name: String

    /// Deletes a collection.
    public init(name: String) { self.name = name }
}

/// The collection is gone.
public struct DeleteCollectionReply: Hashable, Sendable {
    /// The reply; it has no parts.
    public init() {}
}
