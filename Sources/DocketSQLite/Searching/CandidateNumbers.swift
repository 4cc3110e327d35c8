internal import DocketCore

/// Numbers of the documents that may meet a filter, by the table of values.
struct CandidateNumbers {
    /// A part of a filter that the table of values answers.
    private struct Conjunct {
        let condition: String
        let values: [SQLValue]
    }

    /// Numbers that are sorted in about a millisecond.
    private static let runNumbers = 1 << 14

    private let connection: ConnectionHandle
    private let tables: CollectionTables

    init(_ connection: ConnectionHandle, _ tables: CollectionTables) {
        self.connection = connection
        self.tables = tables
    }

    /// Ascending, each once, at least all that meet `filter`; nil when no part of it leaves fewer
    /// than `limit`, so that looking at all documents is quicker.
    func numbers(meeting filter: BoundFilter, fewerThan limit: Int) throws -> [Int64]? {
        var best: Conjunct?
        var bestCount = limit
        for conjunct in Self.conjuncts(of: filter) {
            let count = try count(conjunct, upTo: bestCount)
            if count < bestCount {
                best = conjunct
                bestCount = count
            }
        }
        guard let best else { return nil }
        return try numbers(best)
    }

    private func count(_ conjunct: Conjunct, upTo limit: Int) throws -> Int {
        let sql = "SELECT 1 FROM \(tables.values) WHERE \(conjunct.condition) LIMIT \(limit)"
        let statement = try connection.prepared("SELECT count(*) FROM (\(sql))")
        defer { statement.reset() }
        try statement.bind(conjunct.values)
        return try statement.step() ? Int(statement.integer(0)) : 0
    }

    private func numbers(_ conjunct: Conjunct) throws -> [Int64] {
        let sql = "SELECT number FROM \(tables.values) WHERE \(conjunct.condition)"
        let statement = try connection.prepared(sql)
        defer { statement.reset() }
        try statement.bind(conjunct.values)
        var numbers: [Int64] = []
        while try statement.step() {
            try connection.watch.spend()
            numbers.append(statement.integer(0))
        }
        return try sorted(numbers)
    }

    /// The numbers ascending, each once: a merge sort that looks whether it is still wanted.
    private func sorted(_ numbers: [Int64]) throws -> [Int64] {
        var runs: [[Int64]] = stride(from: 0, to: numbers.count, by: Self.runNumbers).map { start in
            numbers[start..<min(start + Self.runNumbers, numbers.count)].sorted()
        }
        while runs.count > 1 {
            runs = try stride(from: 0, to: runs.count, by: 2).map { place in
                guard place + 1 < runs.count else { return runs[place] }
                return try merged(runs[place], runs[place + 1])
            }
        }
        var last: Int64?
        return (runs.first ?? []).filter { number in
            defer { last = number }
            return number != last
        }
    }

    private func merged(_ left: [Int64], _ right: [Int64]) throws -> [Int64] {
        var merged: [Int64] = []
        merged.reserveCapacity(left.count + right.count)
        var (one, other) = (0, 0)
        while one < left.count, other < right.count {
            if merged.count.isMultiple(of: 64) { try connection.watch.spend() }
            if left[one] <= right[other] {
                merged.append(left[one])
                one += 1
            } else {
                merged.append(right[other])
                other += 1
            }
        }
        return merged + left[one...] + right[other...]
    }

    /// What has to hold in any case, of that what the table of values knows.
    private static func conjuncts(of filter: BoundFilter) -> [Conjunct] {
        switch filter {
        case .all(let children): return children.flatMap { conjuncts(of: $0) }
        case .any(let children):
            guard children.count == 1 else { return [] }
            return conjuncts(of: children[0])
        case .not: return []
        case .exists(let slot): return [Conjunct(condition: "slot = ?", values: [.number(slot)])]
        case .startsWith(let slot, let prefix): return [startsWith(slot, Array(prefix.utf8))]
        case .oneOf(let slot, let values):
            let marks = values.map { _ in "?" }.joined(separator: ", ")
            return [
                Conjunct(
                    condition: "slot = ? AND value IN (\(marks))",
                    values: [.number(slot)] + values.map(\.indexed)
                )
            ]
        case .range(let slot, let bounds): return [range(slot, bounds)]
        }
    }

    private static func startsWith(_ slot: Int, _ prefix: [UInt8]) -> Conjunct {
        var upper = prefix
        while upper.last == 0xFF { upper.removeLast() }
        guard let last = upper.popLast() else {
            return Conjunct(condition: "slot = ?", values: [.number(slot)])
        }
        upper.append(last + 1)
        return Conjunct(
            condition: "slot = ? AND value >= ? AND value < ?",
            values: [.number(slot), .blob(prefix), .blob(upper)]
        )
    }

    private static func range(_ slot: Int, _ bounds: Filter.Bounds) -> Conjunct {
        var condition = "slot = ?"
        var values: [SQLValue] = [.number(slot)]
        if let lower = bounds.lower {
            condition += bounds.includesLower ? " AND value >= ?" : " AND value > ?"
            values.append(lower.indexed)
        }
        if let upper = bounds.upper {
            condition += bounds.includesUpper ? " AND value <= ?" : " AND value < ?"
            values.append(upper.indexed)
        }
        return Conjunct(condition: condition, values: values)
    }
}

extension AttributeValue {
    /// The value as the table of values holds it, where it orders as it does everywhere.
    var indexed: SQLValue {
        if case .string(let string) = self { return .blob(Array(string.utf8)) }
        return .integer(Ordinal.of(self))
    }
}
