internal import DocketCore

/// What a document is sorted by under one key.
enum SortValue: Hashable {
    case missing
    case ordinal(Int64)
    case string([UInt8])
}

/// A match with what decides its place.
struct RankedHit {
    var number: Int64
    var score: Double
    /// One for each key of the order that is an attribute.
    var values: [SortValue]
}

/// The order of a search: its keys, then the number of the document.
struct HitOrder {
    private let keys: [BoundSort]
    /// The attributes among the keys.
    let slots: [(slot: Int, isDescending: Bool)]

    init(_ keys: [BoundSort]) {
        self.keys = keys
        slots = keys.compactMap { key in
            guard case .slot(let slot) = key.key else { return nil }
            return (slot, key.isDescending)
        }
    }

    /// Whether the best score comes first, and nothing else but the number counts.
    var isByScore: Bool { keys == [BoundSort(.score, isDescending: true)] }

    /// What the document with these attributes is sorted by.
    func values(of blob: RawSpan) -> [SortValue] {
        guard !slots.isEmpty else { return [] }
        return slots.map { Self.value($0.slot, greatest: $0.isDescending, of: blob) }
    }

    /// The least or the greatest value of the attribute.
    private static func value(_ slot: Int, greatest: Bool, of blob: RawSpan) -> SortValue {
        guard let part = AttributePart(slot: slot, in: blob) else { return .missing }
        var ordinal: Int64?
        var string: [UInt8]?
        part.forEachValue(in: blob) { value in
            switch value {
            case .ordinal(let candidate):
                guard let best = ordinal else {
                    ordinal = candidate
                    return true
                }
                ordinal = greatest ? max(best, candidate) : min(best, candidate)
            case .string(let range):
                guard let best = string else {
                    string = blob.array(range)
                    return true
                }
                let order = blob.compare(range, with: best)
                if greatest ? order > 0 : order < 0 { string = blob.array(range) }
            }
            return true
        }
        return ordinal.map { .ordinal($0) } ?? string.map { .string($0) } ?? .missing
    }

    /// Whether `left` comes before `right`.
    func precedes(_ left: RankedHit, _ right: RankedHit) -> Bool {
        var place = 0
        for key in keys {
            let order: Int
            switch key.key {
            case .score:
                order = Self.compare(left.score, right.score, isDescending: key.isDescending)
            case .number:
                order = Self.compare(left.number, right.number, isDescending: key.isDescending)
            case .slot:
                order = Self.compare(
                    left.values[place],
                    right.values[place],
                    isDescending: key.isDescending
                )
                place += 1
            }
            if order != 0 { return order < 0 }
        }
        return left.number < right.number
    }

    private static func compare<Value: Comparable>(
        _ left: Value,
        _ right: Value,
        isDescending: Bool
    ) -> Int {
        if left == right { return 0 }
        return (left < right) != isDescending ? -1 : 1
    }

    /// What is missing comes last either way.
    private static func compare(
        _ left: SortValue,
        _ right: SortValue,
        isDescending: Bool
    ) -> Int {
        switch (left, right) {
        case (.missing, .missing): return 0
        case (.missing, _): return 1
        case (_, .missing): return -1
        case (.ordinal(let left), .ordinal(let right)):
            return compare(left, right, isDescending: isDescending)
        case (.string(let left), .string(let right)):
            if left == right { return 0 }
            return left.lexicographicallyPrecedes(right) != isDescending ? -1 : 1
        case (.ordinal, .string): return -1
        case (.string, .ordinal): return 1
        }
    }

    /// The hit with these values to sort by; nil where they are of another order.
    func hit(_ values: [AttributeValue?], number: UInt64) -> RankedHit? {
        guard values.count == keys.count else { return nil }
        let number = Int64(bitPattern: number)
        var hit = RankedHit(number: number, score: 1, values: [])
        for (key, value) in zip(keys, values) {
            switch (key.key, value) {
            case (.score, _): return nil
            case (.number, _): break
            case (.slot, nil): hit.values.append(.missing)
            case (.slot, .string(let string)): hit.values.append(.string(Array(string.utf8)))
            case (.slot, let value?): hit.values.append(.ordinal(Ordinal.of(value)))
            }
        }
        return hit
    }

    /// One value for each key, as positions hold them; nil for scores and numbers.
    func sortValues(of hit: RankedHit, _ schema: CollectionSchema) -> [AttributeValue?] {
        var place = 0
        return keys.map { key in
            switch key.key {
            case .score, .number: return nil
            case .slot(let slot):
                defer { place += 1 }
                return hit.values[place].attributeValue(of: schema.attributes[slot].type)
            }
        }
    }
}

extension SortValue {
    fileprivate func attributeValue(of type: AttributeType) -> AttributeValue? {
        switch (self, type) {
        case (.missing, _): nil
        case (.string(let bytes), _): .string(String(decoding: bytes, as: UTF8.self))
        case (.ordinal(let ordinal), .boolean): Ordinal.value(ordinal, .boolean)
        case (.ordinal(let ordinal), .time): Ordinal.value(ordinal, .time)
        case (.ordinal(let ordinal), _): Ordinal.value(ordinal, .number)
        }
    }
}
