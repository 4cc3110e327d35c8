internal import DocketCore

/// A filter that is evaluated on columns: on each block's values once, on each document by codes.
struct ColumnFilter {
    private indirect enum Node {
        case all([Node])
        case any([Node])
        case not(Node)
        /// The place of a condition.
        case holds(Int)
    }

    /// What one attribute has to be, and which codes of its block under way are.
    private struct Condition {
        let column: Int
        let test: CompiledFilter
        var serial = -1
        /// By code, the first for no value; nil where none is.
        var accepted: [Bool]?
    }

    private let root: Node
    private var conditions: [Condition] = []
    /// Conditions that hold for each document that meets the filter.
    private var demanded: [Int] = []

    init(_ filter: CompiledFilter, _ columns: DocumentColumns) {
        var conditions: [Condition] = []
        root = Self.node(filter, columns, &conditions)
        self.conditions = conditions
        demanded = Self.demanded(root)
    }

    private static func node(
        _ filter: CompiledFilter,
        _ columns: DocumentColumns,
        _ conditions: inout [Condition]
    ) -> Node {
        switch filter {
        case .all(let children): return .all(children.map { node($0, columns, &conditions) })
        case .any(let children): return .any(children.map { node($0, columns, &conditions) })
        case .not(let child): return .not(node(child, columns, &conditions))
        case .never: return .any([])
        default:
            let column = filter.slots.first.map { columns.place(of: $0) } ?? 0
            conditions.append(Condition(column: column, test: filter))
            return .holds(conditions.count - 1)
        }
    }

    private static func demanded(_ node: Node) -> [Int] {
        switch node {
        case .all(let children): children.flatMap(demanded)
        case .holds(let condition): [condition]
        case .any, .not: []
        }
    }

    /// Which of the documents, where `columns` is, meet the filter.
    mutating func marks(_ documents: DocumentRun, _ columns: DocumentColumns) -> [Bool] {
        prepare(columns)
        return marks(root, documents, columns)
    }

    /// The first number from `number` on, where `columns` is, that may meet the filter.
    mutating func firstPossible(_ number: UInt32, _ columns: DocumentColumns) -> Int64 {
        prepare(columns)
        var first = Int64(number)
        for place in demanded where conditions[place].accepted == nil {
            first = max(first, columns.end(conditions[place].column))
        }
        return first
    }

    private mutating func prepare(_ columns: DocumentColumns) {
        for place in conditions.indices {
            let column = conditions[place].column
            guard conditions[place].serial != columns.serial(column) else { continue }
            conditions[place].serial = columns.serial(column)
            conditions[place].accepted =
                columns.block(column).flatMap { conditions[place].test.accepted(of: $0) }
        }
    }

    private func marks(
        _ node: Node,
        _ documents: DocumentRun,
        _ columns: DocumentColumns
    ) -> [Bool] {
        switch node {
        case .all(let children):
            var marks = [Bool](repeating: true, count: documents.count)
            for child in children {
                let more = self.marks(child, documents, columns)
                for index in marks.indices where !more[index] { marks[index] = false }
            }
            return marks
        case .any(let children):
            var marks = [Bool](repeating: false, count: documents.count)
            for child in children {
                let more = self.marks(child, documents, columns)
                for index in marks.indices where more[index] { marks[index] = true }
            }
            return marks
        case .not(let child): return marks(child, documents, columns).map(!)
        case .holds(let place):
            guard let accepted = conditions[place].accepted,
                let block = columns.block(conditions[place].column)
            else { return [Bool](repeating: false, count: documents.count) }
            return block.mark(documents, accepted)
        }
    }
}

extension CompiledFilter {
    /// The attributes that it looks at.
    var slots: [Int] {
        switch self {
        case .all(let children), .any(let children): children.flatMap(\.slots)
        case .not(let child): child.slots
        case .ordinals(let slot, _), .ordinalRange(let slot, _), .strings(let slot, _),
            .stringRange(let slot, _), .prefix(let slot, _), .exists(let slot):
            [slot]
        case .never: []
        }
    }

    /// Which codes of a block meet a condition on one attribute, by code; nil where none does.
    fileprivate func accepted(of block: ColumnBlock) -> [Bool]? {
        var accepted = [Bool](repeating: false, count: block.values + 1)
        var hasAny = false
        for codes in codes(of: block) {
            for code in codes.clamped(to: 1..<block.values + 1) {
                accepted[code] = true
                hasAny = true
            }
        }
        return hasAny ? accepted : nil
    }

    private func codes(of block: ColumnBlock) -> [Range<Int>] {
        let isText = block.kind == .string
        switch self {
        case .exists: return [1..<block.values + 1]
        case .ordinals(_, let wanted) where !isText:
            return wanted.map { wanted in
                let code = block.firstCode { block.ordinal($0) < wanted }
                let isThere = code <= block.values && block.ordinal(code) == wanted
                return code..<code + (isThere ? 1 : 0)
            }
        case .ordinalRange(_, let range) where !isText:
            let start = block.firstCode { block.ordinal($0) < range.lowerBound }
            return [start..<max(start, block.firstCode { block.ordinal($0) <= range.upperBound })]
        case .strings(_, let wanted) where isText:
            return wanted.map { wanted in
                let code = block.firstCode { block.string($0).compare(with: wanted) < 0 }
                let isThere =
                    code <= block.values && block.string(code).compare(with: wanted) == 0
                return code..<code + (isThere ? 1 : 0)
            }
        case .prefix(_, let prefix) where isText:
            let start = block.firstCode { block.string($0).compare(with: prefix) < 0 }
            let end = block.firstCode {
                block.string($0).prefix(prefix.count).compare(with: prefix) <= 0
            }
            return [start..<max(start, end)]
        case .stringRange(_, let bounds) where isText:
            let start = block.firstCode { bounds.isBefore(block.string($0)) }
            return [start..<max(start, block.firstCode { !bounds.isBehind(block.string($0)) })]
        default: return []
        }
    }
}

extension CompiledFilter.StringBounds {
    /// Whether a string is before the lower bound.
    fileprivate func isBefore(_ string: ArraySlice<UInt8>) -> Bool {
        guard let lower else { return false }
        let order = string.compare(with: lower)
        return order < 0 || (order == 0 && !includesLower)
    }

    /// Whether a string is behind the upper bound.
    fileprivate func isBehind(_ string: ArraySlice<UInt8>) -> Bool {
        guard let upper else { return false }
        let order = string.compare(with: upper)
        return order > 0 || (order == 0 && !includesUpper)
    }
}
