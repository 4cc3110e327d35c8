internal import DocketJSON

/// A JSON value as its leaves by their paths, to be compared whatever the order of members.
struct FlatJSON: Hashable, Sendable {
    private(set) var leaves: [String: String] = [:]

    init() {}

    init(_ value: borrowing JSONValue) throws { try add(value, at: "") }

    init(bytes: [UInt8]) throws {
        var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
        try self.init(parser.parse(bytes))
    }

    /// The first path, in their order, at which the two differ; nil where they are equal.
    func firstDifference(from other: FlatJSON) -> String? {
        Set(leaves.keys).union(other.leaves.keys).sorted().first {
            leaves[$0] != other.leaves[$0]
        }
    }

    private mutating func add(_ value: borrowing JSONValue, at path: String) throws {
        switch value.kind {
        case .object:
            var all = self
            var isEmpty = true
            _ = try value.forEachMember { name, member in
                isEmpty = false
                try all.add(member, at: path.isEmpty ? name : "\(path).\(name)")
            }
            self = all
            if isEmpty { leaves[path] = "{}" }
        case .array:
            var all = self
            var place = 0
            _ = try value.forEachElement { element in
                try all.add(element, at: "\(path)[\(place)]")
                place += 1
            }
            self = all
        // Engines write some numbers and truth values as strings.
        case .string: leaves[path] = value.string
        case .integer: leaves[path] = value.integer.map { "\($0)" }
        case .unsigned: leaves[path] = value.unsigned.map { "\($0)" }
        case .double: leaves[path] = value.double.map { "\($0)" }
        case .boolean: leaves[path] = value.boolean.map { "\($0)" }
        case .null: leaves[path] = "null"
        }
    }
}
