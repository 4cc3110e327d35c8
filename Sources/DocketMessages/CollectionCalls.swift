package import DocketCore
package import DocketWire

extension AttributeDefinition: WireMessage {
    package static func read(_ body: RawSpan) throws -> AttributeDefinition {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 3, 4, 5, 6)
        var name = ""
        var type: AttributeType?
        var uses: AttributeUses = []
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: name = try reader.readString(field)
            case 2:
                type = AttributeType(
                    rawValue: UInt8(clamping: try reader.readNumber(field) as UInt64)
                )
            case 3: if try reader.readBool(field) { uses.insert(.filter) }
            case 4: if try reader.readBool(field) { uses.insert(.sort) }
            case 5: if try reader.readBool(field) { uses.insert(.facet) }
            case 6: if try reader.readBool(field) { uses.insert(.search) }
            default: try check.skip(field, &reader)
            }
        }
        guard let type else {
            throw DocketError.invalid("attributes.\(name)", "has no type that is known")
        }
        return AttributeDefinition(name, type, uses)
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, name)
        writer.appendField(2, type.rawValue)
        writer.appendField(3, uses.contains(.filter))
        writer.appendField(4, uses.contains(.sort))
        writer.appendField(5, uses.contains(.facet))
        writer.appendField(6, uses.contains(.search))
    }
}

/// A name and attributes: several messages have this shape.
private struct NamedAttributes {
    var name = ""
    var attributes: [AttributeDefinition] = []
    var schemaEpoch: UInt64 = 0
    var createdMicroseconds: Int64 = 0

    init(_ body: RawSpan) throws {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 3, 4)
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: name = try reader.readString(field)
            case 2:
                try attributes.append(
                    AttributeDefinition.read(try reader.readBytes(field)),
                    field,
                    maximum: WireLimits.attributes
                )
            case 3: schemaEpoch = try reader.readNumber(field)
            case 4: createdMicroseconds = Int64(bitPattern: try reader.readNumber(field))
            default: try check.skip(field, &reader)
            }
        }
    }

    static func write(
        _ name: String,
        _ attributes: [AttributeDefinition],
        to writer: inout ByteWriter
    ) {
        writer.appendField(1, name)
        for attribute in attributes { writer.append(2, message: attribute) }
    }
}

extension CollectionDescription: WireMessage {
    package static func read(_ body: RawSpan) throws -> CollectionDescription {
        let parts = try NamedAttributes(body)
        return CollectionDescription(
            name: parts.name,
            attributes: parts.attributes,
            schemaEpoch: parts.schemaEpoch,
            createdMicroseconds: parts.createdMicroseconds
        )
    }

    package func write(to writer: inout ByteWriter) {
        NamedAttributes.write(name, attributes, to: &writer)
        writer.appendField(3, schemaEpoch)
        writer.append(4, int64: createdMicroseconds)
    }
}

extension CreateCollectionRequest: WireMessage {
    package static func read(_ body: RawSpan) throws -> CreateCollectionRequest {
        let parts = try NamedAttributes(body)
        return CreateCollectionRequest(name: parts.name, attributes: parts.attributes)
    }

    package func write(to writer: inout ByteWriter) {
        NamedAttributes.write(name, attributes, to: &writer)
    }
}

extension AddAttributesRequest: WireMessage {
    package static func read(_ body: RawSpan) throws -> AddAttributesRequest {
        let parts = try NamedAttributes(body)
        return AddAttributesRequest(collection: parts.name, attributes: parts.attributes)
    }

    package func write(to writer: inout ByteWriter) {
        NamedAttributes.write(collection, attributes, to: &writer)
    }
}

extension ListCollectionsReply: WireMessage {
    package static func read(_ body: RawSpan) throws -> ListCollectionsReply {
        ListCollectionsReply(
            collections: try RepeatedMessages.read(body, maximum: WireLimits.ids)
        )
    }

    package func write(to writer: inout ByteWriter) {
        for collection in collections { writer.append(1, message: collection) }
    }
}

/// Messages whose field 1 is a list and that have nothing else.
enum RepeatedMessages {
    static func read<Element: WireMessage>(_ body: RawSpan, maximum: Int) throws -> [Element] {
        var reader = ProtobufReader(body)
        var check = FieldCheck()
        var list: [Element] = []
        while let field = try check.next(&reader) {
            guard field.number == 1 else {
                try check.skip(field, &reader)
                continue
            }
            try list.append(Element.read(try reader.readBytes(field)), field, maximum: maximum)
        }
        return list
    }
}

/// Messages without fields.
package protocol EmptyMessage: WireMessage { init() }

extension EmptyMessage {
    package static func read(_ body: RawSpan) throws -> Self {
        var reader = ProtobufReader(body)
        var check = FieldCheck()
        while let field = try check.next(&reader) { try check.skip(field, &reader) }
        return Self()
    }

    package func write(to writer: inout ByteWriter) {}
}

extension ListCollectionsRequest: EmptyMessage {}
extension DeleteCollectionReply: EmptyMessage {}
extension ListTenantsRequest: EmptyMessage {}
extension DeleteTenantReply: EmptyMessage {}
extension RevokeKeyReply: EmptyMessage {}

/// Messages whose field 1 is a text and that have nothing else.
package protocol TextMessage: WireMessage {
    init(text: String)
    var text: String { get }
}

extension TextMessage {
    package static func read(_ body: RawSpan) throws -> Self {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1)
        var text = ""
        while let field = try check.next(&reader) {
            guard field.number == 1 else {
                try check.skip(field, &reader)
                continue
            }
            text = try reader.readString(field)
        }
        return Self(text: text)
    }

    package func write(to writer: inout ByteWriter) { writer.appendField(1, text) }
}

extension GetCollectionRequest: TextMessage {
    package init(text: String) { self.init(name: text) }
    package var text: String { name }
}

extension DeleteCollectionRequest: TextMessage {
    package init(text: String) { self.init(name: text) }
    package var text: String { name }
}

extension DeleteTenantRequest: TextMessage {
    package init(text: String) { self.init(name: text) }
    package var text: String { name }
}

extension ListKeysRequest: TextMessage {
    package init(text: String) { self.init(tenant: text) }
    package var text: String { tenant }
}

extension RevokeKeyRequest: TextMessage {
    package init(text: String) { self.init(id: text) }
    package var text: String { id }
}

extension BackupRequest: TextMessage {
    package init(text: String) { self.init(folder: text) }
    package var text: String { folder }
}
