internal import DocketCore

/// Counts the documents that have each value of one attribute.
struct FacetCounter {
    /// Different values, and bytes of them, beyond which new ones are not counted.
    static let valuesMaximum = 100_000
    static let bytesMaximum = 16 << 20

    /// What one value has.
    private struct Tally {
        var value: SortValue
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
        var slot = Self.hash(value, blob) & (slots.count - 1)
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
        }
        add(document, value, blob, at: slot)
    }

    private mutating func add(
        _ document: Int64,
        _ value: EncodedValue,
        _ blob: RawSpan,
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
        tallies.append(Tally(value: kept, count: 1, lastDocument: document))
        if tallies.count * 2 > slots.count { grow() }
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 4)
        for (place, tally) in tallies.enumerated() {
            var slot = Self.hash(tally.value) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(place)
        }
    }

    /// Most frequent first, equal ones in value order.
    var counts: [FacetResult.Count] {
        let sorted = tallies.sorted { left, right in
            left.count != right.count ? left.count > right.count : left.value < right.value
        }
        return sorted.prefix(facet.limit).map { tally in
            switch tally.value {
            case .string(let bytes):
                FacetResult.Count(.string(String(decoding: bytes, as: UTF8.self)), tally.count)
            case .ordinal(let ordinal):
                FacetResult.Count(Ordinal.value(ordinal, kind), tally.count)
            case .missing: FacetResult.Count(.boolean(false), tally.count)
            }
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

    /// FNV-1a: who chooses values that collide slows down only his own tenant, by the bound.
    private static func hash(_ value: EncodedValue, _ blob: RawSpan) -> Int {
        switch value {
        case .ordinal(let ordinal): return mixed(UInt64(bitPattern: ordinal))
        case .string(let range):
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for place in range {
                hash = (hash ^ UInt64(blob.integer(UInt8.self, at: place) ?? 0)) &* 0x100_0000_01B3
            }
            return mixed(hash)
        }
    }

    private static func hash(_ value: SortValue) -> Int {
        switch value {
        case .missing: return 0
        case .ordinal(let ordinal): return mixed(UInt64(bitPattern: ordinal))
        case .string(let bytes):
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            return mixed(hash)
        }
    }

    private static func mixed(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) >> 33)
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
