/// A collection's schema as bytes: for each attribute type, uses, length of the name, name.
package enum SchemaCodec {
    package static func encode(_ schema: CollectionSchema) -> [UInt8] {
        schema.attributes.flatMap { attribute in
            [attribute.type.rawValue, attribute.uses.rawValue, UInt8(attribute.name.utf8.count)]
                + Array(attribute.name.utf8)
        }
    }

    /// - Throws: ``DocketError`` `dataLoss` for bytes that `encode` did not make.
    package static func decode(_ bytes: [UInt8]) throws(DocketError) -> CollectionSchema {
        var attributes: [AttributeDefinition] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard rest.count >= 3, let type = AttributeType(rawValue: rest[rest.startIndex]) else {
                throw DocketError(.dataLoss, "the schema of a collection is damaged")
            }
            let uses = AttributeUses(rawValue: rest[rest.startIndex + 1])
            let length = Int(rest[rest.startIndex + 2])
            let name = rest.dropFirst(3).prefix(length)
            guard name.count == length else {
                throw DocketError(.dataLoss, "the schema of a collection is damaged")
            }
            attributes.append(
                AttributeDefinition(String(decoding: name, as: UTF8.self), type, uses)
            )
            rest = rest.dropFirst(3 + length)
        }
        do {
            return try CollectionSchema(attributes)
        } catch {
            throw DocketError(.dataLoss, "the schema of a collection is damaged")
        }
    }
}
