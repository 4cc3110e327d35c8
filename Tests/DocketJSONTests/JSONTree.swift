internal import DocketJSON

/// A whole document, to be compared.
indirect enum JSONTree: Equatable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case double(Double)
    case string(String)
    case array([JSONTree])
    case object([String: JSONTree])

    init(_ value: JSONValue) throws {
        switch value.kind {
        case .null: self = .null
        case .boolean: self = .boolean(value.boolean ?? false)
        case .integer: self = .integer(value.integer ?? 0)
        case .unsigned: self = .unsigned(value.unsigned ?? 0)
        case .double: self = .double(value.double ?? 0)
        case .string: self = .string(value.string ?? "")
        case .array:
            var elements: [JSONTree] = []
            _ = try value.forEachElement { element throws in elements.append(try JSONTree(element))
            }
            self = .array(elements)
        case .object:
            var members: [String: JSONTree] = [:]
            _ = try value.forEachMember { members[$0] = try JSONTree($1) }
            self = .object(members)
        }
    }

    /// The document in `bytes`, parsed by a parser of its own.
    static func parse(_ bytes: [UInt8], byteMaximum: Int = 1 << 20) throws -> JSONTree {
        var parser = JSONParserHandle(byteMaximum: byteMaximum)
        return try JSONTree(try parser.parse(bytes))
    }

    static func parse(_ text: String) throws -> JSONTree { try parse(Array(text.utf8)) }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .boolean(let value): writer.value(value)
        case .integer(let value): writer.value(value)
        case .unsigned(let value): writer.value(value)
        case .double(let value): writer.value(value)
        case .string(let value): writer.value(value)
        case .array(let elements):
            writer.array { writer in
                for element in elements { element.write(to: &writer) }
            }
        case .object(let members):
            writer.object { writer in
                for (name, member) in members { writer.member(name) { member.write(to: &$0) } }
            }
        }
    }
}
