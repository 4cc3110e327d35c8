internal import CDocketMessages
package import DocketCore

extension AttributeValue: ContractMessage {
    static var initialise: Initialise<Docket__V1__FilterValue> {
        unsafe docket__v1__filter_value__init
    }

    static func read(_ fields: Docket__V1__FilterValue) throws(DocketError) -> AttributeValue {
        switch fields.value_case {
        case DOCKET__V1__FILTER_VALUE__VALUE_STRING: unsafe .string(text(fields.string))
        case DOCKET__V1__FILTER_VALUE__VALUE_NUMBER: .number(fields.number)
        case DOCKET__V1__FILTER_VALUE__VALUE_BOOLEAN: .boolean(Bool(fields.boolean))
        case DOCKET__V1__FILTER_VALUE__VALUE_TIME_US: .time(microseconds: fields.time_us)
        default: throw .invalid("filter", "a value is missing")
        }
    }

    func write(to fields: inout Docket__V1__FilterValue, _ arena: WritingArena) {
        switch self {
        case .string(let string):
            fields.value_case = DOCKET__V1__FILTER_VALUE__VALUE_STRING
            unsafe fields.string = arena.text(string)
        case .number(let number):
            fields.value_case = DOCKET__V1__FILTER_VALUE__VALUE_NUMBER
            fields.number = number
        case .boolean(let boolean):
            fields.value_case = DOCKET__V1__FILTER_VALUE__VALUE_BOOLEAN
            fields.boolean = protobuf_c_boolean(boolean)
        case .time(let microseconds):
            fields.value_case = DOCKET__V1__FILTER_VALUE__VALUE_TIME_US
            fields.time_us = microseconds
        }
    }
}

/// A filter on the wire is a list of nodes; the children of a node follow it.
extension Filter: ContractMessage {
    private typealias Node = Docket__V1__FilterNode
    private typealias Nodes = Slice<UnsafeMutableBufferPointer<UnsafeMutablePointer<Node>?>>

    static var initialise: Initialise<Docket__V1__Filter> { unsafe docket__v1__filter__init }

    static func read(_ fields: Docket__V1__Filter) throws(DocketError) -> Filter {
        let maximum = Limits().filterNodes
        guard fields.n_nodes <= maximum else {
            throw .invalid("filter", "has over \(maximum) conditions, the limit")
        }
        let nodes = unsafe UnsafeMutableBufferPointer(start: fields.nodes, count: fields.n_nodes)
        var rest = unsafe nodes[...]
        let filter = try unsafe read(&rest, depth: 1)
        guard unsafe rest.isEmpty else { throw .invalid("filter", "is more than one tree") }
        return filter
    }

    func write(to fields: inout Docket__V1__Filter, _ arena: WritingArena) {
        let nodes = unsafe arena.messages(nodeCount, docket__v1__filter_node__init)
        var rest = unsafe nodes[...]
        unsafe write(to: &rest, arena)
        unsafe (fields.n_nodes, fields.nodes) = (nodes.count, nodes.baseAddress)
    }

    /// The tree whose root is the next node; depth is bounded before anything recurses.
    private static func read(_ rest: inout Nodes, depth: Int) throws(DocketError) -> Filter {
        let maximum = Limits().filterDepth
        guard depth <= maximum else {
            throw .invalid("filter", "is nested too deep, the limit is \(maximum)")
        }
        guard let node = unsafe (rest.popFirst() ?? nil)?.pointee else {
            throw .invalid("filter", "a child is missing")
        }
        let name = unsafe text(node.attribute)
        switch node.operator_ {
        case DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_ALL:
            return .all(try unsafe children(of: node, &rest, depth))
        case DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_ANY:
            return .any(try unsafe children(of: node, &rest, depth))
        case DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_NOT:
            return .not(try unsafe read(&rest, depth: depth + 1))
        case DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_ONE_OF:
            return .oneOf(name, try unsafe list(node.values, node.n_values))
        case DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_RANGE:
            return .range(name, try bounds(of: node))
        case DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_STARTS_WITH:
            let values: [AttributeValue] = try unsafe list(node.values, node.n_values)
            guard case .string(let prefix)? = values.first, values.count == 1 else {
                throw .invalid("filter", "a beginning is one string")
            }
            return .startsWith(name, prefix)
        case DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_EXISTS: return .exists(name)
        default: throw .invalid("filter", "an operator is unknown")
        }
    }

    private static func children(
        of node: Node,
        _ rest: inout Nodes,
        _ depth: Int
    ) throws(DocketError) -> [Filter] {
        guard node.children <= (unsafe rest.count) else {
            throw .invalid("filter", "a child is missing")
        }
        var children: [Filter] = []
        for _ in 0..<node.children { children.append(try unsafe read(&rest, depth: depth + 1)) }
        return children
    }

    private static func bounds(of node: Node) throws(DocketError) -> Bounds {
        try unsafe Bounds(
            lower: message(node.lower),
            includesLower: !Bool(node.excludes_lower),
            upper: message(node.upper),
            includesUpper: !Bool(node.excludes_upper)
        )
    }

    /// Fills the next node, and those after it with the children.
    private func write(to rest: inout Nodes, _ arena: WritingArena) {
        guard let node = unsafe rest.popFirst() ?? nil else { return }
        unsafe write(to: &node.pointee, arena)
        for child in children { unsafe child.write(to: &rest, arena) }
    }

    private func write(to node: inout Node, _ arena: WritingArena) {
        switch self {
        case .all(let children):
            node.operator_ = DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_ALL
            node.children = UInt32(clamping: children.count)
        case .any(let children):
            node.operator_ = DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_ANY
            node.children = UInt32(clamping: children.count)
        case .not:
            node.operator_ = DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_NOT
            node.children = 1
        case .equal(let name, let value): Filter.oneOf(name, [value]).write(to: &node, arena)
        case .oneOf(let name, let values):
            node.operator_ = DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_ONE_OF
            unsafe node.attribute = arena.text(name)
            unsafe (node.n_values, node.values) = arena.list(values)
        case .range(let name, let bounds):
            node.operator_ = DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_RANGE
            unsafe node.attribute = arena.text(name)
            unsafe node.lower = arena.message(bounds.lower)
            unsafe node.upper = arena.message(bounds.upper)
            node.excludes_lower = protobuf_c_boolean(!bounds.includesLower)
            node.excludes_upper = protobuf_c_boolean(!bounds.includesUpper)
        case .startsWith(let name, let prefix):
            node.operator_ = DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_STARTS_WITH
            unsafe node.attribute = arena.text(name)
            unsafe (node.n_values, node.values) = arena.list([AttributeValue.string(prefix)])
        case .exists(let name):
            node.operator_ = DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_EXISTS
            unsafe node.attribute = arena.text(name)
        }
    }
}

extension ContractMessage {
    /// A filter that came as a tree, as text, or not at all.
    ///
    /// - Throws: ``DocketError`` when both came, or one cannot be read.
    static func filter(
        _ fields: UnsafePointer<Docket__V1__Filter>?,
        text string: UnsafePointer<CChar>?
    ) throws(DocketError) -> Filter? {
        let tree: Filter? = try unsafe message(fields)
        let text = unsafe text(string)
        guard !text.isEmpty else { return tree }
        guard tree == nil else { throw .invalid("filter_text", "is given beside filter") }
        return try Filter(parsing: text)
    }
}
