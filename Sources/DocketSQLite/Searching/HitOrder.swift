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
    /// The columns of the attributes among the keys.
    private let columns: [(place: Int, isDescending: Bool)]

    /// `column` is the place of an attribute's column.
    init(_ keys: [BoundSort], column: (_ slot: Int) -> Int = { _ in 0 }) {
        self.keys = keys
        columns = keys.compactMap { key in
            guard case .slot(let slot) = key.key else { return nil }
            return (column(slot), key.isDescending)
        }
    }

    /// The attributes among the keys of an order.
    static func slots(_ keys: [BoundSort]) -> [Int] {
        keys.compactMap { key in
            guard case .slot(let slot) = key.key else { return nil }
            return slot
        }
    }

    /// Whether the best score comes first, and nothing else but the number counts.
    var isByScore: Bool { keys == [BoundSort(.score, isDescending: true)] }

    /// What a document is sorted by, where `columns` is: of each attribute the least value, or the
    /// greatest where these come first.
    func values(of number: UInt32, _ read: DocumentColumns) -> [SortValue] {
        guard !columns.isEmpty else { return [] }
        return columns.map { place, isDescending in
            guard let block = read.block(place) else { return .missing }
            let code = block.code(number, greatest: isDescending)
            return code > 0 ? block.sortValue(code) : .missing
        }
    }

    /// Takes marks from documents, where `read` is, that come behind `last` by the first key, an
    /// attribute.
    func unmark(
        _ marks: inout [Bool],
        _ documents: DocumentRun,
        behind last: RankedHit,
        _ read: DocumentColumns
    ) {
        guard case .slot = keys.first?.key, let column = columns.first,
            let value = last.values.first, value != .missing
        else { return }
        guard let block = read.block(column.place) else {
            marks = [Bool](repeating: false, count: marks.count)
            return
        }
        let wanted =
            column.isDescending
            ? block.firstCode { block.sortValue($0) < value }..<block.values + 1
            : 1..<block.firstCode { block.sortValue($0) <= value }
        for index in marks.indices where marks[index] {
            let code = block.code(documents[index], greatest: column.isDescending)
            if !wanted.contains(code) { marks[index] = false }
        }
    }

    /// Whether a document, where `columns` is, comes behind `last`.
    func isBehind(
        _ last: RankedHit,
        _ number: UInt32,
        score: Double,
        _ read: DocumentColumns
    ) -> Bool {
        var place = 0
        for key in keys {
            let order: Int
            switch key.key {
            case .score: order = Self.compare(score, last.score, isDescending: key.isDescending)
            case .number:
                order = Self.compare(Int64(number), last.number, isDescending: key.isDescending)
            case .slot:
                order = compare(number, columns[place].place, last.values[place], key, read)
                place += 1
            }
            if order != 0 { return order > 0 }
        }
        return Int64(number) > last.number
    }

    private func compare(
        _ number: UInt32,
        _ column: Int,
        _ last: SortValue,
        _ key: BoundSort,
        _ read: DocumentColumns
    ) -> Int {
        guard let block = read.block(column) else { return last == .missing ? 0 : 1 }
        let code = block.code(number, greatest: key.isDescending)
        guard code > 0 else { return last == .missing ? 0 : 1 }
        switch last {
        case .missing: return -1
        case .ordinal(let last):
            return Self.compare(block.ordinal(code), last, isDescending: key.isDescending)
        case .string(let last):
            let order = block.string(code).compare(with: last)
            return key.isDescending ? -order : order
        }
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
