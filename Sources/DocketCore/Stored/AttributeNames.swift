/// Gives attributes their names.
package struct AttributeNames {
    private let schema: CollectionSchema

    package init(_ schema: CollectionSchema) { self.schema = schema }

    /// - Throws: ``DocketError`` `dataLoss` for bytes that are no attributes.
    package func attributes(
        _ blob: RawSpan,
        _ shows: FieldSelection
    ) throws(DocketError) -> [Attribute] {
        guard let bound = AttributeBlobCodec.decode(blob) else {
            throw DocketError(.dataLoss, "the attributes of a document are damaged")
        }
        return bound.compactMap { attribute in
            guard attribute.slot < schema.attributes.count,
                shows.slots?.contains(attribute.slot) ?? true
            else { return nil }
            return Attribute(schema.attributes[attribute.slot].name, attribute.values)
        }
    }
}
