/// A document checked against its collection's schema, its attributes by slot.
package struct BoundDocument: Hashable, Sendable {
    package var id: String
    package var title: String
    package var body: String
    /// Ascending by slot, each once, values of the attribute's type.
    package var attributes: [BoundAttribute]
    /// Bytes of title, body and attributes, as quotas count them.
    package var bytes: Int

    package init(id: String, title: String, body: String, attributes: [BoundAttribute], bytes: Int)
    {
        self.id = id
        self.title = title
        self.body = body
        self.attributes = attributes
        self.bytes = bytes
    }
}

package struct BoundAttribute: Hashable, Sendable {
    package var slot: Int
    package var values: [AttributeValue]

    package init(slot: Int, values: [AttributeValue]) {
        self.slot = slot
        self.values = values
    }
}

/// Checks documents before anything is stored: one bad document is one error, the others go in.
package struct DocumentValidator: Sendable {
    package let schema: CollectionSchema
    package let limits: Limits

    package init(schema: CollectionSchema, limits: Limits) {
        self.schema = schema
        self.limits = limits
    }

    /// The document by slots.
    ///
    /// - Throws: ``DocketError`` `invalidArgument` that names the field and the limit.
    package func bind(_ document: Document) throws(DocketError) -> BoundDocument {
        try check(id: document.id)
        let titleBytes = document.title.utf8.count
        guard titleBytes <= limits.titleBytes else {
            throw .invalid(
                "title",
                "is \(titleBytes) bytes, the limit is \(limits.titleBytes)",
                limit: limits.titleBytes
            )
        }
        try checkNoNUL(document.title, "title")
        try checkNoNUL(document.body, "body")
        guard document.attributes.count <= limits.attributes else {
            throw .invalid(
                "attributes",
                "are \(document.attributes.count), the limit is \(limits.attributes)",
                limit: limits.attributes
            )
        }
        var bytes = titleBytes + document.body.utf8.count
        var attributes: [BoundAttribute] = []
        attributes.reserveCapacity(document.attributes.count)
        for attribute in document.attributes where !attribute.values.isEmpty {
            attributes.append(try bind(attribute, bytes: &bytes))
        }
        attributes.sort { $0.slot < $1.slot }
        for place in attributes.indices.dropFirst()
        where attributes[place].slot == attributes[place - 1].slot {
            let name = schema.attributes[attributes[place].slot].name
            throw .invalid("attributes.\(name)", "is given twice")
        }
        guard bytes <= limits.documentBytes else {
            throw .invalid(
                "document",
                "is \(bytes) bytes, the limit is \(limits.documentBytes)",
                limit: limits.documentBytes
            )
        }
        return BoundDocument(
            id: document.id,
            title: document.title,
            body: document.body,
            attributes: attributes,
            bytes: bytes
        )
    }

    /// - Throws: ``DocketError`` for an id that is empty, too long or has a NUL.
    package func check(id: String) throws(DocketError) {
        let count = id.utf8.count
        guard count > 0 else { throw .invalid("id", "is missing") }
        guard count <= limits.idBytes else {
            throw .invalid(
                "id",
                "is \(count) bytes, the limit is \(limits.idBytes)",
                limit: limits.idBytes
            )
        }
        try checkNoNUL(id, "id")
    }

    private func bind(
        _ attribute: Attribute,
        bytes: inout Int
    ) throws(DocketError) -> BoundAttribute {
        let field = "attributes.\(attribute.name)"
        guard let slot = schema.slot(of: attribute.name) else {
            throw .invalid(field, "is not an attribute of the collection")
        }
        guard attribute.values.count <= limits.attributeValues else {
            throw .invalid(
                field,
                "has \(attribute.values.count) values, the limit is \(limits.attributeValues)",
                limit: limits.attributeValues
            )
        }
        let type = schema.attributes[slot].type
        var values = attribute.values
        // Times and their texts travel in lists of their own, so a mixture has lost its order.
        guard let kind = values.first?.kind,
            type != .time || values.allSatisfy({ $0.kind == kind })
        else { throw .invalid(field, "has values of several types") }
        for place in values.indices {
            values[place] = try check(values[place], type: type, field)
            if case .string(let string) = values[place] {
                bytes += string.utf8.count
            } else {
                bytes += 8
            }
        }
        return BoundAttribute(slot: slot, values: values)
    }

    private func check(
        _ value: AttributeValue,
        type: AttributeType,
        _ field: String
    ) throws(DocketError) -> AttributeValue {
        switch (type, value) {
        case (.keyword, .string(let string)), (.text, .string(let string)):
            let count = string.utf8.count
            guard count <= limits.attributeValueBytes else {
                throw .invalid(
                    field,
                    "has a value of \(count) bytes, the limit is \(limits.attributeValueBytes)",
                    limit: limits.attributeValueBytes
                )
            }
            try checkNoNUL(string, field)
            return value
        case (.number, .number(let number)):
            guard number.isFinite else { throw .invalid(field, "is not a finite number") }
            return .number(number + 0)  // -0 and 0 are one value
        case (.boolean, .boolean), (.time, .time): return value
        case (.time, .string(let text)):
            guard let microseconds = Timestamp.microseconds(parsing: text) else {
                throw .invalid(field, "is not a time such as 2026-01-31T10:00:00Z")
            }
            return .time(microseconds: microseconds)
        default: throw .invalid(field, "is a \(type.name), not a \(value.kind)")
        }
    }

    private func checkNoNUL(_ string: String, _ field: String) throws(DocketError) {
        guard !string.utf8.contains(0) else { throw .invalid(field, "has a NUL character") }
    }
}

extension AttributeValue {
    /// What it is, in a word.
    package var kind: String {
        switch self {
        case .string: "string"
        case .number: "number"
        case .boolean: "boolean"
        case .time: "time"
        }
    }
}
