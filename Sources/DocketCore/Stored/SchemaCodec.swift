/// A collection's schema as bytes: for each attribute type, uses, length of the name, name.
///
/// Of an attribute with a language the bit ``languageBit`` is set in the uses, and two bytes with
/// its code follow the name. The collection's own language comes first: ``languageMark``, its code.
package enum SchemaCodec {
    /// No type of an attribute.
    private static let languageMark: UInt8 = 0xFF
    /// No use of an attribute.
    private static let languageBit: UInt8 = 0x80

    package static func encode(_ schema: CollectionSchema) -> [UInt8] {
        var bytes: [UInt8] = []
        if let language = schema.language { bytes += [languageMark] + Array(language.code.utf8) }
        for attribute in schema.attributes {
            let bit = attribute.language == nil ? 0 : languageBit
            bytes += [attribute.type.rawValue, attribute.uses.rawValue | bit]
            bytes += [UInt8(attribute.name.utf8.count)] + Array(attribute.name.utf8)
            bytes += Array((attribute.language?.code ?? "").utf8)
        }
        return bytes
    }

    /// - Throws: ``DocketError`` `dataLoss` for bytes that `encode` did not make.
    package static func decode(_ bytes: [UInt8]) throws(DocketError) -> CollectionSchema {
        var attributes: [AttributeDefinition] = []
        var rest = bytes[...]
        var language: Language?
        if rest.first == languageMark {
            rest = rest.dropFirst()
            language = try takeLanguage(&rest)
        }
        while !rest.isEmpty {
            guard rest.count >= 3, let type = AttributeType(rawValue: rest[rest.startIndex]) else {
                throw .damagedSchema
            }
            let uses = rest[rest.startIndex + 1]
            let length = Int(rest[rest.startIndex + 2])
            let name = rest.dropFirst(3).prefix(length)
            guard name.count == length else { throw .damagedSchema }
            rest = rest.dropFirst(3 + length)
            attributes.append(
                AttributeDefinition(
                    String(decoding: name, as: UTF8.self),
                    type,
                    AttributeUses(rawValue: uses & ~languageBit),
                    language: uses & languageBit == 0 ? nil : try takeLanguage(&rest)
                )
            )
        }
        do {
            return try CollectionSchema(attributes, language: language)
        } catch {
            throw .damagedSchema
        }
    }

    private static func takeLanguage(
        _ bytes: inout ArraySlice<UInt8>
    ) throws(DocketError) -> Language {
        let code = String(decoding: bytes.prefix(2), as: UTF8.self)
        guard let language = Language(rawValue: code) else { throw .damagedSchema }
        bytes = bytes.dropFirst(2)
        return language
    }
}

extension DocketError {
    fileprivate static let damagedSchema = DocketError(
        .dataLoss,
        "the schema of a collection is damaged"
    )
}
