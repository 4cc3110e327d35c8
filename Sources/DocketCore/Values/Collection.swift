/// The type of an attribute's values.
public enum AttributeType: UInt8, Hashable, Sendable, CaseIterable {
    /// A string compared byte for byte.
    case keyword = 1
    /// A string whose words are searched.
    case text = 2
    /// A finite double.
    case number = 3
    /// True or false.
    case boolean = 4
    /// An instant, microseconds since 1970.
    case time = 5

    /// The name used in text: `keyword`, `text`, `number`, `boolean`, `time`.
    public var name: String { "\(self)" }

    /// The type of this name, or nil.
    public init?(name: String) {
        guard let type = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = type
    }
}

/// What an attribute can be used for.
public struct AttributeUses: OptionSet, Hashable, Sendable {
    /// The bits as they are stored.
    public let rawValue: UInt8

    /// Uses from stored bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// In filters.
    public static let filter = AttributeUses(rawValue: 1)
    /// As a sort key.
    public static let sort = AttributeUses(rawValue: 2)
    /// Counted by value.
    public static let facet = AttributeUses(rawValue: 4)
    /// Its words are found by a query; keyword and text only.
    public static let search = AttributeUses(rawValue: 8)

    /// The names in use, in the order of the bits.
    public static let names: [(name: String, use: AttributeUses)] = [
        ("filter", .filter), ("sort", .sort), ("facet", .facet), ("search", .search),
    ]
}

/// One attribute of a collection's schema.
public struct AttributeDefinition: Hashable, Sendable {
    /// Its name; see ``ResourceName``.
    public var name: String
    /// The type of its values; it never changes.
    public var type: AttributeType
    /// What it can be used for.
    public var uses: AttributeUses
    /// The language of its words, of a text attribute; nil for that of the collection.
    public var language: Language?

    /// An attribute of a schema.
    public init(
        _ name: String,
        _ type: AttributeType,
        _ uses: AttributeUses = [],
        language: Language? = nil
    ) {
        self.name = name
        self.type = type
        self.uses = uses
        self.language = language
    }
}

/// The attributes that the documents of a collection may have.
///
/// Attributes can be added at the end, never removed or changed: an attribute's place in the list
/// is its *slot*, by which stores and filters name it. Languages never change.
public struct CollectionSchema: Hashable, Sendable {
    /// The language of titles, bodies and of all attributes that have none of their own; nil where
    /// nobody said.
    public let language: Language?
    /// The attributes by slot.
    public private(set) var attributes: [AttributeDefinition]
    private var slots: [String: Int]
    /// Words that find others as well.
    public internal(set) var synonyms = Synonyms()
    /// How long documents are kept; nil for ever.
    public internal(set) var retention: Retention?

    /// Names that attributes cannot have, since they mean something else in queries and replies.
    public static let reservedNames: Set<String> = [
        "id", "title", "body", "score", "version", "number", "state",
    ]

    /// A schema of these attributes.
    ///
    /// - Throws: ``DocketError`` that names the attribute and the rule it breaks.
    public init(
        _ attributes: [AttributeDefinition],
        language: Language? = nil,
        limits: Limits = Limits()
    ) throws(DocketError) {
        self.language = language
        self.attributes = []
        self.slots = [:]
        for attribute in attributes { try add(attribute, limits: limits) }
    }

    /// The slot of the attribute of this name.
    public func slot(of name: String) -> Int? { slots[name] }

    /// Slots of the searched attributes, in order; at most 8.
    public var searchedSlots: [Int] {
        attributes.indices.filter { attributes[$0].uses.contains(.search) }
    }

    /// Slots of the keywords whose values are completed: those that are of any use to a search.
    package var completedSlots: [Int] {
        attributes.indices.filter { slot in
            attributes[slot].type == .keyword && !attributes[slot].uses.isEmpty
        }
    }

    /// The language of a text field: `title`, `body` or a searched attribute; of the collection for
    /// nil.
    package func language(of field: String?) -> Language? {
        field.flatMap { slot(of: $0) }.flatMap { attributes[$0].language } ?? language
    }

    /// The languages that words may be of where a search names no field: that of the collection
    /// first, each once.
    package var languages: [Language?] {
        searchedSlots.reduce(into: [language]) { languages, slot in
            let language = attributes[slot].language ?? language
            if !languages.contains(language) { languages.append(language) }
        }
    }

    /// Takes these synonyms instead of those that there are.
    package mutating func set(_ synonyms: Synonyms) { self.synonyms = synonyms }

    /// Adds an attribute after the last.
    ///
    /// - Throws: ``DocketError`` that names the attribute and the rule it breaks.
    public mutating func add(
        _ attribute: AttributeDefinition,
        limits: Limits = Limits()
    ) throws(DocketError) {
        let field = "attributes.\(attribute.name)"
        if let fault = ResourceName.fault(in: attribute.name, limit: limits.nameBytes) {
            throw .invalid(field, fault)
        }
        guard !Self.reservedNames.contains(attribute.name) else {
            throw .invalid(field, "is a reserved name")
        }
        guard slots[attribute.name] == nil else { throw .invalid(field, "is defined twice") }
        guard attributes.count < limits.attributes else {
            throw .invalid(
                field,
                "is one too many, the limit is \(limits.attributes) attributes",
                limit: limits.attributes
            )
        }
        if attribute.uses.contains(.search) {
            guard attribute.type == .text || attribute.type == .keyword else {
                throw .invalid(field, "only text and keyword attributes can be searched")
            }
            guard searchedSlots.count < limits.searchedAttributes else {
                throw .invalid(
                    field,
                    "is one too many searched, the limit is \(limits.searchedAttributes)",
                    limit: limits.searchedAttributes
                )
            }
        }
        guard attribute.language == nil || attribute.type == .text else {
            throw .invalid("\(field).language", "only text attributes have a language")
        }
        if attribute.type == .text, !attribute.uses.isSubset(of: .search) {
            throw .invalid(field, "a text attribute can only be searched, use keyword")
        }
        slots[attribute.name] = attributes.count
        attributes.append(attribute)
    }
}

/// A collection as its tenant sees it.
public struct Collection: Hashable, Sendable {
    /// Its number inside the tenant, never used again.
    public var number: UInt32
    /// Its name, unique among the tenant's living collections.
    public var name: String
    /// Its attributes.
    public var schema: CollectionSchema
    /// Rises with each change of the schema.
    public var schemaEpoch: UInt64
    /// When it was made, microseconds since 1970.
    public var createdMicroseconds: Int64
    /// The index of its own that holds all its documents; nil where each document has its place.
    package var place: IndexPlace?
    /// Of the indices that all its documents can be found in; nil where that is not known, and
    /// where the store has no engine.
    package var series: IndexSeries?

    /// A collection with all that is known of it.
    public init(
        number: UInt32,
        name: String,
        schema: CollectionSchema,
        schemaEpoch: UInt64,
        createdMicroseconds: Int64
    ) {
        self.number = number
        self.name = name
        self.schema = schema
        self.schemaEpoch = schemaEpoch
        self.createdMicroseconds = createdMicroseconds
    }
}
