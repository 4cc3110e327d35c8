internal import CDocketMessages
package import DocketCore

extension AttributeDefinition: ContractMessage {
    static var initialise: Initialise<Docket__V1__AttributeDefinition> {
        unsafe docket__v1__attribute_definition__init
    }

    static func read(
        _ fields: Docket__V1__AttributeDefinition
    ) throws(DocketError) -> AttributeDefinition {
        let name = unsafe text(fields.name)
        guard let type = AttributeType(rawValue: UInt8(clamping: fields.type.rawValue)) else {
            throw .invalid("attributes.\(name)", "has no type that is known")
        }
        var uses: AttributeUses = []
        if Bool(fields.filter) { uses.insert(.filter) }
        if Bool(fields.sort) { uses.insert(.sort) }
        if Bool(fields.facet) { uses.insert(.facet) }
        if Bool(fields.search) { uses.insert(.search) }
        let language = try unsafe Language.named(
            text(fields.language),
            field: "attributes.\(name).language"
        )
        return AttributeDefinition(name, type, uses, language: language)
    }

    func write(to fields: inout Docket__V1__AttributeDefinition, _ arena: WritingArena) {
        unsafe fields.name = arena.text(name)
        fields.type = Docket__V1__AttributeType(UInt32(type.rawValue))
        fields.filter = protobuf_c_boolean(uses.contains(.filter))
        fields.sort = protobuf_c_boolean(uses.contains(.sort))
        fields.facet = protobuf_c_boolean(uses.contains(.facet))
        fields.search = protobuf_c_boolean(uses.contains(.search))
        unsafe fields.language = arena.text(language?.code ?? "")
    }
}

extension CollectionDescription: ContractMessage {
    static var initialise: Initialise<Docket__V1__Collection> {
        unsafe docket__v1__collection__init
    }

    static func read(
        _ fields: Docket__V1__Collection
    ) throws(DocketError) -> CollectionDescription {
        try unsafe CollectionDescription(
            name: text(fields.name),
            attributes: list(fields.attributes, fields.n_attributes),
            schemaEpoch: fields.schema_epoch,
            createdMicroseconds: fields.created_us,
            // A newer server may know more.
            language: Language(rawValue: text(fields.language)),
            synonyms: list(fields.synonyms, fields.n_synonyms),
            retention: message(fields.retention)
        )
    }

    func write(to fields: inout Docket__V1__Collection, _ arena: WritingArena) {
        unsafe fields.name = arena.text(name)
        unsafe (fields.n_attributes, fields.attributes) = arena.list(attributes)
        fields.schema_epoch = schemaEpoch
        fields.created_us = createdMicroseconds
        unsafe fields.language = arena.text(language?.code ?? "")
        unsafe (fields.n_synonyms, fields.synonyms) = arena.list(synonyms)
        unsafe fields.retention = arena.message(retention)
    }
}

extension Retention: ContractMessage {
    static var initialise: Initialise<Docket__V1__Retention> {
        unsafe docket__v1__retention__init
    }

    static func read(_ fields: Docket__V1__Retention) throws(DocketError) -> Retention {
        unsafe Retention(attribute: text(fields.attribute), days: Int(fields.days))
    }

    func write(to fields: inout Docket__V1__Retention, _ arena: WritingArena) {
        unsafe fields.attribute = arena.text(attribute)
        fields.days = UInt32(clamping: days)
    }
}

extension SetRetentionRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__SetRetentionRequest> {
        unsafe docket__v1__set_retention_request__init
    }

    static func read(
        _ fields: Docket__V1__SetRetentionRequest
    ) throws(DocketError) -> SetRetentionRequest {
        try unsafe SetRetentionRequest(
            collection: text(fields.collection),
            retention: message(fields.retention)
        )
    }

    func write(to fields: inout Docket__V1__SetRetentionRequest, _ arena: WritingArena) {
        unsafe fields.collection = arena.text(collection)
        unsafe fields.retention = arena.message(retention)
    }
}

extension SynonymRule: ContractMessage {
    static var initialise: Initialise<Docket__V1__SynonymRule> {
        unsafe docket__v1__synonym_rule__init
    }

    static func read(_ fields: Docket__V1__SynonymRule) throws(DocketError) -> SynonymRule {
        unsafe SynonymRule(
            texts(fields.words, fields.n_words),
            meanings: texts(fields.meanings, fields.n_meanings)
        )
    }

    func write(to fields: inout Docket__V1__SynonymRule, _ arena: WritingArena) {
        unsafe (fields.n_words, fields.words) = arena.texts(words)
        unsafe (fields.n_meanings, fields.meanings) = arena.texts(meanings)
    }
}

extension SetSynonymsRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__SetSynonymsRequest> {
        unsafe docket__v1__set_synonyms_request__init
    }

    static func read(
        _ fields: Docket__V1__SetSynonymsRequest
    ) throws(DocketError) -> SetSynonymsRequest {
        try unsafe SetSynonymsRequest(
            collection: text(fields.collection),
            rules: list(fields.rules, fields.n_rules)
        )
    }

    func write(to fields: inout Docket__V1__SetSynonymsRequest, _ arena: WritingArena) {
        unsafe fields.collection = arena.text(collection)
        unsafe (fields.n_rules, fields.rules) = arena.list(rules)
    }
}

extension CreateCollectionRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__CreateCollectionRequest> {
        unsafe docket__v1__create_collection_request__init
    }

    static func read(
        _ fields: Docket__V1__CreateCollectionRequest
    ) throws(DocketError) -> CreateCollectionRequest {
        try unsafe CreateCollectionRequest(
            name: text(fields.name),
            attributes: list(fields.attributes, fields.n_attributes),
            language: Language.named(text(fields.language), field: "language")
        )
    }

    func write(to fields: inout Docket__V1__CreateCollectionRequest, _ arena: WritingArena) {
        unsafe fields.name = arena.text(name)
        unsafe (fields.n_attributes, fields.attributes) = arena.list(attributes)
        unsafe fields.language = arena.text(language?.code ?? "")
    }
}

extension AddAttributesRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__AddAttributesRequest> {
        unsafe docket__v1__add_attributes_request__init
    }

    static func read(
        _ fields: Docket__V1__AddAttributesRequest
    ) throws(DocketError) -> AddAttributesRequest {
        try unsafe AddAttributesRequest(
            collection: text(fields.collection),
            attributes: list(fields.attributes, fields.n_attributes)
        )
    }

    func write(to fields: inout Docket__V1__AddAttributesRequest, _ arena: WritingArena) {
        unsafe fields.collection = arena.text(collection)
        unsafe (fields.n_attributes, fields.attributes) = arena.list(attributes)
    }
}

extension ListCollectionsRequest: EmptyMessage {
    static var initialise: Initialise<Docket__V1__ListCollectionsRequest> {
        unsafe docket__v1__list_collections_request__init
    }
}

extension ListCollectionsReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__ListCollectionsReply> {
        unsafe docket__v1__list_collections_reply__init
    }

    static func read(
        _ fields: Docket__V1__ListCollectionsReply
    ) throws(DocketError) -> ListCollectionsReply {
        try unsafe ListCollectionsReply(
            collections: list(fields.collections, fields.n_collections)
        )
    }

    func write(to fields: inout Docket__V1__ListCollectionsReply, _ arena: WritingArena) {
        unsafe (fields.n_collections, fields.collections) = arena.list(collections)
    }
}

extension GetCollectionRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__GetCollectionRequest> {
        unsafe docket__v1__get_collection_request__init
    }

    static func read(
        _ fields: Docket__V1__GetCollectionRequest
    ) throws(DocketError) -> GetCollectionRequest {
        unsafe GetCollectionRequest(name: text(fields.name))
    }

    func write(to fields: inout Docket__V1__GetCollectionRequest, _ arena: WritingArena) {
        unsafe fields.name = arena.text(name)
    }
}

extension DeleteCollectionRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__DeleteCollectionRequest> {
        unsafe docket__v1__delete_collection_request__init
    }

    static func read(
        _ fields: Docket__V1__DeleteCollectionRequest
    ) throws(DocketError) -> DeleteCollectionRequest {
        unsafe DeleteCollectionRequest(name: text(fields.name))
    }

    func write(to fields: inout Docket__V1__DeleteCollectionRequest, _ arena: WritingArena) {
        unsafe fields.name = arena.text(name)
    }
}

extension DeleteCollectionReply: EmptyMessage {
    static var initialise: Initialise<Docket__V1__DeleteCollectionReply> {
        unsafe docket__v1__delete_collection_reply__init
    }
}
