package import DocketCore
internal import DocketJSON

/// Reads documents from lines of JSON.
///
/// The type of a value is that which JSON gives it: whether the collection has the attribute, and
/// of this type, is for the server to say, so no key needs to read the schema.
package struct DocumentReader: ~Copyable {
    /// Longest line: a document of 1 MiB, every byte of it escaped.
    package static let lineBytesMaximum = 8 << 20
    private static let nameShownMaximum = 64
    // Beyond these a server cannot read the document, and refuses all that come with it.
    private static let attributesMaximum = 1000
    private static let valuesMaximum = 10_000

    private var parser: JSONParserHandle

    package init() {
        parser = JSONParserHandle(byteMaximum: Self.lineBytesMaximum, depthMaximum: 8)
    }

    package enum Outcome: Equatable {
        case document(Document)
        case rejected(id: String, field: String, reason: String)
    }

    /// The document of one line.
    package mutating func read(_ line: [UInt8]) -> Outcome {
        var document = Document(id: "")
        do {
            let root = try parser.parse(line)
            var first: LineFault?
            let isObject = try root.forEachMember { name, value in
                // After a fault only the id is still of interest, to name the document by it.
                guard first == nil || name == "id" else { return }
                do {
                    try Self.read(name, value, into: &document)
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
                let values = try values(of: value, "attributes.\(shown)")
                guard !values.isEmpty else { return }
                guard document.attributes.count < attributesMaximum else {
                    throw LineFault(field: "attributes", reason: "are over \(attributesMaximum)")
                }
                document.attributes.append(Attribute(name, values))
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
    private static func values(
        of value: borrowing JSONValue,
        _ field: String
    ) throws -> [AttributeValue] {
        if value.isNull { return [] }
        var values: [AttributeValue] = []
        let isArray = try value.forEachElement { element in
            guard values.count < valuesMaximum else {
                throw LineFault(field: field, reason: "has over \(valuesMaximum) values")
            }
            values.append(try single(element, field))
        }
        guard isArray else { return [try single(value, field)] }
        if let kind = values.first?.kind, let other = values.first(where: { $0.kind != kind }) {
            throw LineFault(field: field, reason: "has a \(kind) and a \(other.kind)")
        }
        return values
    }

    private static func single(
        _ value: borrowing JSONValue,
        _ field: String
    ) throws -> AttributeValue {
        if let string = value.string { return .string(string) }
        if let number = value.double {
            // Read as a double it has been rounded already.
            let whole =
                value.integer.map(WholeNumber.exact) ?? value.unsigned.map(WholeNumber.exact)
            if case .some(nil) = whole {
                throw LineFault(field: field, reason: WholeNumber.fault)
            }
            return .number(number)
        }
        if let boolean = value.boolean { return .boolean(boolean) }
        throw LineFault(field: field, reason: "has a value that is null, an array or an object")
    }
}

/// What is wrong with a line.
private struct LineFault: Error {
    let field: String
    let reason: String
}
