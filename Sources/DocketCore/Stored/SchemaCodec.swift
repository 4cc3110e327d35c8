/// A collection's schema as bytes: for each attribute type, uses, length of the name, name.
///
/// Of an attribute with a language the bit ``languageBit`` is set in the uses, and two bytes with
/// its code follow the name. The collection's own language comes first: ``languageMark``, its code.
/// How long documents are kept follows the attributes: ``retentionMark``, the attribute's slot, and
/// two bytes of days, the higher one first.
/// Synonyms come last: ``synonymsMark``, and for each rule the counts of its words and meanings,
/// and each of these with its length before it.
package enum SchemaCodec {
    /// No type of an attribute.
    private static let languageMark: UInt8 = 0xFF
    /// No type of an attribute either.
    private static let synonymsMark: UInt8 = 0xFE
    /// Nor this.
    private static let retentionMark: UInt8 = 0xFD
    /// No use of an attribute.
    private static let languageBit: UInt8 = 0x80

    package static func encode(_ schema: CollectionSchema) -> [UInt8] {
        encodeAttributes(of: schema) + encodeSynonyms(of: schema)
    }

    /// `encode` without the synonyms.
    package static func encodeAttributes(of schema: CollectionSchema) -> [UInt8] {
        var bytes: [UInt8] = []
        if let language = schema.language { bytes += [languageMark] + Array(language.code.utf8) }
        for attribute in schema.attributes {
            let bit = attribute.language == nil ? 0 : languageBit
            bytes += [attribute.type.rawValue, attribute.uses.rawValue | bit]
            bytes += [UInt8(attribute.name.utf8.count)] + Array(attribute.name.utf8)
            bytes += Array((attribute.language?.code ?? "").utf8)
        }
        if let retention = schema.retention, let slot = schema.slot(of: retention.attribute) {
            let days = UInt16(retention.days)
            bytes += [retentionMark, UInt8(slot), UInt8(days >> 8), UInt8(days & 0xFF)]
        }
        return bytes
    }

    /// What `encode` has behind that; empty where there are none.
    package static func encodeSynonyms(of schema: CollectionSchema) -> [UInt8] {
        guard !schema.synonyms.rules.isEmpty else { return [] }
        var bytes = [synonymsMark]
        for rule in schema.synonyms.rules {
            bytes += [UInt8(rule.words.count), UInt8(rule.meanings.count)]
            for text in rule.words + rule.meanings {
                bytes.append(UInt8(text.utf8.count))
                bytes += Array(text.utf8)
            }
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
        while let first = rest.first, first != retentionMark, first != synonymsMark {
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
            var schema = try CollectionSchema(attributes, language: language)
            if rest.first == retentionMark { try takeRetention(&rest, to: &schema) }
            // Folded as they are, by whatever version.
            schema.set(try Synonyms(rules(rest.dropFirst()), Limits()) { $0 })
            return schema
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

    private static func takeRetention(
        _ bytes: inout ArraySlice<UInt8>,
        to schema: inout CollectionSchema
    ) throws(DocketError) {
        let fields = bytes.dropFirst().prefix(3).map(Int.init)
        guard fields.count == 3, schema.attributes.indices.contains(fields[0]) else {
            throw .damagedSchema
        }
        let name = schema.attributes[fields[0]].name
        try schema.set(Retention(attribute: name, days: fields[1] << 8 | fields[2]))
        bytes = bytes.dropFirst(4)
    }

    private static func rules(_ bytes: ArraySlice<UInt8>) throws(DocketError) -> [SynonymRule] {
        var (rest, rules) = (bytes, [SynonymRule]())
        while !rest.isEmpty {
            let counts = rest.prefix(2).map(Int.init)
            rest = rest.dropFirst(2)
            guard counts.count == 2, counts[0] > 0 else {
                throw .damagedSchema
            }
            var texts: [String] = []
            for _ in 0..<counts[0] + counts[1] {
                let length = Int(rest.first ?? 0)
                let text = rest.dropFirst().prefix(length)
                guard length > 0, text.count == length else {
                    throw .damagedSchema
                }
                texts.append(String(decoding: text, as: UTF8.self))
                rest = rest.dropFirst(1 + length)
            }
            rules.append(
                SynonymRule(
                    Array(texts[..<counts[0]]),
                    meanings: Array(texts[counts[0]...])
                )
            )
        }
        return rules
    }
}

extension DocketError {
    fileprivate static let damagedSchema = DocketError(
        .dataLoss,
        "the schema of a collection is damaged"
    )
}
