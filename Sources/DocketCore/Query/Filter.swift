/// A condition on attributes, as a typed tree.
///
/// An attribute with several values meets a condition when one of them does. Values that a document
/// does not have meet none, so `not(equal)` holds for documents without the attribute.
public indirect enum Filter: Hashable, Sendable {
    /// All of them hold; true when empty.
    case all([Filter])
    /// One of them holds; false when empty.
    case any([Filter])
    /// It does not hold.
    case not(Filter)
    /// The attribute has this value.
    case equal(String, AttributeValue)
    /// The attribute has one of these values; at most 256.
    case oneOf(String, [AttributeValue])
    /// The attribute has a value inside the bounds.
    case range(String, Bounds)
    /// The attribute has a string value that begins so, byte for byte.
    case startsWith(String, String)
    /// The attribute has a value.
    case exists(String)

    /// The ends of a range; a missing end is open.
    public struct Bounds: Hashable, Sendable {
        /// The lower end.
        public var lower: AttributeValue?
        /// Whether the lower end itself is inside.
        public var includesLower: Bool
        /// The upper end.
        public var upper: AttributeValue?
        /// Whether the upper end itself is inside.
        public var includesUpper: Bool

        /// Bounds; both ends are inside unless said otherwise.
        public init(
            lower: AttributeValue? = nil,
            includesLower: Bool = true,
            upper: AttributeValue? = nil,
            includesUpper: Bool = true
        ) {
            self.lower = lower
            self.includesLower = includesLower
            self.upper = upper
            self.includesUpper = includesUpper
        }
    }
}

extension Filter {
    /// The conditions right below this one.
    public var children: [Filter] {
        switch self {
        case .all(let children), .any(let children): children
        case .not(let child): [child]
        case .equal, .oneOf, .range, .startsWith, .exists: []
        }
    }

    /// The nodes of the tree, this one included.
    public var nodeCount: Int { children.reduce(1) { $0 + $1.nodeCount } }

    /// The levels of the tree, this one included.
    public var depth: Int { 1 + (children.lazy.map(\.depth).max() ?? 0) }

    /// Checks the bounds that hold for every filter.
    ///
    /// - Throws: ``DocketError`` that names the limit.
    public func checkBounds(_ limits: Limits) throws(DocketError) {
        guard depth <= limits.filterDepth else {
            throw .invalid(
                "filter",
                "is nested \(depth) deep, the limit is \(limits.filterDepth)",
                limit: limits.filterDepth
            )
        }
        guard nodeCount <= limits.filterNodes else {
            throw .invalid(
                "filter",
                "has \(nodeCount) conditions, the limit is \(limits.filterNodes)",
                limit: limits.filterNodes
            )
        }
    }
}
