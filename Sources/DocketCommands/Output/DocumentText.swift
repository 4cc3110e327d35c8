internal import DocketCore
internal import DocketJSON

extension JSONWriter {
    /// A value as uploads take it: times as RFC 3339.
    mutating func value(_ value: AttributeValue) {
        switch value {
        case .string(let string): self.value(string)
        case .number(let number): self.value(number)
        case .boolean(let boolean): self.value(boolean)
        case .time(let microseconds): self.value(Timestamp.text(microseconds: microseconds))
        }
    }

    /// Writes a member with all attributes; those with one value without an array.
    mutating func attributes(_ attributes: [Attribute]) {
        member("attributes") { writer in
            writer.object { writer in
                for attribute in attributes {
                    writer.member(attribute.name) { $0.values(attribute.values) }
                }
            }
        }
    }

    private mutating func values(_ values: [AttributeValue]) {
        if values.count == 1 {
            value(values[0])
        } else {
            array { writer in for value in values { writer.value(value) } }
        }
    }

    /// Writes the members of a document, as uploads take them.
    mutating func documentMembers(_ document: Document) {
        member("id", document.id)
        member("title", document.title)
        if !document.body.isEmpty { member("body", document.body) }
        if !document.attributes.isEmpty { attributes(document.attributes) }
    }

    /// A cursor, or null at the end.
    mutating func cursorMember(_ cursor: [UInt8]) {
        member("cursor") { writer in
            if cursor.isEmpty { writer.null() } else { writer.value(CursorText.text(cursor)) }
        }
    }
}

extension AttributeValue {
    /// As people read it.
    var plainText: String {
        switch self {
        case .string(let string): PlainText.line(string)
        case .number(let number): NumberText.plain(number)
        case .boolean(let boolean): boolean ? "true" : "false"
        case .time(let microseconds): Timestamp.text(microseconds: microseconds)
        }
    }
}
