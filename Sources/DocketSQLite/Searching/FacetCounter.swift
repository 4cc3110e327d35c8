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
        /// A document that has a value twice counts once.
        var lastDocument: Int64
    }

    private let facet: BoundFacet
    private var tallies: [Tally] = []
    /// Places in `tallies` by hash, -1 for none; its count is a power of two.
    private var slots = [Int32](repeating: -1, count: 64)
    private var bytes = 0
    private var kind = AttributeBlobCodec.Kind.string
    /// True when some value was not counted.
    private(set) var isIncomplete = false
    /// Places looked at beside the first one of each value.
    private(set) var collisions = 0

    init(_ facet: BoundFacet) { self.facet = facet }

    mutating func count(_ document: Int64, _ blob: RawSpan) {
        guard let part = AttributePart(slot: facet.slot, in: blob) else { return }
        kind = part.kind
        part.forEachValue(in: blob) { value in
            count(document, value, blob)
            return true
        }
    }

    private mutating func count(_ document: Int64, _ value: EncodedValue, _ blob: RawSpan) {
        let hash = Self.hash(value, blob)
        var slot = hash & (slots.count - 1)
        while slots[slot] >= 0 {
            let place = Int(slots[slot])
            if Self.isEqual(tallies[place].value, value, blob) {
                if tallies[place].lastDocument != document {
                    tallies[place].lastDocument = document
                    tallies[place].count += 1
                }
                return
            }
            slot = (slot + 1) & (slots.count - 1)
            collisions += 1
        }
        add(document, value, blob, hash, at: slot)
    }

    private mutating func add(
        _ document: Int64,
        _ value: EncodedValue,
        _ blob: RawSpan,
        _ hash: Int,
        at slot: Int
    ) {
        guard tallies.count < Self.valuesMaximum, bytes < Self.bytesMaximum else {
            isIncomplete = true
            return
        }
        let kept: SortValue
        switch value {
        case .ordinal(let ordinal): kept = .ordinal(ordinal)
        case .string(let range):
            kept = .string(blob.array(range))
            bytes += range.count
        }
        slots[slot] = Int32(tallies.count)
        tallies.append(Tally(value: kept, hash: hash, count: 1, lastDocument: document))
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
    func counts(_ watch: WorkWatch) throws(DocketError) -> [FacetResult.Count] {
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

    private static func isEqual(
        _ kept: SortValue,
        _ value: EncodedValue,
        _ blob: RawSpan
    ) -> Bool {
        switch (kept, value) {
        case (.ordinal(let kept), .ordinal(let ordinal)): kept == ordinal
        case (.string(let kept), .string(let range)):
            kept.count == range.count && blob.compare(range, with: kept) == 0
        default: false
        }
    }

    /// Keyed by the process: who chooses the values cannot choose where they meet.
    private static func hash(_ value: EncodedValue, _ blob: RawSpan) -> Int {
        var hasher = Hasher()
        switch value {
        case .ordinal(let ordinal): hasher.combine(ordinal)
        case .string(let range):
            var place = range.lowerBound
            while place + 8 <= range.upperBound {
                hasher.combine(blob.integer(UInt64.self, at: place) ?? 0)
                place += 8
            }
            while place < range.upperBound {
                hasher.combine(blob.integer(UInt8.self, at: place) ?? 0)
                place += 1
            }
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
