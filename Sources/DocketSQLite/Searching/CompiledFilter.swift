internal import DocketCore

/// A filter as searches evaluate it on the bytes of attributes.
indirect enum CompiledFilter {
    case all([CompiledFilter])
    case any([CompiledFilter])
    case not(CompiledFilter)
    case ordinals(slot: Int, Set<Int64>)
    case ordinalRange(slot: Int, ClosedRange<Int64>)
    /// The values ascend.
    case strings(slot: Int, [[UInt8]])
    case stringRange(slot: Int, StringBounds)
    case prefix(slot: Int, [UInt8])
    case exists(slot: Int)
    /// Nothing lies in an empty range.
    case never

    struct StringBounds {
        var lower: [UInt8]?
        var includesLower: Bool
        var upper: [UInt8]?
        var includesUpper: Bool
    }

    init(_ filter: BoundFilter) {
        switch filter {
        case .all(let children): self = .all(children.map(CompiledFilter.init))
        case .any(let children): self = .any(children.map(CompiledFilter.init))
        case .not(let child): self = .not(CompiledFilter(child))
        case .oneOf(let slot, let values): self = Self.oneOf(slot, values)
        case .range(let slot, let bounds): self = Self.range(slot, bounds)
        case .startsWith(let slot, let prefix): self = .prefix(slot: slot, Array(prefix.utf8))
        case .exists(let slot): self = .exists(slot: slot)
        }
    }

    private static func oneOf(_ slot: Int, _ values: [AttributeValue]) -> CompiledFilter {
        guard let first = values.first else { return .never }
        guard case .string = first else {
            return .ordinals(slot: slot, Set(values.map(Ordinal.of)))
        }
        return .strings(
            slot: slot,
            values.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) }
        )
    }

    private static func range(_ slot: Int, _ bounds: Filter.Bounds) -> CompiledFilter {
        guard let some = bounds.lower ?? bounds.upper else { return .exists(slot: slot) }
        if case .string = some {
            return .stringRange(
                slot: slot,
                StringBounds(
                    lower: bounds.lower?.bytes,
                    includesLower: bounds.includesLower,
                    upper: bounds.upper?.bytes,
                    includesUpper: bounds.includesUpper
                )
            )
        }
        var lower = bounds.lower.map(Ordinal.of) ?? .min
        var upper = bounds.upper.map(Ordinal.of) ?? .max
        if bounds.lower != nil, !bounds.includesLower {
            guard lower < .max else { return .never }
            lower += 1
        }
        if bounds.upper != nil, !bounds.includesUpper {
            guard upper > .min else { return .never }
            upper -= 1
        }
        return lower <= upper ? .ordinalRange(slot: slot, lower...upper) : .never
    }

    /// Whether the attributes in `blob` meet the filter.
    func matches(_ blob: RawSpan) -> Bool {
        switch self {
        case .all(let children): children.allSatisfy { $0.matches(blob) }
        case .any(let children): children.contains { $0.matches(blob) }
        case .not(let child): !child.matches(blob)
        case .exists(let slot): AttributePart(slot: slot, in: blob) != nil
        case .never: false
        case .ordinals(let slot, let wanted):
            Self.hasOrdinal(slot, blob) { wanted.contains($0) }
        case .ordinalRange(let slot, let range):
            Self.hasOrdinal(slot, blob) { range.contains($0) }
        case .strings(let slot, let wanted):
            Self.hasString(slot, blob) { Self.contains($0, of: blob, wanted) }
        case .prefix(let slot, let prefix):
            Self.hasString(slot, blob) { blob.begins($0, with: prefix) }
        case .stringRange(let slot, let bounds):
            Self.hasString(slot, blob) { bounds.contain($0, of: blob) }
        }
    }

    /// Whether the string is one of `wanted`, which ascend.
    private static func contains(
        _ range: Range<Int>,
        of blob: RawSpan,
        _ wanted: [[UInt8]]
    ) -> Bool {
        var (low, high) = (0, wanted.count)
        while low < high {
            let middle = (low + high) / 2
            let order = blob.compare(range, with: wanted[middle])
            if order == 0 { return true }
            if order > 0 { low = middle + 1 } else { high = middle }
        }
        return false
    }

    private static func hasOrdinal(
        _ slot: Int,
        _ blob: RawSpan,
        _ isWanted: (Int64) -> Bool
    ) -> Bool {
        guard let part = AttributePart(slot: slot, in: blob) else { return false }
        return !part.forEachValue(in: blob) { value in
            guard case .ordinal(let ordinal) = value else { return true }
            return !isWanted(ordinal)
        }
    }

    private static func hasString(
        _ slot: Int,
        _ blob: RawSpan,
        _ isWanted: (Range<Int>) -> Bool
    ) -> Bool {
        guard let part = AttributePart(slot: slot, in: blob) else { return false }
        return !part.forEachValue(in: blob) { value in
            guard case .string(let range) = value else { return true }
            return !isWanted(range)
        }
    }
}

extension CompiledFilter.StringBounds {
    func contain(_ range: Range<Int>, of blob: RawSpan) -> Bool {
        if let lower {
            let order = blob.compare(range, with: lower)
            guard order > 0 || (order == 0 && includesLower) else { return false }
        }
        if let upper {
            let order = blob.compare(range, with: upper)
            guard order < 0 || (order == 0 && includesUpper) else { return false }
        }
        return true
    }
}

extension AttributeValue {
    /// The UTF-8 of a string, empty for all else.
    var bytes: [UInt8] {
        guard case .string(let string) = self else { return [] }
        return Array(string.utf8)
    }
}
