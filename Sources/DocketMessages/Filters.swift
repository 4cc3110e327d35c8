package import DocketCore
package import DocketWire

extension AttributeValue: WireMessage {
    package static func read(_ body: RawSpan) throws -> AttributeValue {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 3, 4)
        var value: AttributeValue?
        while let field = try check.next(&reader) {
            guard (1...4).contains(field.number) else {
                try check.skip(field, &reader)
                continue
            }
            guard value == nil else { throw ProtobufError.duplicateMessage(field: field.number) }
            switch field.number {
            case 1: value = .string(try reader.readString(field))
            case 2: value = .number(try reader.readDouble(field))
            case 3: value = .boolean(try reader.readBool(field))
            default: value = .time(microseconds: ZigZag.decode(try reader.readNumber(field)))
            }
        }
        guard let value else { throw DocketError.invalid("filter", "a value is missing") }
        return value
    }

    package func write(to writer: inout ByteWriter) {
        switch self {
        case .string(let string): writer.appendPresentField(1, text: string)
        case .number(let number): writer.append(2, double: number, isPresent: true)
        case .boolean(let boolean): writer.appendPresentField(3, boolean ? 1 as UInt8 : 0)
        case .time(let time): writer.appendPresentField(4, ZigZag.encode(time))
        }
    }
}

/// One node of a filter on the wire; its children follow it in the list.
private struct FilterNode: WireMessage {
    enum Operator: UInt8 {
        case all = 1
        case any = 2
        case not = 3
        case oneOf = 4
        case range = 5
        case startsWith = 6
        case exists = 7
    }

    var operation = Operator.all
    var children = 0
    var attribute = ""
    var values: [AttributeValue] = []
    var bounds = Filter.Bounds()

    static func read(_ body: RawSpan) throws -> FilterNode {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 3, 5, 6, 7, 8)
        var node = FilterNode()
        var operation: Operator?
        while let field = try check.next(&reader) {
            switch field.number {
            case 1:
                let number: UInt64 = try reader.readNumber(field)
                operation = Operator(rawValue: UInt8(clamping: number))
            case 2: node.children = Int(try reader.readNumber(field) as UInt32)
            case 3: node.attribute = try reader.readString(field)
            case 4:
                try node.values.append(
                    AttributeValue.read(try reader.readBytes(field)),
                    field,
                    maximum: WireLimits.values
                )
            case 5: node.bounds.lower = try AttributeValue.read(try reader.readBytes(field))
            case 6: node.bounds.upper = try AttributeValue.read(try reader.readBytes(field))
            case 7: node.bounds.includesLower = try !reader.readBool(field)
            case 8: node.bounds.includesUpper = try !reader.readBool(field)
            default: try check.skip(field, &reader)
            }
        }
        guard let operation else { throw DocketError.invalid("filter", "an operator is unknown") }
        node.operation = operation
        return node
    }

    func write(to writer: inout ByteWriter) {
        writer.appendField(1, operation.rawValue)
        writer.appendField(2, UInt32(clamping: children))
        writer.appendField(3, attribute)
        for value in values { writer.append(4, message: value) }
        if let lower = bounds.lower { writer.append(5, message: lower) }
        if let upper = bounds.upper { writer.append(6, message: upper) }
        writer.appendField(7, !bounds.includesLower)
        writer.appendField(8, !bounds.includesUpper)
    }
}

extension Filter: WireMessage {
    package static func read(_ body: RawSpan) throws -> Filter {
        var reader = ProtobufReader(body)
        var check = FieldCheck()
        var nodes: [FilterNode] = []
        let maximum = Limits().filterNodes
        while let field = try check.next(&reader) {
            guard field.number == 1 else {
                try check.skip(field, &reader)
                continue
            }
            guard nodes.count < maximum else {
                throw DocketError.invalid("filter", "has over \(maximum) conditions, the limit")
            }
            nodes.append(try FilterNode.read(try reader.readBytes(field)))
        }
        var rest = nodes[...]
        let filter = try build(&rest, depth: 1)
        guard rest.isEmpty else { throw DocketError.invalid("filter", "is more than one tree") }
        return filter
    }

    /// The tree whose root is the next node; depth is bounded before anything recurses.
    private static func build(
        _ nodes: inout ArraySlice<FilterNode>,
        depth: Int
    ) throws(DocketError) -> Filter {
        let maximum = Limits().filterDepth
        guard depth <= maximum else {
            throw .invalid("filter", "is nested too deep, the limit is \(maximum)")
        }
        guard let node = nodes.popFirst() else { throw .invalid("filter", "a child is missing") }
        switch node.operation {
        case .all: return .all(try children(of: node, &nodes, depth))
        case .any: return .any(try children(of: node, &nodes, depth))
        case .not: return .not(try build(&nodes, depth: depth + 1))
        case .oneOf: return .oneOf(node.attribute, node.values)
        case .range: return .range(node.attribute, node.bounds)
        case .startsWith:
            guard case .string(let prefix)? = node.values.first, node.values.count == 1 else {
                throw .invalid("filter", "a beginning is one string")
            }
            return .startsWith(node.attribute, prefix)
        case .exists: return .exists(node.attribute)
        }
    }

    private static func children(
        of node: FilterNode,
        _ nodes: inout ArraySlice<FilterNode>,
        _ depth: Int
    ) throws(DocketError) -> [Filter] {
        guard node.children <= nodes.count else {
            throw .invalid("filter", "a child is missing")
        }
        var children: [Filter] = []
        for _ in 0..<node.children { children.append(try build(&nodes, depth: depth + 1)) }
        return children
    }

    package func write(to writer: inout ByteWriter) {
        writer.append(1, message: node)
        for child in children { child.write(to: &writer) }
    }

    private var node: FilterNode {
        switch self {
        case .all(let children): FilterNode(operation: .all, children: children.count)
        case .any(let children): FilterNode(operation: .any, children: children.count)
        case .not: FilterNode(operation: .not, children: 1)
        case .equal(let name, let value):
            FilterNode(operation: .oneOf, attribute: name, values: [value])
        case .oneOf(let name, let values):
            FilterNode(operation: .oneOf, attribute: name, values: values)
        case .range(let name, let bounds):
            FilterNode(operation: .range, attribute: name, bounds: bounds)
        case .startsWith(let name, let prefix):
            FilterNode(operation: .startsWith, attribute: name, values: [.string(prefix)])
        case .exists(let name): FilterNode(operation: .exists, attribute: name)
        }
    }
}

/// A filter that came as a tree, as text, or not at all.
struct FilterChoice {
    var tree: Filter?
    var text = ""

    /// - Throws: ``DocketError`` when both came, or the text cannot be read.
    func resolve() throws(DocketError) -> Filter? {
        guard !text.isEmpty else { return tree }
        guard tree == nil else { throw .invalid("filter_text", "is given beside filter") }
        return try Filter(parsing: text)
    }
}
