internal import CDocketMessages
package import DocketCore
internal import DocketWire

extension Attribute: ContractMessage {
    static var initialise: Initialise<Docket__V1__Attribute> { unsafe docket__v1__attribute__init }

    static func read(_ fields: Docket__V1__Attribute) throws(DocketError) -> Attribute {
        var values: [AttributeValue] = []
        values.reserveCapacity(
            fields.n_strings + fields.n_numbers + fields.n_booleans + fields.n_times_us
        )
        for place in 0..<(fields.n_strings) {
            values.append(.string(unsafe text(fields.strings[place])))
        }
        for place in 0..<(fields.n_numbers) {
            values.append(.number(unsafe fields.numbers[place]))
        }
        for place in 0..<(fields.n_booleans) {
            values.append(.boolean(Bool(unsafe fields.booleans[place])))
        }
        for place in 0..<(fields.n_times_us) {
            values.append(.time(microseconds: unsafe fields.times_us[place]))
        }
        return Attribute(unsafe text(fields.name), values)
    }

    func write(to fields: inout Docket__V1__Attribute, _ arena: WritingArena) {
        unsafe fields.name = arena.text(name)
        unsafe (fields.n_strings, fields.strings) = arena.list(values) { value in
            if case .string(let string) = value { unsafe arena.text(string) } else { nil }
        }
        unsafe (fields.n_numbers, fields.numbers) = arena.list(values) { value in
            if case .number(let number) = value { number } else { nil }
        }
        unsafe (fields.n_booleans, fields.booleans) = arena.list(values) { value in
            if case .boolean(let boolean) = value { protobuf_c_boolean(boolean) } else { nil }
        }
        unsafe (fields.n_times_us, fields.times_us) = arena.list(values) { value in
            if case .time(let microseconds) = value { microseconds } else { nil }
        }
    }
}

extension Document: ContractMessage {
    static var initialise: Initialise<Docket__V1__Document> { unsafe docket__v1__document__init }

    static func read(_ fields: Docket__V1__Document) throws(DocketError) -> Document {
        try unsafe Document(
            id: text(fields.id),
            title: text(fields.title),
            body: text(fields.body),
            attributes: list(fields.attributes, fields.n_attributes)
        )
    }

    func write(to fields: inout Docket__V1__Document, _ arena: WritingArena) {
        unsafe fields.id = arena.text(id)
        unsafe fields.title = arena.text(title)
        unsafe fields.body = arena.text(body)
        unsafe (fields.n_attributes, fields.attributes) = arena.list(attributes)
    }
}

extension DocumentState {
    /// The state of this number; the first when none was set.
    static func read(
        _ number: Docket__V1__DocumentState,
        field: Int
    ) throws(DocketError) -> DocumentState {
        guard number.rawValue != 0 else { return .indexing }
        guard let state = DocumentState(rawValue: UInt8(clamping: number.rawValue)) else {
            throw .unreadable(.outOfRange(field: field))
        }
        return state
    }

    var number: Docket__V1__DocumentState { Docket__V1__DocumentState(UInt32(rawValue)) }
}

extension VersionedDocument: ContractMessage {
    static var initialise: Initialise<Docket__V1__StoredDocument> {
        unsafe docket__v1__stored_document__init
    }

    static func read(
        _ fields: Docket__V1__StoredDocument
    ) throws(DocketError) -> VersionedDocument {
        try unsafe VersionedDocument(
            document: message(fields.document) ?? Document(id: ""),
            version: fields.version,
            state: .read(fields.state, field: 3)
        )
    }

    func write(to fields: inout Docket__V1__StoredDocument, _ arena: WritingArena) {
        unsafe fields.document = arena.message(document)
        fields.version = version
        fields.state = state.number
    }
}

extension DocumentStatus: ContractMessage {
    static var initialise: Initialise<Docket__V1__DocumentStatus> {
        unsafe docket__v1__document_status__init
    }

    static func read(_ fields: Docket__V1__DocumentStatus) throws(DocketError) -> DocumentStatus {
        try unsafe DocumentStatus(
            id: text(fields.id),
            state: .read(fields.state, field: 2),
            version: fields.version,
            indexedVersion: fields.indexed_version,
            error: text(fields.error),
            createdMicroseconds: fields.created_us,
            updatedMicroseconds: fields.updated_us
        )
    }

    func write(to fields: inout Docket__V1__DocumentStatus, _ arena: WritingArena) {
        unsafe fields.id = arena.text(id)
        fields.state = state.number
        fields.version = version
        fields.indexed_version = indexedVersion
        unsafe fields.error = arena.text(error)
        fields.created_us = createdMicroseconds
        fields.updated_us = updatedMicroseconds
    }
}

extension DocketError {
    /// That a body cannot be read, in the words that the scan has, too.
    static func unreadable(_ fault: ProtobufError) -> DocketError {
        .invalid("body", "cannot be read: \(fault)")
    }
}
