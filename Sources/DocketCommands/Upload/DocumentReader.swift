package import DocketCore
internal import DocketJSON

/// Reads documents from lines of JSON; what a value means is decided by the collection's schema.
package struct DocumentReader: ~Copyable {
    /// Longest line: a document of 1 MiB, every byte of it escaped.
    package static let lineBytesMaximum = 8 << 20
    private static let nameShownMaximum = 64

    private let types: [String: AttributeType]
    private var parser: JSONParserHandle

    /// A reader for a collection with these attributes.
    package init(_ attributes: [AttributeDefinition]) {
        types = Dictionary(attributes.map { ($0.name, $0.type) }) { first, _ in first }
        parser = JSONParserHandle(byteMaximum: Self.lineBytesMaximum, depthMaximum: 8)
    }

    package enum Outcome: Equatable {
        case document(Document)
        case rejected(id: String, field: String, reason: String)
    }

    /// The document of one line.
    package mutating func read(_ line: [UInt8]) -> Outcome {
        var document = Document(id: "")
        let types = types
        do {
            let root = try parser.parse(line)
            var first: LineFault?
            let isObject = try root.forEachMember { name, value in
                // After a fault only the id is still of interest, to name the document by it.
                guard first == nil || name == "id" else { return }
                do {
                    try Self.read(name, value, types, into: &document)
                } catch let fault as LineFault {
                    first = first ?? fault
                }
            }
            if let first { throw first }
            guard isObject else { throw LineFault(field: "", reason: "is not a JSON object") }
            return .document(document)
        } catch let fault as LineFault {
            return .rejected(id: document.id, field: fault.field, reason: fault.reason)
        } catch {
            return .rejected(id: document.id, field: "", reason: "\(error)")
        }
    }

    private static func read(
        _ name: String,
        _ value: borrowing JSONValue,
        _ types: [String: AttributeType],
        into document: inout Document
    ) throws {
        switch name {
        case "id": document.id = try string(value, "id")
        case "title": document.title = try string(value, "title")
        case "body": document.body = try string(value, "body")
        case "attributes":
            guard !value.isNull else { return }
            let isObject = try value.forEachMember { name, value in
                let shown = PlainText.shortened(name, to: nameShownMaximum)
                let values = try attribute(value, types[name], "attributes.\(shown)")
                if !values.isEmpty { document.attributes.append(Attribute(name, values)) }
            }
            guard isObject else { throw LineFault(field: name, reason: "is not an object") }
        default:
            let shown = PlainText.shortened(name, to: Self.nameShownMaximum)
            throw LineFault(
                field: shown,
                reason: "is not a part of a document: id, title, body, attributes"
            )
        }
    }

    private static func string(_ value: borrowing JSONValue, _ field: String) throws -> String {
        if value.isNull { return "" }
        guard let string = value.string else {
            throw LineFault(field: field, reason: "is not a string")
        }
        return string
    }

    /// The values of one attribute: one value, or an array of them; null is none.
    private static func attribute(
        _ value: borrowing JSONValue,
        _ type: AttributeType?,
        _ field: String
    ) throws -> [AttributeValue] {
        if value.isNull { return [] }
        var values: [AttributeValue] = []
        let isArray = try value.forEachElement { element in
            values.append(try single(element, type, field))
        }
        return isArray ? values : [try single(value, type, field)]
    }

    private static func single(
        _ value: borrowing JSONValue,
        _ type: AttributeType?,
        _ field: String
    ) throws -> AttributeValue {
        let found: AttributeValue
        if let string = value.string {
            found = .string(string)
        } else if let number = value.double {
            found = .number(number)
        } else if let boolean = value.boolean {
            found = .boolean(boolean)
        } else {
            throw LineFault(field: field, reason: "has a value that is null, an array or an object")
        }
        guard let type else {
            throw LineFault(field: field, reason: "is not an attribute of the collection")
        }
        switch (type, found) {
        case (.time, .string(let string)):
            guard let time = Timestamp.microseconds(parsing: string) else {
                throw LineFault(field: field, reason: "is not a time such as 2026-01-31T10:00:00Z")
            }
            return .time(microseconds: time)
        case (.keyword, .string), (.text, .string), (.number, .number), (.boolean, .boolean):
            return found
        default:
            throw LineFault(field: field, reason: "is a \(type.name), not a \(found.kind)")
        }
    }
}

/// What is wrong with a line.
private struct LineFault: Error {
    let field: String
    let reason: String
}
