internal import DocketCore

/// Counts the documents that have each value of one attribute.
struct FacetCounter {
    /// Different values, and bytes of them, beyond which new ones are not counted.
    static let valuesMaximum = 100_000
    static let bytesMaximum = 16 << 20

    /// What one value has.
    private struct Tally {
        var value: SortValue
        var hash: Int
        var count: Int
    }

    private let facet: BoundFacet
    /// The place of its column.
    private let column: Int
    /// How many documents have each code of the block under way.
    private var blockCounts: [Int] = []
    private var block: ColumnBlock?
    private var serial = -1
    private var tallies: [Tally] = []
    /// Places in `tallies` by hash, -1 for none; its count is a power of two.
    private var slots = [Int32](repeating: -1, count: 64)
    private var bytes = 0
    private var kind = AttributeBlobCodec.Kind.string
    /// True when some value was not counted.
    private(set) var isIncomplete = false
    /// Places looked at beside the first one of each value.
    private(set) var collisions = 0

    init(_ facet: BoundFacet, column: Int) {
        self.facet = facet
        self.column = column
    }

    /// Counts the marked ones of some documents, where `columns` is.
    ///
    /// - Returns: About the work beside, in looks at a value.
    mutating func count(
        _ documents: DocumentRun,
        _ marks: [Bool],
        _ columns: DocumentColumns
    ) -> Int {
        var work = 0
        if serial != columns.serial(column) {
            work = finishBlock()
            serial = columns.serial(column)
            block = columns.block(column)
            blockCounts = [Int](repeating: 0, count: (block?.values ?? 0) + 1)
        }
        block?.count(documents, marks, into: &blockCounts)
        return work
    }

    private mutating func finishBlock() -> Int {
        guard let block else { return 0 }
        for code in blockCounts.indices.dropFirst() where blockCounts[code] > 0 {
            add(blockCounts[code], of: code, in: block)
        }
        self.block = nil
        return blockCounts.count
    }

    /// Counts documents that have the value of a code.
    mutating func add(_ count: Int, of code: Int, in block: ColumnBlock) {
        kind = block.kind
        let hash = Self.hash(code, block)
        var slot = hash & (slots.count - 1)
        while slots[slot] >= 0 {
            let place = Int(slots[slot])
            if Self.isEqual(tallies[place].value, code, block) {
                tallies[place].count += count
                return
            }
            slot = (slot + 1) & (slots.count - 1)
            collisions += 1
        }
        guard tallies.count < Self.valuesMaximum, bytes < Self.bytesMaximum else {
            isIncomplete = true
            return
        }
        let value = block.sortValue(code)
        if case .string(let string) = value { bytes += string.count }
        slots[slot] = Int32(tallies.count)
        tallies.append(Tally(value: value, hash: hash, count: count))
        if tallies.count * 2 > slots.count { grow() }
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 4)
        for (place, tally) in tallies.enumerated() {
            var slot = tally.hash & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(place)
        }
    }

    /// Most frequent first, equal ones in value order.
    ///
    /// - Throws: ``DocketError`` `cancelled` once `watch` says that the work is over.
    mutating func counts(_ watch: WorkWatch) throws(DocketError) -> [FacetResult.Count] {
        try watch.spend(finishBlock())
        // The best so far, in order: most tallies are less than the last and cost one comparison.
        var best: [Tally] = []
        for tally in tallies {
            try watch.spend()
            if best.count == facet.limit {
                guard let last = best.last, Self.precedes(tally, last) else { continue }
                best.removeLast()
            }
            var (low, high) = (0, best.count)
            while low < high {
                let middle = (low + high) / 2
                if Self.precedes(best[middle], tally) { low = middle + 1 } else { high = middle }
            }
            best.insert(tally, at: low)
        }
        return best.map(shown)
    }

    private static func precedes(_ left: Tally, _ right: Tally) -> Bool {
        left.count != right.count ? left.count > right.count : left.value < right.value
    }

    private func shown(_ tally: Tally) -> FacetResult.Count {
        switch tally.value {
        case .string(let bytes):
            FacetResult.Count(.string(String(decoding: bytes, as: UTF8.self)), tally.count)
        case .ordinal(let ordinal):
            FacetResult.Count(Ordinal.value(ordinal, kind), tally.count)
        case .missing: FacetResult.Count(.boolean(false), tally.count)
        }
    }

    private static func isEqual(_ kept: SortValue, _ code: Int, _ block: ColumnBlock) -> Bool {
        switch kept {
        case .ordinal(let kept): block.kind != .string && kept == block.ordinal(code)
        case .string(let kept): block.kind == .string && block.string(code).elementsEqual(kept)
        case .missing: false
        }
    }

    /// Keyed by the process: who chooses the values cannot choose where they meet.
    private static func hash(_ code: Int, _ block: ColumnBlock) -> Int {
        var hasher = Hasher()
        if block.kind == .string {
            var (word, count) = (UInt64(0), 0)
            for byte in block.string(code) {
                (word, count) = (word << 8 | UInt64(byte), count + 1)
                if count.isMultiple(of: 8) { hasher.combine(word) }
            }
            hasher.combine(word)
            hasher.combine(count)
        } else {
            hasher.combine(block.ordinal(code))
        }
        return hasher.finalize() & .max
    }
}

extension SortValue: Comparable {
    static func < (left: SortValue, right: SortValue) -> Bool {
        switch (left, right) {
        case (.ordinal(let left), .ordinal(let right)): left < right
        case (.string(let left), .string(let right)): left.lexicographicallyPrecedes(right)
        case (.missing, .missing): false
        case (.missing, _), (.ordinal, .string): true
        default: false
        }
    }
}
